// g++: this operation cannot take so many channels (docs/concepts/layer.md)
// g++: Layer = V1; Operation = Conv<64, 64, 3.*; At = Position<2>; Given = Channels<36>
// clang++: this operation cannot take so many channels (docs/concepts/layer.md)
// clang++: V1, dynvision::Conv<64, 64, 3.*>, dynvision::Position<2>, dynvision::Channels<36>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, MiddleRelu, Conv<64, 64, 3>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
