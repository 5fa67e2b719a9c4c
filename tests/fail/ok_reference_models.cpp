// The published networks, and what can be made of them.
#include <dynvision/alexnet.hpp>
#include <dynvision/connections/depth_pointwise.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/resnet.hpp>

using namespace dynvision;

// [residual]
struct V1 : Layer<"V1", Conv<3, 16, 3>, Residual<List<Conv<16, 16, 3>, BatchNorm<>>>, Repeat<2, List<Relu>>, Relu,
                  Record, Delay> {};
struct MyNet : Model<V1> {};
// [/residual]

int main() {
  MyNet net;
  CorNetRT<> cornet({.n_classes = 10});
  CorNetRT<Full, ToInput, Euler, Skip<>, Feedback<Multiplicative>, Tanh> other_cornet;
  CordsNet<> cordsnet({.n_classes = 10, .input_dims = {3, 32, 32}});
  CordsNet<Full, ToInput, RungeKutta4, NoSkip> other_cordsnet({.input_dims = {3, 32, 32}});
  CordsNet<Self> self_cordsnet({.input_dims = {3, 32, 32}});
  AlexNet<> alexnet({.n_classes = 10});
  AlexNet<DepthPointwise, Euler, ToInput> other_alexnet;
  ResNet18<> resnet;
  ResNet1202<> deep;
  ResNet50<Self, Euler> other_resnet;
  Tensor const x = zeros({1, 3, 32, 32});
  return run::unroll(net, x).outputs.defined() + run::unroll(cornet, x).outputs.defined() +
         run::unroll(cordsnet, x).outputs.defined() + run::unroll(alexnet, x).outputs.defined() +
         run::unroll(resnet, x).outputs.defined() + run::unroll(deep, x).outputs.defined();
}
