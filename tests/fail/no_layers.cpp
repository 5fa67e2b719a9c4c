// g++: a model needs at least one layer (docs/concepts/model.md)
// clang++: a model needs at least one layer (docs/concepts/model.md)
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  Model<> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
