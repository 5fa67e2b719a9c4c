// g++: two policies of the same kind (docs/concepts/model.md)
// g++: Euler, .*RungeKutta4
// clang++: two policies of the same kind (docs/concepts/model.md)
// clang++: Euler, .*RungeKutta4
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  DyRCNNx4<Full, Euler, RungeKutta4> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
