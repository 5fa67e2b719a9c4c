// g++: an operation that reads the layer's response needs Delay
// g++: Layer = V1; Operation = Adaptation<.*>; At = Position<1>
// clang++: an operation that reads the layer's response needs Delay
// clang++: V1, dynvision::Adaptation<.*>, dynvision::Position<1>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/adaptation.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Adaptation<>, Relu, Record> {};
struct MyNet : Model<V1> {};
MyNet net;
