// g++: a number of this operation is out of range (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Conv<3, 36, 0.*
// clang++: a number of this operation is out of range (docs/concepts/operation.md)
// clang++: V1, dynvision::Conv<3, 36, 0.*>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 0>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
