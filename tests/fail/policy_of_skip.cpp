// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = AddSkip<.*Padding<1
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::AddSkip<.*Padding<1
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3>, AddSkip<"V0", Padding<1>>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
