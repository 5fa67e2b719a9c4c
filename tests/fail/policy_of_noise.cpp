// g++: this operation does not take one of its policies
// g++: Layer = V1; Operation = Noise<PerStep, NoBias>
// clang++: this operation does not take one of its policies
// clang++: V1, dynvision::Noise<dynvision::PerStep, dynvision::NoBias>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/noise.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Noise<PerStep, NoBias>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
