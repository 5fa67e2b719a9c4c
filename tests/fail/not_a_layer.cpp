// g++: expected layers, such as struct V1 : Layer<"V1", ...> {} (docs/concepts/layer.md)
// g++: Layer = Conv<36, 64, 3
// clang++: expected layers, such as struct V1 : Layer<\"V1\", ...> {} (docs/concepts/layer.md)
// clang++: dynvision::Conv<36, 64, 3.*>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Relu, Record, Delay> {};
struct MyNet : Model<V1, Conv<36, 64, 3>> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
