// g++: pointwise() needs a functor with V forward(V x), and both Needs needs and V adjoint(V g, V x, V y) or neither
// clang++: pointwise() needs a functor with V forward(V x), and both Needs needs and V adjoint(V g, V x, V y) or neither
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>

using namespace dynvision;

struct HalfOfOne {
  template <class V> DYNVISION_BOTH V forward(V const& x) const { return x * kernels::Number<V>(0.5); }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const&) const {
    return g * kernels::Number<V>(0.5);
  }
};
struct Half {
  Tensor operator()(Tensor const& x) const { return x.mul(0.5); }
  HalfOfOne pointwise() const { return {}; }
};
struct V1 : Layer<"V1", Conv<3, 8, 3>, Half, Record, Delay> {};

int main() {
  Model<V1> net;
  return run::compiled(net, zeros({1, 3, 8, 8})).outputs.defined();
}
