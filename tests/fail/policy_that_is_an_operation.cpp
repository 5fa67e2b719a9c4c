// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Conv<3, 32, 3, 1, AddBias<Feature>
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Conv<3, 32, 3, 1, dynvision::AddBias<dynvision::Feature>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/add_bias.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3, 1, AddBias<Feature>>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
