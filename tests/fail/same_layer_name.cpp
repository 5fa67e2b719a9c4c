// g++: two layers have the same name (docs/concepts/layer.md)
// g++: Layer = V2
// clang++: two layers have the same name (docs/concepts/layer.md)
// clang++: V2
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Relu, Record, Delay> {};
struct V2 : Layer<"V1", Conv<36, 64, 3>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
