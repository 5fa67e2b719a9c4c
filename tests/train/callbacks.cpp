// covers: train/training.hpp
// Functions at the events of a training.
#include <dynvision/train/callbacks.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include "toy.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace toy;

namespace {

Callbacks noting(std::string& events) {
  auto const note = [&events](std::string const& name, auto&& known) {
    return [&events, name, known](Training& now) {
      events += name + " ";
      CHECK(known(now));
    };
  };
  auto const any = [](Training const&) { return true; };
  auto const batch = [](Training const& now) { return now.batch != nullptr && now.batch->images.size(0) > 0; };
  auto const shown = [](Training const& now) {
    return now.batch && now.shown && now.shown->activity.outputs.defined();
  };
  auto const loss = [](Training const& now) {
    return now.batch && now.shown && now.loss && now.loss->parts.size() == 1;
  };
  auto const gradient = [](Training const& now) {
    return now.optimizer.parameters().front().tensor.grad().defined() && now.shown;
  };
  auto const none = [](Training const& now) { return !now.batch && !now.shown && !now.loss; };
  Callbacks on;
  on.on_train_start.push_back(note("start", none));
  on.on_train_epoch_start.push_back(note("\nepoch", none));
  on.on_train_batch_start.push_back(note("batch", batch));
  on.on_before_backward.push_back(note("loss", loss));
  on.on_after_backward.push_back(note("backward", gradient));
  on.on_before_optimizer_step.push_back(note("gradient", gradient));
  on.on_after_optimizer_step.push_back(note("step", shown));
  on.on_train_batch_end.push_back(note("done;", shown));
  on.on_metrics.push_back(note("row", [](Training const& now) { return now.row && now.row->at("train_loss") > 0; }));
  on.on_validation_start.push_back(note("validation", none));
  on.on_validation_end.push_back(note("validated", [](Training const& now) {
    return now.validation && now.validation->n_images == 12 && now.row->at("val_loss") == now.validation->loss;
  }));
  on.on_train_epoch_end.push_back(note("over", [](Training const& now) {
    return now.row && now.row->at("epoch") == static_cast<double>(now.state.epoch) && now.state.batch == 0;
  }));
  on.on_save_checkpoint.push_back(note("save", any));
  on.on_non_finite.push_back(note("nan", loss));
  on.on_stop.push_back(note("\nstop", [](Training const& now) { return now.stop_reason.has_value(); }));
  on.on_train_end.push_back(note("end", none));
  return on;
}

}  // namespace

TEST_CASE("callbacks are called in the order of a training", "[train]") {
  TemporaryFolder const folder;
  std::string events;
  Toy net;
  Optimizer optimizer(net.parameters(), adam);
  FitSettings settings = quiet(2);
  settings.accumulate_grad_batches = 2;
  settings.log_every_n_steps = 1;
  settings.checkpoint = folder / "checkpoint.safetensors";
  settings.callbacks = noting(events);
  Fit const result = fit(optimizer, cross_entropy(), net.run(), quarters(24), quarters(12), settings);
  CHECK(result.stop_reason.empty());
  std::string const epoch =
      "\nepoch batch loss backward done; batch loss backward gradient row step done; batch loss backward gradient step "
      "done; validation validated row over save ";
  CHECK(events == "start " + epoch + epoch + "end ");
}

TEST_CASE("a callback asks for a stop, and the training goes on afterwards", "[train]") {
  TemporaryFolder const folder;
  Toy straight;
  Optimizer straight_optimizer(straight.parameters(), adam);
  fit(straight_optimizer, cross_entropy(), straight.run(), quarters(40), {}, quiet(2));

  std::string events;
  Toy net;
  Optimizer optimizer(net.parameters(), adam);
  FitSettings settings = quiet(2);
  settings.checkpoint = folder / "checkpoint.safetensors";
  settings.callbacks.on_after_optimizer_step.push_back([](Training& now) {
    now.state.numbers["steps seen"] += 1;
    if (now.state.step == 7) now.stop("seven are enough");
  });
  append(settings.callbacks, noting(events));
  Fit const stopped = fit(optimizer, cross_entropy(), net.run(), quarters(40), {}, settings);
  CHECK(stopped.stop == Fit::Stop::requested);
  CHECK(stopped.stop_reason == "seven are enough");
  CHECK(stopped.state.step == 7);
  CHECK(events.ends_with("gradient step done; \nstop save end "));

  Toy other;
  Optimizer other_optimizer(other.parameters(), adam);
  TrainingState const state = resume(settings.checkpoint, other_optimizer, settings.identity);
  CHECK(state.numbers.at("steps seen") == 7);
  fit(other_optimizer, cross_entropy(), other.run(), quarters(40), {}, quiet(2), state);
  CHECK(other.weight.equal(straight.weight));
}

TEST_CASE("a callback adds columns to the metrics, also late", "[train]") {
  TemporaryFolder const folder;
  Toy net;
  Optimizer optimizer(net.parameters(), adam);
  FitSettings settings = quiet(2);
  settings.metrics = folder / "metrics.csv";
  settings.callbacks.on_metrics.push_back([](Training& now) {
    if (now.state.step > 3) (*now.row)["params/bias_norm"] = now.optimizer.parameters()[1].tensor.norm().item<double>();
  });
  Fit const result = fit(optimizer, cross_entropy(), net.run(), quarters(40), {}, settings);
  auto const table = read_csv(settings.metrics);
  REQUIRE(table.columns.back() == "params/bias_norm");
  REQUIRE(table.rows.size() == result.state.metrics.size());
  CHECK(table.rows.back().back() == CsvWriter::text(net.bias.norm().item<double>()));
  CHECK(std::isnan(result.state.metrics.at(0, "params/bias_norm")));
}

TEST_CASE("a callback's exception ends the training like an error of it", "[train]") {
  std::string events;
  Toy net;
  Optimizer optimizer(net.parameters(), adam);
  FitSettings settings = quiet(1);
  settings.callbacks = noting(events);
  settings.callbacks.on_train_batch_end.push_back([](Training&) { throw std::runtime_error("mine"); });
  settings.callbacks.on_train_end.push_back([](Training&) { throw std::runtime_error("another"); });
  std::string text;
  try {
    fit(optimizer, cross_entropy(), net.run(), quarters(40), {}, settings);
  } catch (std::runtime_error const& error) {
    text = error.what();
  }
  CHECK(text == "mine");
  CHECK(events.ends_with("done; end "));
}

TEST_CASE("callbacks see the batch whose loss is not finite", "[train]") {
  std::string events;
  Toy net;
  Optimizer optimizer(net.parameters(), adam);
  FitSettings settings = quiet(1);
  settings.callbacks = noting(events);
  RunBatch const run = [&](Batch const& batch, BatchContext const& context) {
    Presented shown = net.run()(batch, context);
    if (context.batch == 2) shown.activity.outputs = shown.activity.outputs.mul(std::nan(""));
    return shown;
  };
  CHECK(failure([&] { fit(optimizer, cross_entropy(), run, quarters(40), {}, settings); }) == "train.131");
  CHECK(events.ends_with("done; batch nan end "));
}
