// g++: the lateral connection starts from other channels than the layer stores at Delay
// g++: Operation = Recur<Full<64.*; At = Position<1>; Given = Channels<36>
// clang++: the lateral connection starts from other channels than the layer stores at Delay
// clang++: V1, dynvision::Recur<dynvision::Full<64.*>>, dynvision::Position<1>, dynvision::Channels<36>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<Full<64, 3>>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
