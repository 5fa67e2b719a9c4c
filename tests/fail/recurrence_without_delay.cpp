// g++: a layer with Recur needs Delay, where its state is stored (docs/concepts/connection.md)
// g++: Layer = V1; Operation = Recur<Full<36.*; At = Position<1>
// clang++: a layer with Recur needs Delay, where its state is stored (docs/concepts/connection.md)
// clang++: V1, dynvision::Recur<dynvision::Full<36.*>>, dynvision::Position<1>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<Full<36, 3>>, Relu, Record> {};
struct MyNet : Model<V1> {};
MyNet net;
