// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = BatchNorm<NoBias>
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::BatchNorm<dynvision::NoBias>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/batch_norm.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3>, BatchNorm<NoBias>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
