// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Repeat<2, .*NoBias
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Repeat<2, .*NoBias
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/repeat.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Repeat<2, List<Relu>, NoBias>, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
