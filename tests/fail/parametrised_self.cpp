// g++: the weights of this lateral connection do not take one of its parametrisations
// g++: Layer = V1; Operation = Recur<Self<36.*WeightNorm>
// clang++: the weights of this lateral connection do not take one of its parametrisations
// clang++: V1, dynvision::Recur<dynvision::Self<36.*, dynvision::WeightNorm>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<Self<36>, WeightNorm>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
