// g++: Recur needs a Lateral connection, such as Full<36, 3> (docs/concepts/connection.md)
// g++: Operation = Recur<Mine<
// clang++: Recur needs a Lateral connection, such as Full<36, 3> (docs/concepts/connection.md)
// clang++: dynvision::Recur<Mine<
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

template <int C, int K = 3, int D = C> struct Mine {  // no compose(), no parameters()
  static constexpr int state_channels = C, target_channels = D;
  Tensor operator()(Tensor const& h) const { return h; }
};

int main() {
  DyRCNNx4<Mine> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
