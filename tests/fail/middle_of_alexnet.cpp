// g++: Middle needs a layer with two convolutions: choose Output or Input (docs/concepts/connection.md)
// clang++: Middle needs a layer with two convolutions: choose Output or Input (docs/concepts/connection.md)
#include <dynvision/alexnet.hpp>
#include <dynvision/connections/self.hpp>

using namespace dynvision;

int main() {
  AlexNet<Self, Middle> net;
  return run::unroll(net, zeros({1, 3, 64, 64})).outputs.defined();
}
