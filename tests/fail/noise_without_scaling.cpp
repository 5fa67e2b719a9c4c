// g++: Noise needs a scaling that says what sigma means: PerStep | Diffusion | WhiteDrive
// g++: Layer = V1; Operation = Noise<Feature>
// clang++: Noise needs a scaling that says what sigma means: PerStep | Diffusion | WhiteDrive
// clang++: V1, dynvision::Noise<dynvision::Feature>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/noise.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Noise<Feature>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
