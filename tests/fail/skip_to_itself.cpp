// g++: a skip connection comes from an earlier layer: use AddFeedback for a later one
// clang++: a skip connection comes from an earlier layer: use AddFeedback for a later one
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, AddSkip<"V1">, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
