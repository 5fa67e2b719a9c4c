// A decision circuit of excitatory and inhibitory rates, trained on noisy evidence.
//
//   cmake --build build --target example.29_rate_network && build/examples/29_rate_network
#include <dynvision/rate/eirnn.hpp>
#include <dynvision/rate/penalties/activity.hpp>
#include <dynvision/rate/tasks/perceptual_decision.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <cstdio>

using namespace dynvision;

// [network]
// tau dv/dt = -v + W r + U x + b + noise,  r = max(v, 0),  z = V r + c      40 units: 32 excite, 8 inhibit, no autapses
struct Circuit : EIRNN<3, 40, Relu, WithNoise<StationaryDrive>, Recurrent<Masked<NoAutapses>>> {
  using EIRNN::EIRNN;
};
// [/network]

int main() {
  // [train]
  rate::PerceptualDecision const task{.dt = 20};
  Circuit net({.n_classes = task.n_outputs(), .dt = task.dt, .tau = 100, .sigma = 0.05, .seed = 1});
  Optimizer optimizer(net.parameters(), {.learning_rate = 0.01, .optimizer_kwargs = {}});
  int const n_steps = 600;
  for (int i = 0; i < n_steps; ++i) {
    optimizer.set_learning_rate(0.01 - 0.009 * i / n_steps);
    rate::Trials const trials = task.draw(64, 1, static_cast<std::uint64_t>(64 * i));
    run::Activity const activity =
        run::run(net, trials.inputs, {.record = true, .seed = 7, .trial = static_cast<std::uint64_t>(i)});
    Tensor const loss = rate::trial_loss(activity.outputs, trials)
                            .add(rate::mean_rate(activity.response("rates").series(), rate::Norm::l2).mul(0.01));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step(0.3);  // the gradient clipped to this norm
    if (i % 200 == 199) std::printf("step %3d   loss %.3f\n", i + 1, loss.item<double>());
  }
  // [/train]
  // [test]
  rate::Trials const trials = task.draw(1000, 2);
  at::AutoGradMode const no_gradient(false);
  run::Activity const activity = run::run(net, trials.inputs, {.record = true, .seed = 8});
  double const right = rate::trial_accuracy(activity.outputs, trials);
  std::printf("right: %.1f %% of 1000 trials\n", 100 * right);
  double const with_inhibition = activity.response("rates").series().mean().item<double>();
  // [/test]

  // [signs]
  Parameters const all = net.parameters();
  auto const of = [&](char const* which) { return tensor_of(all, joined({"rates.recurrent.", which})); };
  Tensor const W = of("weight").abs().mul(of("mask")).mul(of("sign"));  // as the network has it
  Tensor const excites = W.narrow(1, 0, 32), inhibits = W.narrow(1, 32, 8);
  std::printf("weights of units that excite: %.3f to %.3f, that inhibit: %.3f to %.3f\n", excites.min().item<double>(),
              excites.max().item<double>(), inhibits.min().item<double>(), inhibits.max().item<double>());
  // [/signs]

  // [coherence]
  for (double const coherence : task.coherences) {
    rate::PerceptualDecision one = task;
    one.coherences = {coherence};
    rate::Trials const some = one.draw(500, 3);
    std::printf("coherence %4.1f %%   right %5.1f %%\n", coherence,
                100 * rate::trial_accuracy(run::run(net, some.inputs, {.seed = 9}).outputs, some));
  }
  // [/coherence]

  // [lesion]
  Tensor const without = of("mask").clone();
  without.narrow(1, 32, 8).zero_();
  set_mask(all, "rates.recurrent.mask", without);
  run::Activity const disinhibited = run::run(net, trials.inputs, {.record = true, .seed = 8});
  std::printf("without inhibition: right %.1f %%, mean rate %.2f, which was %.2f\n",
              100 * rate::trial_accuracy(disinhibited.outputs, trials),
              disinhibited.response("rates").series().mean().item<double>(), with_inhibition);
  // [/lesion]
  return right >= 0.95 ? 0 : 1;
}
