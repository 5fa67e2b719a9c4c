// g++: a number of this operation is out of range (docs/concepts/operation.md)
// g++: Layer = V1; Operation = GroupNorm<0>
// clang++: a number of this operation is out of range (docs/concepts/operation.md)
// clang++: V1, dynvision::GroupNorm<0>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, GroupNorm<0>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
