// g++: ToMiddle needs a layer with two convolutions: choose ToOutput or ToInput
// clang++: ToMiddle needs a layer with two convolutions: choose ToOutput or ToInput
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  DyRCNNx4<Full, ToMiddle> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
