// g++: this operation cannot take so many channels (docs/concepts/layer.md)
// g++: Layer = V2; Operation = Conv<35, 64, 3.*; At = Position<0>; Given = Channels<36>
// clang++: this operation cannot take so many channels (docs/concepts/layer.md)
// clang++: V2, dynvision::Conv<35, 64, 3.*>, dynvision::Position<0>, dynvision::Channels<36>
//
// The wrong model is also made and run: still one error.
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<Full<36, 3>>, Evolve<Euler>, Relu, Record, Delay, MaxPool<3, 2>> {};
struct V2 : Layer<"V2", Conv<35, 64, 3>, Recur<Full<64, 3>>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
