// g++: ToMiddle needs a layer with two convolutions: choose ToOutput or ToInput (docs/concepts/connection.md)
// clang++: ToMiddle needs a layer with two convolutions: choose ToOutput or ToInput (docs/concepts/connection.md)
#include <dynvision/alexnet.hpp>
#include <dynvision/connections/self.hpp>

using namespace dynvision;

int main() {
  AlexNet<Self, ToMiddle> net;
  return run::unroll(net, zeros({1, 3, 64, 64})).outputs.defined();
}
