// g++: this is not an Operation: expected a default-constructible struct with Tensor operator()(Tensor const&) const
// g++: Layer = V1; Operation = Threshold; At = Position<1>
// clang++: this is not an Operation: expected a default-constructible struct with Tensor operator()(Tensor const&) const
// clang++: V1, Threshold, dynvision::Position<1>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct Threshold {
  double theta = 0.1;
};
struct V1 : Layer<"V1", Conv<3, 36, 3>, Threshold, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
