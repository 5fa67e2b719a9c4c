// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Residual<.*FirstCopy<1
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Residual<.*FirstCopy<1
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/repeat.hpp>
#include <dynvision/operations/residual.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Residual<List<Relu>, List<>, FirstCopy<1>>, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
