// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = AddFeedback<.*SameStep
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::AddFeedback<.*SameStep
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3>, AddFeedback<"V2", SameStep>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
