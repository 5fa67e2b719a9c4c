// g++: a number of this operation is out of range (docs/concepts/operation.md)
// g++: Layer = V1; Operation = MaxPool<3, 0>
// clang++: a number of this operation is out of range (docs/concepts/operation.md)
// clang++: V1, dynvision::MaxPool<3, 0.*>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Evolve<Euler>, Relu, Record, Delay, MaxPool<3, 0>> {};
struct MyNet : Model<V1> {};
MyNet net;
