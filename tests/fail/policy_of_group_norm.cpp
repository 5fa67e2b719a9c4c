// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = GroupNorm<32, NoBias, WeightNorm>
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::GroupNorm<32, dynvision::NoBias, dynvision::WeightNorm>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/group_norm.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3>, GroupNorm<32, NoBias, WeightNorm>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
