// g++: the channels here are no multiple of the number of groups (docs/concepts/operation.md)
// g++: Layer = V1; Operation = GroupNorm<32>; At = Position<1>; Given = Channels<36>
// clang++: the channels here are no multiple of the number of groups (docs/concepts/operation.md)
// clang++: V1, dynvision::GroupNorm<32>, dynvision::Position<1>, dynvision::Channels<36>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, GroupNorm<32>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
