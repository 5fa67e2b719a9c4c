// g++: an integration of numbers needs V forward(V x, V h), and both adjoint_x and adjoint_h
// clang++: an integration of numbers needs V forward(V x, V h), and both adjoint_x and adjoint_h
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>

using namespace dynvision;

struct Subtractive {
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.sub(h); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) { return x - h; }
  template <class V> DYNVISION_BOTH static V adjoint_x(V const& g, V const&, V const&) { return g; }
};
struct V1 : Layer<"V1", Conv<3, 8, 3>, Recur<Full<8>, Subtractive>, Evolve<>, Relu, Record, Delay> {};

int main() {
  Model<V1> net;
  return run::compiled(net, zeros({1, 3, 8, 8})).outputs.defined();
}
