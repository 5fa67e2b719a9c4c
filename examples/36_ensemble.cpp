// Eight networks at once: trained together, pruned, trained on, and one of them taken out.
//
//   cmake --build build --target example.36_ensemble && build/examples/36_ensemble
#include <dynvision/connections/masked.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/ensembles.hpp>
#include <dynvision/rate/tasks/go_no_go.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <cmath>
#include <cstdio>

using namespace dynvision;

// [networks]
struct Net : CTRNN<3, 24, Tanh, Recurrent<Masked<>>> {
  using CTRNN::CTRNN;
};
int constexpr n_members = 8;
using Nets = Ensemble<n_members, Net>;
// [/networks]

int main() {
  rate::GoNoGo const task{.dt = 20};
  Options const numbers{.n_classes = task.n_outputs(), .dt = task.dt, .tau = 100, .seed = 1};
  // [train]
  Nets nets(numbers);  // member k starts as Net with .seed = 1 + k
  Optimizer optimizer(nets.parameters(), {.learning_rate = 0.01, .optimizer_kwargs = {}});
  auto const train = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      rate::Trials const trials = task.draw(16, 1, static_cast<std::uint64_t>(16 * i));
      Tensor const losses =  // (K): of each member, and each gradient as if it were alone
          rate::member_losses(run::run(nets, trials.inputs).outputs, n_members,
                              [&](Tensor const& outputs) { return rate::trial_loss(outputs, trials); });
      optimizer.zero_grad();
      losses.sum().backward();
      optimizer.step();
    }
  };
  // [/train]
  auto const report = [&](char const* what) {
    rate::Trials const trials = task.draw(100, 2);
    at::AutoGradMode const no_gradient(false);
    std::vector<Tensor> const outputs = rate::by_member(run::run(nets, trials.inputs).outputs, n_members).unbind(0);
    double mean = 0;
    for (Tensor const& one : outputs) mean += rate::trial_accuracy(one, trials) / n_members;
    std::printf("%-28s %.2f of new trials right, mean of %d networks\n", what, mean, n_members);
  };
  report("new");
  train(0, 60);
  report("trained");
  // [perturb]
  rate::prune(nets.parameters(), "rates.recurrent", 0.3);  // in each member the largest 30 % stay
  report("30 % of W kept");
  train(60, 90);  // what is lost stays lost
  report("trained on");
  Net const one = nets.member(5);  // a network of its own
  // [/perturb]
  rate::Trials const trials = task.draw(100, 2);
  at::AutoGradMode const no_gradient(false);
  Tensor const alone = run::run(one, trials.inputs).outputs;
  Tensor const together = rate::by_member(run::run(nets, trials.inputs).outputs, n_members).select(0, 5);
  double const apart = alone.sub(together).abs().max().item<double>();
  std::printf("member 5 alone and of eight: %.1e apart\n", apart);
  return !(apart < 1e-4);
}
