// g++: this is no policy of the model (docs/concepts/model.md)
// g++: Policy = int
// clang++: this is no policy of the model (docs/concepts/model.md)
// clang++: <int>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  DyRCNNx4<Full, int> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
