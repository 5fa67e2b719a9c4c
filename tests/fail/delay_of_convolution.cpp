// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Conv<3, 32, 3, 1, Interpolated>
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Conv<3, 32, 3, 1, dynvision::Interpolated>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3, 1, Interpolated>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
