// g++: a skip connection comes from an earlier layer: use AddFeedback for a later one
// g++: Layer = V1; Operation = AddSkip<Name<3>{"V2"}
// clang++: a skip connection comes from an earlier layer: use AddFeedback for a later one
// clang++: V1, dynvision::AddSkip<
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, AddSkip<"V2">, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<36, 64, 3>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};
MyNet net;
