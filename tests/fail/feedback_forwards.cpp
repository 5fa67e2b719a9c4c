// g++: a feedback connection comes from a later layer: use AddSkip for an earlier one
// g++: Layer = V2; Operation = AddFeedback<Name<3>{"V1"}
// clang++: a feedback connection comes from a later layer: use AddSkip for an earlier one
// clang++: V2, dynvision::AddFeedback<
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<36, 64, 3>, AddFeedback<"V1">, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};
MyNet net;
