// covers: train/cordsnet_training.hpp losses/weighted_steps.hpp losses/spontaneous_activity.hpp
#include <dynvision/cordsnet.hpp>
#include <dynvision/train/cordsnet_training.hpp>

#include "../io/failure.hpp"
#include "../laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

Tensor labels_of(std::vector<std::int64_t> const& values) { return indices(values, zeros({1})); }

CordsNetTraining short_training() {
  CordsNetTraining training;
  training.n_blank = 5;
  training.n_timesteps = 5;
  training.step_weights = logspace(-1, 0, 3);
  training.optimizer.learning_rate = 1e-3;
  return training;
}

}  // namespace

TEST_CASE("numbers in equal ratios", "[losses]") {
  std::vector<double> const w = logspace(-3, 0, 30);
  REQUIRE(w.size() == 30);
  CHECK(std::abs(w[0] - 1e-3) < 1e-15);
  CHECK(w[29] == 1);
  for (std::size_t i = 2; i < 30; ++i) CHECK(std::abs(w[i] / w[i - 1] - w[1] / w[0]) < 1e-12);
  CHECK(logspace(-3, 0, 1) == std::vector<double>{1});
}

TEST_CASE("weighted steps: the last ones, each with its weight", "[losses]") {
  Tensor const outputs = normal({2, 5, 3}, 1), labels = labels_of({0, 2}).unsqueeze(1).repeat({1, 5});
  double expected = 0;
  std::vector<double> const w{0.5, 2};
  for (int k = 0; k < 2; ++k) {
    expected += w[static_cast<std::size_t>(k)] *
                CrossEntropy{}(outputs.select(1, 3 + k), labels.select(1, 3 + k)).item<double>();
  }
  CHECK(std::abs(WeightedSteps{w}(outputs, labels).item<double>() - expected) < 1e-12);
  CHECK(failure([&] { WeightedSteps{logspace(-3, 0, 6)}(outputs, labels); }) == "losses.131");
  CHECK(failure([&] { WeightedSteps{{}}(outputs, labels); }) == "losses.131");
}

TEST_CASE("spontaneous activity: the first steps alone", "[losses]") {
  std::vector<run::Trace> traces(2);
  traces[0] = {"a", "record", {ones({2, 3}), ones({2, 3}).mul(-2), ones({2, 3}).mul(100)}};
  traces[1] = {"b", "record", {Signal{}, ones({2, 5}).mul(3), ones({2, 5}).mul(100)}};
  CHECK(SpontaneousActivity{2}(traces).item<double>() == (1 + 2 + 3) / 4.0);
  CHECK(failure([&] { SpontaneousActivity{4}(traces); }) == "losses.132");
  CHECK(failure([&] { SpontaneousActivity{0}(traces); }) == "losses.132");
}

TEST_CASE("the preset has the published numbers", "[train]") {
  CordsNetTraining const training;
  run::Trial const trial = training.trial(zeros({2, 3, 4, 4}), labels_of({1, 2}));
  REQUIRE(trial.stimulus.n_timesteps() == 200);
  CHECK(trial.stimulus.shown[99] == run::blank);
  CHECK(trial.stimulus.shown[100] == 0);
  CHECK(trial.labels.sizes().equals({2, 200}));
  CHECK(trial.labels[0][99].item<std::int64_t>() == -1);
  CHECK(trial.labels[1][199].item<std::int64_t>() == 2);
  CHECK(training.step_weights.size() == 30);
  CHECK(training.optimizer.learning_rate == 1e-5);
  CHECK(training.gradient_clip_val == 1e-4);
  CHECK(training.settings().truncated_bptt_timesteps == 100);
}

TEST_CASE("no gradient passes from the image to the blank steps", "[train]") {
  CordsNet<> model({.n_classes = 3, .input_dims = {3, 16, 16}, .seed = 1, .dtype = at::kDouble});
  CordsNetTraining const training = short_training();
  run::Trial const trial = training.trial(normal({2, 3, 16, 16}, 1), labels_of({1, 2}));
  run::Activity const activity = run::unroll(model, trial.stimulus, training.settings());
  LossValue const loss = training.objective()(activity, trial.labels);
  CHECK(activity.monitored.size() == 8);
  CHECK(loss.parts[1].value >= 0);
  // the same as a run whose blank steps are idle ones, for the loss on the outputs
  run::Activity const idle = run::unroll(model, trial.stimulus.frames.select(1, 0),
                                         {.n_timesteps = training.n_timesteps, .idle_timesteps = training.n_blank});
  WeightedSteps const scored{training.step_weights};
  scored(activity.outputs, trial.labels).backward({}, true);
  Tensor const g = parameter(model, "layer3.conv.parametrizations.weight.original1").grad().clone();
  parameter(model, "layer3.conv.parametrizations.weight.original1").mutable_grad() = Tensor{};
  scored(idle.outputs, trial.labels.narrow(1, training.n_blank, training.n_timesteps)).backward();
  CHECK(distance(parameter(model, "layer3.conv.parametrizations.weight.original1").grad(), g) < 1e-12);
}

TEST_CASE("a few steps of the preset make the loss smaller", "[train]") {
  CordsNet<> model({.n_classes = 3, .input_dims = {3, 16, 16}, .seed = 1});
  CordsNetTraining const training = short_training();
  Optimizer optimizer(model.parameters(), training.optimizer);
  run::Trial const trial = training.trial(normal({3, 3, 16, 16}, 1, at::kFloat), labels_of({0, 1, 2}));
  std::vector<double> losses;
  for (int i = 0; i < 8; ++i) {
    optimizer.zero_grad();
    run::Activity const activity = run::unroll(model, trial.stimulus, training.settings());
    LossValue const loss = training.objective()(activity, trial.labels);
    loss.total.backward();
    optimizer.step(training.gradient_clip_val);
    losses.push_back(loss.total.item<double>());
  }
  CHECK(losses.back() < losses.front());
}

TEST_CASE("bad numbers of the preset", "[train]") {
  CordsNetTraining training;
  training.n_timesteps = 101;
  CHECK(failure([&] { training.settings(); }) == "train.142");
  training.n_blank = 0;
  CHECK(failure([&] { training.trial(zeros({2, 3, 4, 4}), labels_of({1, 2})); }) == "train.141");
}

TEST_CASE("decoupled weight decay leaves the gradient alone", "[train]") {
  Tensor w = ones({1}).mul(2).set_requires_grad(true);
  OptimizerSettings settings{.optimizer = "AdamW", .learning_rate = 0.1, .optimizer_kwargs = {{"weight_decay", 0.5}}};
  Optimizer optimizer({{"w", w, true}}, settings);
  w.mul(3).sum().backward();
  optimizer.step();
  // the first step of Adam is lr in the direction of the gradient
  CHECK(std::abs(w.item<double>() - (2 * (1 - 0.1 * 0.5) - 0.1)) < 1e-6);
}
