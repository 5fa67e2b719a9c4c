// g++: this operation cannot take so many channels (docs/concepts/layer.md)
// g++: Layer = I; Operation = Linear<80, 20>.*Channels<100>
// clang++: this operation cannot take so many channels (docs/concepts/layer.md)
// clang++: I, dynvision::Linear<80, 20>, .*Channels<100>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/linear.hpp>

using namespace dynvision;

struct E : Layer<"E", Linear<6, 100>, Evolve<>, Relu, Record, Delay> {};
struct I : Layer<"I", Linear<80, 20>, Evolve<>, Relu, Record, Delay> {};
struct MyNet : Model<E, I> {};
MyNet net;
