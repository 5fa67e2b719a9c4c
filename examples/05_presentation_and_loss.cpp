// An image that comes and goes, a reaction time, a loss of two terms, and its gradient.
//
//   cmake --build build --target example.05_presentation_and_loss && build/examples/05_presentation_and_loss
#include <dynvision/dyrcnn.hpp>
#include <dynvision/losses/weighted_sum.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/trial.hpp>

#include <cstdio>

using namespace dynvision;

int main() {
  DyRCNNx2<> model({.n_classes = 3, .input_dims = {1, 16, 16}, .t_feedforward = 2});
  Tensor const images = randn({4, 1, 16, 16}), labels = indices({0, 2, 1, 2}, images);  // (B,C,H,W), (B)

  // [trial]
  run::Trial const trial = run::make_trial(
      model, images, labels,
      {.n_timesteps = 12,                                               // [steps] of 2 ms
       .presentation = {.pattern = "0110", .loss_reaction_time = 4}});  // blank, image, image, blank; 4 ms do not count
  // [/trial]

  // [loss]
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1.0, CrossEntropy{});
  objective.add("ActivityLoss", 0.1, ActivityLoss{});  // of the responses of all layers

  run::Activity const activity = run::run(model, trial.stimulus, {.monitor = objective.monitored()});
  LossValue const loss = objective(activity, trial.labels);
  loss.total.backward();
  // [/loss]

  for (int t = 0; t < trial.stimulus.n_timesteps(); ++t) {
    std::printf("%3.0f ms   %s   label of sample 0: %+lld\n", t * model.options.dt,
                trial.stimulus.shown[static_cast<std::size_t>(t)] == run::blank ? "blank" : "image",
                static_cast<long long>(trial.labels[0][t].item<std::int64_t>()));
  }
  for (LossPart const& part : loss.parts) std::printf("%-16s %.4f\n", part.name.c_str(), part.value);
  std::printf("%-16s %.4f\n", "total", loss.total.item<double>());
}
