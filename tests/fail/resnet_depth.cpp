// g++: there is no ResNet of this depth: expected 18 | 34 | 50 | 101 | 152
// clang++: there is no ResNet of this depth: expected 18 | 34 | 50 | 101 | 152
#include <dynvision/resnet.hpp>

using namespace dynvision;

int main() {
  ResNet<19> net;
  return run::unroll(net, zeros({1, 3, 32, 32})).outputs.defined();
}
