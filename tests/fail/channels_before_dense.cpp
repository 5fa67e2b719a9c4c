// g++: this operation cannot take so many channels (docs/concepts/layer.md)
// g++: Operation = Dense<128, 10, 6>; At = Position<2>; Given = Channels<64>
// clang++: this operation cannot take so many channels (docs/concepts/layer.md)
// clang++: V1, dynvision::Dense<128, 10, 6>, dynvision::Position<2>, dynvision::Channels<64>
#include <dynvision/alexnet.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 64, 3>, AdaptiveAvgPool<6>, Dense<128, 10, 6>, Record> {};
struct MyNet : Model<V1> {};
MyNet net;
