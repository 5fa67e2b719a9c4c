#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  DyRCNNx2<Full, ToInput> x2;
  DyRCNNx4<Self, Multiplicative, RungeKutta4, Feedback<Multiplicative>, NoSkip, Tanh, WithRetina> x4;
  DyRCNNx8<Full, ToMiddle, Order<"layer", "tstep", "nonlin", "record", "delay", "pool">> x8;
  return run::unroll(x2, zeros({1, 3, 8, 8})).outputs.defined() +
         run::unroll(x4, zeros({1, 3, 8, 8})).outputs.defined() +
         run::unroll(x8, zeros({1, 3, 64, 64})).outputs.defined();
}
