// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Evolve<Euler, NoBias
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Evolve<dynvision::Euler, dynvision::NoBias
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3>, Evolve<Euler, NoBias>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
