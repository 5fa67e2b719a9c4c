// g++: this operation can be in a layer only once (docs/concepts/layer.md)
// g++: Layer = V1; Operation = Evolve<
// clang++: this operation can be in a layer only once (docs/concepts/layer.md)
// clang++: V1, dynvision::Evolve<
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Evolve<Euler>, Relu, Evolve<RungeKutta4>, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
