// g++: stands where there are other channels than the layer stores at Delay
// g++: Layer = V1; Operation = Adaptation<.*>; At = Position<1>
// clang++: stands where there are other channels than the layer stores at Delay
// clang++: V1, dynvision::Adaptation<.*>, dynvision::Position<1>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/adaptation.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 16, 3>, Adaptation<>, Conv<16, 36, 3>, Evolve<>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
