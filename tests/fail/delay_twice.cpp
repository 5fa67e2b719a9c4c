// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V2; Operation = AddSkip<.*SameStep, LearnedDelay<
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V2, dynvision::AddSkip<.*SameStep, dynvision::LearnedDelay<
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<32, 32, 3>, AddSkip<"V1", SameStep, LearnedDelay<>>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};
MyNet net;
