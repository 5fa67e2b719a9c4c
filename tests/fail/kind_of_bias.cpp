// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = AddBias<int>
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::AddBias<int>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, AddBias<int>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
