// Three areas of rates with delays between them: when a pulse reaches each, and a training to remember it.
//
//   cmake --build build --target example.31_several_areas && build/examples/31_several_areas
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <ATen/CPUGeneratorImpl.h>

#include <cstdio>

using namespace dynvision;

// [network]
// tau dv/dt = -v + W r + U x + F r_frontal(t - 30) + b,                     r = tanh(v)
struct Sensory : RateArea<"sensory", 40, Tanh, Incoming<>, From<"frontal">> {};
// tau dv/dt = -v + W r + A r_sensory(t - 10) + b,                           r = tanh(v)
struct Parietal : RateArea<"parietal", 30, Tanh, From<"sensory">> {};
// tau dv/dt = -v + W r + B r_parietal(t - 10) + C r_sensory(t - 60) + b,    r = max(v, 0), 16 units excite, 4 inhibit
struct Frontal : RateArea<"frontal", 20, Relu, Dale<>, From<"parietal">, From<"sensory">, Outgoing<>> {};
// z = V r_frontal + c
struct Cortex : MultiArea<2, Sensory, Parietal, Frontal> {
  using MultiArea::MultiArea;
};
// [/network]

int main() {
  // [numbers]
  Cortex net({.n_classes = 2,
              .dt = 10,
              .tau = 40,
              .t_feedforward = 10,
              .t_feedback = 30,
              .layers = {{"frontal", {.tau = 100, .numbers = {{"t_from_sensory", 60}}}}},
              .seed = 1});
  // [/numbers]

  // [latency]
  Tensor const nothing = zeros({1, 12, 2}), pulse = nothing.clone();
  pulse.select(1, 0).fill_(1);
  run::Activity const before = run::run(net, nothing, {.record = true}), after = run::run(net, pulse, {.record = true});
  for (char const* const area : {"sensory", "parietal", "frontal"}) {
    Tensor const change = after.response(area).series().sub(before.response(area).series()).abs().sum(-1).select(0, 0);
    std::printf("a pulse reaches %-8s after %2.0f ms\n", area,
                10 * change.gt(0).to(at::kFloat).argmax().item<double>());
  }
  // [/latency]

  // [train]
  // Which of two noisy inputs had the pulse, 300 ms ago? The noise alone leaves 94 % to be known.
  at::Generator const draws = at::detail::createCPUGenerator(1);
  Optimizer optimizer(net.parameters(), {.learning_rate = 0.005, .optimizer_kwargs = {}});
  for (int i = 0; i < 200; ++i) {
    Tensor const which = zeros({64}).bernoulli_(0.5, draws).to(at::kLong);
    Tensor const x = zeros({64, 30, 2}).normal_(0, 1, draws);
    x.narrow(1, 0, 5).scatter_add_(2, which.view({64, 1, 1}).expand({64, 5, 1}), zeros({64, 5, 1}).add(1));
    Tensor const last = run::run(net, x).outputs.select(1, 29);  // (B,2)
    Tensor const loss = last.log_softmax(1).gather(1, which.view({64, 1})).mean().neg();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (i % 50 == 49) {
      double const right = last.argmax(1).eq(which).to(at::kDouble).mean().item<double>();
      std::printf("step %3d   loss %.3f   right %3.0f %%\n", i + 1, loss.item<double>(), 100 * right);
    }
  }
  // [/train]
}
