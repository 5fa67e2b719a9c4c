// g++: Middle needs a layer with two convolutions: choose Output or Input
// clang++: Middle needs a layer with two convolutions: choose Output or Input
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  DyRCNNx4<Full, Middle> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
