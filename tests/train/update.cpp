// covers: train/schedulers/early_stopping.hpp, train/loop/group_mean.hpp, train/schedulers/monitor.hpp, train/schedulers/schedule.hpp
// covers: train/loop/sums.hpp, train/loop/update.hpp, train/loop/validation.hpp, train/precision.hpp
// Accumulated batches, clipping, schedules, early stopping, numbers that are not finite: what fit() does around an update.
#include <dynvision/train/precision.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include "toy.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace toy;

namespace {

struct Run {
  Toy net;
  Optimizer optimizer;
  Fit result{};

  explicit Run(OptimizerSettings const& settings = adam) : optimizer(net.parameters(), settings) {}
  void operator()(FitSettings const& settings, Images const& train, Images const& validation = {},
                  RunBatch const& run = {}) {
    result = fit(optimizer, cross_entropy(), run ? run : net.run(), train, validation, settings);
  }
};

OptimizerSettings const descent{
    .optimizer = "SGD", .learning_rate = 0.5, .optimizer_kwargs = {}, .lr_parameter_groups = {{"regular", 1}}};

double distance(Toy const& a, Toy const& b) { return a.weight.sub(b.weight).abs().max().item<double>(); }

// Every third image has no label that counts.
RunBatch with_labels_left_out(Toy const& net) {
  return [net](Batch const& batch, BatchContext const& context) {
    Presented shown = net.run()(batch, context);
    Tensor const left_out = batch.images.flatten(1).sum({1}).mul(1000).to(at::kLong).remainder(3).eq(0);
    shown.labels.masked_fill_(left_out.unsqueeze(1), -1);
    return shown;
  };
}

std::vector<double> column(Fit const& fit, char const* name) {
  std::vector<double> all;
  for (std::size_t i = 0; i < fit.state.metrics.size(); ++i) all.push_back(fit.state.metrics.at(i, name));
  return all;
}

}  // namespace

TEST_CASE("accumulated batches make the update of one large batch, whatever their sizes", "[train]") {
  // 44 images: batches of 8, 8, 8, 8, 8, 4; groups of 3 and 3, of 4 and 2
  for (std::int64_t const accumulate : {2, 3, 4, 6, 7}) {
    for (bool const some_labels : {false, true}) {
      CAPTURE(accumulate, some_labels);
      Run small(descent), large(descent);
      FitSettings settings = quiet(2);
      settings.scheduler.scheduler = "none";
      settings.gradient_clip_val = 0;
      settings.batches.batch_size = 8;
      settings.accumulate_grad_batches = accumulate;
      small(settings, quarters(44), {}, some_labels ? with_labels_left_out(small.net) : small.net.run());
      settings.batches.batch_size = 8 * accumulate;
      settings.accumulate_grad_batches = 1;
      large(settings, quarters(44), {}, some_labels ? with_labels_left_out(large.net) : large.net.run());
      CHECK(distance(small.net, large.net) < 1e-6);
      CHECK(small.result.state.step == large.result.state.step);
    }
  }
}

TEST_CASE("the numbers of an epoch are those of its images, whatever the batches", "[train]") {
  OptimizerSettings still = descent;
  still.learning_rate = 1e-12;
  Run run(still);
  FitSettings settings = quiet(1);
  settings.batches.batch_size = 7;
  settings.val_batch_size = 5;
  settings.log_every_n_steps = 2;
  Images const images = quarters(44);
  Batch const all{images.images, images.labels};
  RunBatch const shown_to = with_labels_left_out(run.net);
  Presented const shown = shown_to(all, {});
  double const expected = cross_entropy()(shown.activity, shown.labels).total.item<double>();
  run(settings, images, images, shown_to);
  std::size_t const last = run.result.state.metrics.size() - 1;
  CHECK(std::abs(run.result.state.metrics.at(last, "train_loss_epoch") - expected) < 1e-6);
  CHECK(std::abs(run.result.state.metrics.at(last, "val_loss") - expected) < 1e-6);
  double const right = accuracy(shown.activity.outputs, shown.labels);
  CHECK(std::abs(run.result.state.metrics.at(last, "train_accuracy_epoch") - right) < 1e-12);
  CHECK(std::abs(run.result.state.metrics.at(last, "val_accuracy") - right) < 1e-12);
}

TEST_CASE("clipping by value holds every number of the gradient", "[train]") {
  Run run(descent);
  FitSettings settings = quiet(1);
  settings.scheduler.scheduler = "none";
  settings.gradient_clip_algorithm = "value";
  settings.gradient_clip_val = 1e-3;
  settings.limit_train_batches = 1;
  Tensor const before = run.net.weight.detach().clone();
  run(settings, quarters(44));
  double const moved = run.net.weight.detach().sub(before).abs().max().item<double>();
  CHECK(std::abs(moved - 0.5 * 1e-3) < 1e-7);
  CHECK(column(run.result, "gradient_norm").back() > 1e-2);  // of before
  settings.gradient_clip_algorithm = "length";
  CHECK(failure([&] { run(settings, quarters(44)); }) == "train.211");
}

TEST_CASE("the learning rate follows its schedule, by epochs and by updates", "[train]") {
  Run run;
  FitSettings settings = quiet(3);
  settings.log_every_n_steps = 1;
  settings.scheduler = {.scheduler = "ExponentialLR", .scheduler_kwargs = {{"gamma", 0.5}}};
  run(settings, quarters(16));
  CHECK(column(run.result, "learning_rate") == std::vector<double>{0.02, 0.02, 0.01, 0.01, 0.005, 0.005});
  settings.scheduler.scheduler_configs = {.interval = "step", .frequency = 2};
  Run by_step;
  by_step(settings, quarters(24));
  CHECK(column(by_step.result, "learning_rate") ==
        std::vector<double>{0.02, 0.02, 0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025, 0.00125});

  settings.scheduler = {
      .scheduler = "OneCycleLR", .scheduler_kwargs = {{"max_lr", 0.1}}, .scheduler_configs = {.interval = "step"}};
  Run cycle;
  cycle(settings, quarters(24));  // the cycle is as long as the training
  CHECK(column(cycle.result, "learning_rate").back() < 1e-6);
  Run without({.optimizer = "Rprop", .optimizer_kwargs = {}});
  CHECK(failure([&] { without(settings, quarters(24)); }) == "train.204");
}

TEST_CASE("a plateau lowers the rate, and early stopping ends the training", "[train]") {
  OptimizerSettings still = descent;
  still.learning_rate = 1e-9;  // nothing gets better
  FitSettings settings = quiet(20);
  settings.scheduler = {.scheduler = "ReduceLROnPlateau", .scheduler_kwargs = {{"patience", 1}, {"eps", 0}}};
  settings.check_val_every_n_epoch = 2;
  settings.early_stopping_patience = 3;
  settings.early_stopping_min_delta = 1e-4;
  Run run(still);
  run(settings, quarters(16), quarters(8));
  CHECK(run.result.stop == Fit::Stop::requested);
  CHECK(run.result.stop_reason.starts_with("early stopping: val_loss has not become better than 1.38"));
  CHECK(run.result.state.epoch == 8);  // validations after 2, 4, 6 and 8 epochs
  // by train_loss, after every epoch: the first is best, the third, fifth and seventh lower the rate
  CHECK(std::abs(run.optimizer.learning_rate() - 1e-12) < 1e-18);

  auto const fails = [&](auto&& change) {
    FitSettings changed = settings;
    change(changed);
    Run again(still);
    return failure([&] { again(changed, quarters(16), quarters(8)); });
  };
  CHECK(fails([](auto& s) { s.early_stopping_monitor = "val_los"; }) == "train.205");
  CHECK(fails([](auto& s) { s.scheduler.scheduler_configs.monitor = "loss"; }) == "train.205");
  CHECK(fails([](auto& s) { s.early_stopping_mode = "least"; }) == "train.211");
  CHECK(fails([](auto& s) {
          s.early_stopping_monitor = "mine";
          s.callbacks.on_metrics.push_back([](Training& now) { (*now.row)["mine"] = 1; });
        }) == "none");
}

TEST_CASE("schedules, stopping and loss scales go on where they stopped, to the bit", "[train]") {
  TemporaryFolder const folder;
  for (char const* const scheduler : {"ReduceLROnPlateau", "OneCycleLR", "CosineAnnealingWarmRestarts"}) {
    for (int const stop_after : {1, 4, 6}) {
      CAPTURE(scheduler, stop_after);
      FitSettings settings = quiet(5);
      settings.scheduler.scheduler = scheduler;
      std::string const name = scheduler;
      if (name == "ReduceLROnPlateau") settings.scheduler.scheduler_kwargs = {{"patience", 0}, {"threshold", 0.5}};
      if (name == "OneCycleLR") {
        settings.scheduler.scheduler_kwargs = {{"max_lr", 0.1}};
        settings.scheduler.scheduler_configs.interval = "step";
      }
      if (name == "CosineAnnealingWarmRestarts") settings.scheduler.scheduler_kwargs = {{"T_0", 2}};
      settings.early_stopping_patience = 3;
      settings.early_stopping_monitor = "train_loss";
      Run straight;
      straight(settings, quarters(40));
      settings.checkpoint = folder / "checkpoint.safetensors";
      int n = 0;
      settings.stop_requested = [&] { return n++ == stop_after; };
      Run first, second;
      first(settings, quarters(40));
      settings.stop_requested = {};
      TrainingState const state = resume(settings.checkpoint, second.optimizer, settings.identity);
      second.result = fit(second.optimizer, cross_entropy(), second.net.run(), quarters(40), {}, settings, state);
      CHECK(second.net.weight.equal(straight.net.weight));
      CHECK(second.net.bias.equal(straight.net.bias));
      CHECK(second.result.state.numbers == straight.result.state.numbers);
      CHECK(second.result.state.epoch == straight.result.state.epoch);
    }
  }
}

TEST_CASE("numbers that are not finite: the update is left out, or the rate is lowered too", "[train]") {
  for (bool const of_loss : {true, false}) {
    for (std::string const policy : {"skip", "lower"}) {
      CAPTURE(of_loss, policy);
      Run run;
      FitSettings settings = quiet(2);
      settings.scheduler.scheduler = "none";
      settings.on_non_finite = policy;
      int n_seen = 0;
      settings.callbacks.on_non_finite.push_back([&](Training& now) {
        ++n_seen;
        CHECK(now.shown != nullptr);
      });
      std::vector<double> steps;
      settings.callbacks.on_train_batch_end.push_back(
          [&](Training& now) { steps.push_back(static_cast<double>(now.state.step)); });
      auto const broken = [](BatchContext const& context) { return context.batch == 1 && context.training; };
      RunBatch const bad = [&](Batch const& batch, BatchContext const& context) {
        Presented shown = run.net.run()(batch, context);
        if (broken(context) && of_loss) shown.activity.outputs = shown.activity.outputs.mul(std::nan(""));
        // a finite loss, whose gradient is 0 * inf
        if (broken(context) && !of_loss) {
          Tensor const zero = run.net.weight.sum().sub(run.net.weight.detach().sum());
          shown.activity.outputs = shown.activity.outputs.add(zero.abs().sqrt());
        }
        return shown;
      };
      run(settings, quarters(24), {}, bad);
      CHECK(n_seen == 2);
      CHECK(steps == std::vector<double>{1, 1, 2, 3, 3, 4});
      CHECK(run.result.state.numbers.at("non_finite.skipped") == 2);
      CHECK(std::isfinite(run.net.weight.sum().item<double>()));
      CHECK(run.optimizer.learning_rate() == (policy == "lower" ? 0.005 : 0.02));

      RunBatch const always = [&](Batch const& batch, BatchContext const& context) {
        Presented shown = run.net.run()(batch, context);
        shown.activity.outputs = shown.activity.outputs.mul(std::nan(""));
        return shown;
      };
      settings.callbacks = {};
      settings.non_finite_patience = 3;
      CHECK(failure([&] { run(settings, quarters(24), {}, always); }) == "train.213");
      settings.on_non_finite = "stop";
      CHECK(failure([&] { run(settings, quarters(24), {}, always); }) == "train.131");
    }
  }
}

TEST_CASE("part of a validation, and batches of it before the training", "[train]") {
  std::vector<std::int64_t> sizes;
  Run run;
  RunBatch const noting = [&](Batch const& batch, BatchContext const& context) {
    if (!context.training) sizes.push_back(batch.images.size(0));
    return run.net.run()(batch, context);
  };
  FitSettings settings = quiet(1);
  settings.val_batch_size = 4;
  auto const shown = [&](double limit, std::int64_t sanity) {
    sizes.clear();
    settings.limit_val_batches = limit;
    settings.num_sanity_val_steps = sanity;
    run(settings, quarters(16), quarters(18), noting);
    return sizes;
  };
  using Sizes = std::vector<std::int64_t>;
  CHECK(shown(1, 0) == Sizes{4, 4, 4, 4, 2});
  CHECK(shown(0.5, 0) == Sizes{4, 4});
  CHECK(shown(0.01, 0) == Sizes{4});
  CHECK(shown(3, 2) == Sizes{4, 4, 4, 4, 4});
  CHECK(shown(0, 0).empty());
}

TEST_CASE("precision by its name", "[train]") {
  run::Settings settings;
  set_precision(settings, "32");
  CHECK_FALSE(settings.compute_bfloat16);
  set_precision(settings, "bf16-mixed");
  CHECK(settings.compute_bfloat16);
  CHECK(failure([&] { set_precision(settings, "bf16mixed"); }) == "train.212");
  CHECK(precision_of("16-mixed") == Precision::half);
}

// A scale that overflows in the beginning: gradients are those of the loss all the same, and overflows cost updates alone.
TEST_CASE("with loss scaling a training learns the same, but for the updates that overflow", "[train]") {
  FitSettings settings = quiet(2);
  settings.scheduler.scheduler = "none";
  Run plain, scaled;
  plain(settings, quarters(40));
  settings.precision = "16-mixed";
  std::vector<double> scales;
  settings.callbacks.on_train_batch_end.push_back(
      [&](Training& now) { scales.push_back(now.state.numbers.at("scaler.scale")); });
  scaled(settings, quarters(40));
  CHECK(scales == std::vector<double>(10, 65536));
  CHECK(distance(plain.net, scaled.net) < 1e-6);

  Run overflowing;
  scales.clear();
  RunBatch const half = [&](Batch const& batch, BatchContext const& context) {
    Presented shown = overflowing.net.run()(batch, context);
    // what is above 2^15 overflows on its way back, as in half
    shown.activity.outputs.register_hook(
        [](Tensor const& g) { return g.masked_fill(g.abs().gt(100), std::numeric_limits<double>::infinity()); });
    return shown;
  };
  overflowing(settings, quarters(40), {}, half);
  CHECK(scales.back() < 65536);
  CHECK(overflowing.result.state.step < 10);
  CHECK(overflowing.result.state.step > 0);
  CHECK(std::isfinite(overflowing.net.weight.sum().item<double>()));
}
