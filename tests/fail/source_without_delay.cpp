// g++: the layer this connection comes from needs Delay, where its state is stored
// g++: Layer = V2; Operation = AddSkip<Name<3>{"V1"}
// clang++: the layer this connection comes from needs Delay, where its state is stored
// clang++: V2, dynvision::AddSkip<
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Relu, Record> {};
struct V2 : Layer<"V2", Conv<36, 64, 3>, AddSkip<"V1">, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};
MyNet net;
