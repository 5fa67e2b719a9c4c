// g++: a layer with Evolve needs Delay, where its state is stored (docs/concepts/solver.md)
// g++: Layer = V1; Operation = Evolve<.*>; At = Position<1>
// clang++: a layer with Evolve needs Delay, where its state is stored (docs/concepts/solver.md)
// clang++: V1, dynvision::Evolve<.*>, dynvision::Position<1>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Evolve<Euler>, Relu, Record> {};
struct MyNet : Model<V1> {};
MyNet net;
