// g++: two operations of a layer have a state of the same name
// g++: Layer = V1; Operation = Adaptation<.*>; At = Position<1>
// clang++: two operations of a layer have a state of the same name
// clang++: V1, dynvision::Adaptation<.*>, dynvision::Position<1>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/adaptation.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Adaptation<>, Evolve<>, Relu, Adaptation<Feature>, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
