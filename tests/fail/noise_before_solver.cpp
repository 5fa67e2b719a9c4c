// g++: noise of this scaling is added to the state, so it needs an Evolve before it
// g++: Layer = V1; Operation = Noise<Stationary
// clang++: noise of this scaling is added to the state, so it needs an Evolve before it
// clang++: V1, dynvision::Noise<dynvision::Stationary
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/noise.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Noise<Stationary, Feature>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
