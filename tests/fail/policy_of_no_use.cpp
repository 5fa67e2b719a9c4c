// g++: this model has no use for a policy of this kind (docs/concepts/model.md)
// g++: Policy = Feedback<>
// clang++: this model has no use for a policy of this kind (docs/concepts/model.md)
// clang++: dynvision::Feedback<
#include <dynvision/alexnet.hpp>

using namespace dynvision;

int main() {
  AlexNet<NoRecurrence, Feedback<>> net;
  return run::unroll(net, zeros({1, 3, 64, 64})).outputs.defined();
}
