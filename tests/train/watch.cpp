// covers: train/beside_training.hpp, train/log_events.hpp, train/loop/non_finite.hpp, train/record_training.hpp, train/run_for.hpp, train/tensorboard.hpp
// covers: train/record_settings.hpp, train/sample_responses.hpp, train/training_curves.hpp, train/watch.hpp
// What is seen of a training while it goes, with a model of two layers.
#include <dynvision/connections/full.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/model/layer.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/record_training.hpp>
#include <dynvision/train/run_for.hpp>

#include "../heard_warnings.hpp"
#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include "noisy_toy.hpp"
#include <catch2/catch_test_macros.hpp>

#include <sstream>

using namespace dynvision;
using namespace toy;

namespace {

// A nonlinearity that loses its numbers from a step on: forward, or on the way back.
struct Lose {
  static constexpr std::string_view label = "lose";
  static inline int from_step = -1;
  static inline bool backward = false;
  Signal operator()(Signal const& x, Moment& now) const {
    if (!x.defined() || from_step < 0 || now.step < from_step) return x;
    if (!backward) return x.mul(std::numeric_limits<double>::quiet_NaN());
    // sqrt of 0: 0, and a derivative that is infinite
    return x.add(x.mul(0).sqrt());
  }
};

struct V1 : Layer<"V1", Conv<1, 4, 3>, Recur<Full<4>>, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<4, 4, 3>, Evolve<Euler>, Lose, Relu, Record, Delay> {};
using Net = Model<V1, V2>;

Images patterns(std::int64_t n) {
  torch::manual_seed(3);
  Images set{torch::rand({n, 1, 6, 6}), dynvision::zeros({n}, at::kLong), {"a", "b", "c"}};
  for (std::int64_t i = 0; i < n; ++i) set.labels.mutable_data_ptr<std::int64_t>()[i] = i % 3;
  return set;
}

struct Learner {
  Net model{{.n_classes = 3, .input_dims = {1, 6, 6}, .t_feedforward = 0, .seed = 1}};
  Optimizer optimizer{model.parameters(), {.learning_rate = 0.01}};
  RunBatch run = [this](Batch const& batch, BatchContext const& context) -> Presented {
    run::Trial const trial = run::make_trial(model, batch.images, batch.labels, {.n_timesteps = 6});
    return {run_for(context, model, trial.stimulus), trial.labels};
  };
  Fit fit(FitSettings const& settings) {
    return dynvision::fit(optimizer, cross_entropy(), run, patterns(24), patterns(12), settings);
  }
};

FitSettings few() {
  FitSettings settings = quiet(2);
  settings.scheduler.scheduler = "none";
  return settings;
}

struct Losing {
  Losing(int step, bool backward) { Lose::from_step = step, Lose::backward = backward; }
  ~Losing() { Lose::from_step = -1, Lose::backward = false; }
};

bool says(std::string const& text, std::string_view part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a number that is not finite is traced to its operation and step", "[train]") {
  {
    Losing const at(4, false);
    Learner learner;
    std::string const text = message([&] { learner.fit(few()); });
    CHECK(says(text, "[dynvision.train.131] epoch 1/2, batch 1/3"));
    CHECK(says(text, "the first signal that is not finite: V2, lose, step 4 (8 ms), whose mean is nan"));
  }
  {
    Losing const at(3, true);
    Learner learner;
    std::string const text = message([&] { learner.fit(few()); });
    CHECK(says(text, "[dynvision.train.132] "));
    CHECK(says(text, "the first gradient that is not finite, on the way back: that of V2, tstep, step "));
  }
  Learner learner;
  {
    at::AutoGradMode const no_gradient(false);
    tensor_of(learner.model.parameters(), "V2.conv.weight").mul_(INFINITY);
  }
  CHECK(says(message([&] { learner.fit(few()); }), "parameters that are not finite: V2.conv.weight"));

  // A run that does not look says so; a run that looks and learns is the same training.
  Losing const at(4, false);
  Learner plain;
  plain.run = [&plain](Batch const& batch, BatchContext const&) -> Presented {
    run::Trial const trial = run::make_trial(plain.model, batch.images, batch.labels, {.n_timesteps = 6});
    return {run::run(plain.model, trial.stimulus), trial.labels};
  };
  CHECK(says(message([&] { plain.fit(few()); }), "run_for() in the training's RunBatch would say"));
}

TEST_CASE("layers that are silent or explode are warned of in each epoch, and their responses are columns", "[train]") {
  HeardWarnings warnings;
  auto const trained = [&](double factor, WatchSettings const& watched) {
    Learner learner;
    {
      at::AutoGradMode const no_gradient(false);
      tensor_of(learner.model.parameters(), "V2.conv.weight").mul_(factor);
      tensor_of(learner.model.parameters(), "V2.conv.bias").mul_(factor);
    }
    FitSettings settings = few();
    append(settings.callbacks, watch(watched));
    return learner.fit(settings).state;
  };
  TrainingState const usual = trained(1, {.norms = true});
  CHECK(warnings.all.empty());
  CHECK(usual.metrics.last("V1_response_avg") > 0);
  CHECK(usual.metrics.last("V2_response_avg") > 0);
  CHECK(usual.metrics.last("params/V1.conv.weight_norm") > 0);
  CHECK(usual.metrics.last("grads/V1.conv.weight_norm") > 0);
  CHECK(usual.metrics.last("memory_mb") > 10);
  CHECK(usual.metrics.last("peak_memory_mb") >= usual.metrics.last("memory_mb") / 2);
  trained(1, {.silent_below = 1000});
  CHECK(says(warnings.text(),
             "[dynvision.train.251] epoch 1: layers that are silent (below 1000):\n  V1: mean response "));
  CHECK(says(warnings.text(), "[dynvision.train.251] epoch 2: "));
  warnings.all.clear();
  trained(1e8, {});
  CHECK(
      says(warnings.text(), "[dynvision.train.252] epoch 1: layers that explode (above 10000):\n  V2: mean response "));

  // Looking changes nothing.
  FitSettings settings = few();
  Learner a, b;
  a.fit(settings);
  append(settings.callbacks, watch({.norms = true}));
  b.fit(settings);
  CHECK(tensor_of(a.model.parameters(), "V2.conv.weight").equal(tensor_of(b.model.parameters(), "V2.conv.weight")));
}

TEST_CASE("figure, log and TensorBoard's file of a training", "[train]") {
  TemporaryFolder const folder;
  Learner learner;
  FitSettings settings = few();
  settings.checkpoint = folder / "checkpoint.safetensors";
  append(settings.callbacks, record_training(folder.path));
  int epochs = 0;
  settings.callbacks.on_train_epoch_end.push_back([&](Training&) {
    ++epochs;  // it is there while the training goes
    CHECK(says(contents(folder / "figures/training.svg"), "norm of the gradient"));
  });
  learner.fit(settings);
  CHECK(epochs == 2);
  CHECK(says(contents(folder / "figures/training.svg"), "<polyline"));

  auto const files = std::distance(std::filesystem::directory_iterator(folder / "tensorboard"), {});
  CHECK(files == 1);
  std::string const events = contents(std::filesystem::directory_iterator(folder / "tensorboard")->path());
  for (auto const* const name :
       {"train_loss", "val_accuracy", "params/V1.conv.weight_hist", "filters/V1.conv.weight"}) {
    CHECK(events.find(name) != std::string::npos);
  }

  std::vector<std::string> seen;
  std::istringstream lines(contents(folder / "log.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    auto const json = nlohmann::json::parse(line);
    seen.push_back(json["event"]);
    if (seen.back() == "epoch") CHECK(json["metrics"]["val_loss"].is_number());
  }
  CHECK(std::count(seen.begin(), seen.end(), "epoch") == 2);
  CHECK(std::count(seen.begin(), seen.end(), "checkpoint") == 2);
  CHECK(seen.front() == "start");
  CHECK(seen.back() == "end");
  CHECK(says(contents(folder / "log.txt"), "epoch 2/2  train_loss "));

  // An error stands in the log, with where it began.
  Losing const at(4, false);
  CHECK(failure([&] { learner.fit(settings); }) == "train.131");
  CHECK(says(contents(folder / "log.txt"), "error    [dynvision.train.131] "));
}

TEST_CASE("what cannot be written beside a training is a warning", "[train]") {
  TemporaryFolder const folder;
  FitSettings settings = few();
  auto const file = folder.file("a file", "");
  append(settings.callbacks, tensorboard(file / "x"));
  append(settings.callbacks, training_curves(file / "x.svg"));
  HeardWarnings warnings;
  Learner learner;
  CHECK(learner.fit(settings).stop == Fit::Stop::finished);
  CHECK(says(warnings.text(), "[dynvision.train.247] TensorBoard's file cannot be written, the training goes on: "));
  CHECK(says(warnings.text(), "[dynvision.train.247] the figure of the curves cannot be written"));
  std::string const text = warnings.text();
  CHECK(std::count(text.begin(), text.end(), '[') < 8);  // not at every row
}
