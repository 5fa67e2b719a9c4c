// g++: noise of this scaling is part of the drive, so it needs an Evolve behind it
// g++: Layer = V1; Operation = Noise<WhiteDrive>
// clang++: noise of this scaling is part of the drive, so it needs an Evolve behind it
// clang++: V1, dynvision::Noise<dynvision::WhiteDrive>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/noise.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Evolve<Euler>, Noise<WhiteDrive>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
