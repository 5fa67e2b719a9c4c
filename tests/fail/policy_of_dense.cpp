// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Dense<3, 32, 1, WeightNorm>
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Dense<3, 32, 1, dynvision::WeightNorm>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/dense.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Dense<3, 32, 1, WeightNorm>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
