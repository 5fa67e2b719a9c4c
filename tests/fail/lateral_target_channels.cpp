// g++: arrives with other channels than there are at this place: choose another recurrence target or type
// clang++: arrives with other channels than there are at this place: choose another recurrence target or type
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  DyRCNNx4<Self, ToInput> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
