// covers: train/checkpoint.hpp, train/evaluate.hpp, train/fit_settings.hpp, train/loop/training_log.hpp, train/training_state.hpp
// covers: train/loop/training_loop.hpp, train/loop/why_nothing_is_learned.hpp
// Training, stopping and going on, with a model of two lines.
#include <dynvision/train/fit.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include "toy.hpp"
#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace dynvision;
using namespace toy;

namespace {

// Asks to stop when it has been asked for the n-th time.
std::function<bool()> after(int n) {
  return [n]() mutable { return --n < 0; };
}

struct Trained {
  Toy toy;
  Optimizer optimizer{toy.parameters(), adam};
  Fit result;
};

bool same(Trained const& a, Trained const& b) {
  auto const x = a.optimizer.state(), y = b.optimizer.state();
  if (x.size() != y.size() || !a.toy.weight.equal(b.toy.weight) || !a.toy.bias.equal(b.toy.bias)) return false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!x[i].second.equal(y[i].second)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("training learns", "[train]") {
  Trained t;
  FitSettings settings = quiet(3);
  t.result = fit(t.optimizer, cross_entropy(), t.toy.run(), quarters(40), quarters(20), settings);
  CHECK(t.result.stop == Fit::Stop::finished);
  CHECK(t.result.state.epoch == 3);
  CHECK(t.result.state.step == 15);
  CHECK(t.result.state.images == 120);
  auto const& rows = t.result.state.metrics;
  std::vector<double> steps;
  for (std::size_t i = 0; i < rows.size(); ++i) steps.push_back(rows.at(i, "step"));
  REQUIRE(steps == std::vector<double>{3, 5, 6, 9, 10, 12, 15});  // every third, and the last of each epoch
  std::size_t const last = rows.size() - 1;
  CHECK(rows.at(0, "epoch") == 0.6);
  CHECK(std::isnan(rows.at(0, "val_loss")));
  CHECK(rows.at(last, "epoch") == 3);
  CHECK(rows.at(last, "val_loss") < rows.at(1, "val_loss"));
  CHECK(rows.at(last, "val_accuracy") > 0.9);
  CHECK(rows.at(last, "learning_rate") < rows.at(0, "learning_rate"));
  CHECK(rows.at(last, "loss/CrossEntropyLoss") == rows.at(last, "train_loss"));
}

TEST_CASE("a training that was stopped goes on as if it had not been, bit for bit", "[train]") {
  Images const train = quarters(44), validation = quarters(12);
  for (std::int64_t const accumulate : {1, 3}) {
    FitSettings settings = quiet(2);
    settings.accumulate_grad_batches = accumulate;
    Trained straight;
    straight.result = fit(straight.optimizer, cross_entropy(), straight.toy.run(), train, validation, settings);
    for (int const stop_after : {0, 1, 2, 3, 5, 7, 9}) {
      CAPTURE(accumulate, stop_after);
      TemporaryFolder const folder;
      settings.checkpoint = folder / "checkpoint.safetensors";
      settings.metrics = folder / "metrics.csv";
      settings.stop_requested = after(stop_after);
      Trained first;
      first.result = fit(first.optimizer, cross_entropy(), first.toy.run(), train, validation, settings);
      settings.stop_requested = {};

      Trained second;
      TrainingState const state = resume(settings.checkpoint, second.optimizer, settings.identity);
      CHECK(same(first, second));
      second.result = fit(second.optimizer, cross_entropy(), second.toy.run(), train, validation, settings, state);
      CHECK(second.result.stop == Fit::Stop::finished);
      CHECK(same(straight, second));

      auto const &rows = second.result.state.metrics, &expected = straight.result.state.metrics;
      REQUIRE(rows.size() == expected.size());
      auto const table = read_csv(settings.metrics);
      REQUIRE(table.rows.size() == expected.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        REQUIRE(rows.columns() == expected.columns());
        auto const x = rows.numbers(i), y = expected.numbers(i);
        for (std::size_t k = 0; k < x.size(); ++k) {
          if (rows.columns()[k] == "seconds") continue;
          CHECK((x[k] == y[k] || (std::isnan(x[k]) && std::isnan(y[k]))));
        }
        CHECK(table.rows[i][5] == CsvWriter::text(rows.at(i, "train_loss")));
      }
    }
  }
}

TEST_CASE("a training stops when its time is over", "[train]") {
  Trained t;
  FitSettings settings = quiet(1000000);
  settings.scheduler.scheduler = "none";
  settings.max_seconds = 0.05;
  t.result = fit(t.optimizer, cross_entropy(), t.toy.run(), quarters(40), {}, settings);
  CHECK(t.result.stop == Fit::Stop::out_of_time);
  CHECK(t.result.state.step > 0);
  CHECK(t.result.state.seconds >= 0.05);
}

TEST_CASE("a loss that is not finite ends the training, and what was learned before is kept", "[train]") {
  TemporaryFolder const folder;
  FitSettings settings = quiet(1);
  settings.checkpoint = folder / "checkpoint.safetensors";
  for (double const bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Trained t;
    int calls = 0;
    Tensor before;
    RunBatch const run = [&](Batch const& batch, BatchContext const& context) {
      Presented shown = t.toy.run()(batch, context);
      if (++calls == 3) {
        before = t.toy.weight.detach().clone();
        shown.activity.outputs = shown.activity.outputs.mul(bad);
      }
      return shown;
    };
    std::string const text = message([&] { fit(t.optimizer, cross_entropy(), run, quarters(40), {}, settings); });
    CHECK(text.starts_with("[dynvision.train.131] epoch 1/1, batch 3/5"));
    CHECK(t.toy.weight.detach().equal(before));
    Trained again;
    CHECK(resume(settings.checkpoint, again.optimizer, settings.identity).step == 2);
    CHECK(again.toy.weight.detach().equal(before));
  }
}

TEST_CASE("a training that learns nothing is an error", "[train]") {
  auto const nothing = [](auto&& change) {
    Trained t;
    RunBatch const run = [&](Batch const& batch, BatchContext const& context) {
      Presented shown = t.toy.run()(batch, context);
      change(shown);
      return shown;
    };
    return message([&] { fit(t.optimizer, cross_entropy(), run, quarters(40), {}, quiet(2)); });
  };
  auto const says = [](std::string const& text, std::string const& part) {
    INFO(text);
    return text.starts_with("[dynvision.train.135] epoch 1/2, batch ") && text.find(part) != std::string::npos;
  };
  // The outputs depend on nothing: a detached run; too few steps.
  auto const detach = [](Presented& shown) { shown.activity.outputs = shown.activity.outputs.detach(); };
  CHECK(says(nothing(detach), "expected a run with gradient"));
  CHECK(says(
      nothing([&](Presented& shown) {
        shown.activity.outputs = shown.activity.outputs.detach().mul(0);
        shown.activity.n_residual_timesteps = 3;
      }),
      "no signal in the 3 steps of the trial: expected more; the feedforward delays take 3 steps, so 4 are enough"));
  // The gradient is there, and 0: at the end of the first epoch.
  CHECK(says(nothing([](Presented& shown) { shown.activity.outputs = shown.activity.outputs.mul(0); }), "batch 5/5"));
  CHECK(says(nothing([](Presented& shown) { shown.labels.fill_(-1); }), "nothing is learned"));
  CHECK(says(nothing([](Presented& shown) {
               shown.labels.fill_(-1).select(1, 0).fill_(1);  // where the outputs of the toy are 0
             }),
             "expected labels >= 0 from step 1 on"));
  // One batch that teaches is enough.
  int calls = 0;
  CHECK(nothing([&](Presented& shown) {
          if (++calls != 3) shown.activity.outputs = shown.activity.outputs.mul(0);
        }).empty());

  Trained frozen;
  frozen.toy.weight.set_requires_grad(false);
  frozen.toy.bias.set_requires_grad(false);
  CHECK(says(message([&] { fit(frozen.optimizer, cross_entropy(), frozen.toy.run(), quarters(40), {}, quiet(2)); }),
             "all parameters are frozen"));
  Trained off;
  {
    at::AutoGradMode const no_gradient(false);
    CHECK(says(message([&] { fit(off.optimizer, cross_entropy(), off.toy.run(), quarters(40), {}, quiet(2)); }),
               "gradients switched off"));
  }
  CHECK(failure([&] { fit(off.optimizer, cross_entropy(), off.toy.run(), quarters(0), {}, quiet(2)); }) == "data.133");

  // After ten updates where the epoch is long.
  Trained t;
  int n_batches = 0;
  RunBatch const run = [&](Batch const& batch, BatchContext const& context) {
    Presented shown = t.toy.run()(batch, context);
    shown.activity.outputs = shown.activity.outputs.mul(0);
    ++n_batches;
    return shown;
  };
  CHECK(failure([&] { fit(t.optimizer, cross_entropy(), run, quarters(4000), {}, quiet(2)); }) == "train.135");
  CHECK(n_batches == 10);
  // A training that goes on may have learned everything.
  TrainingState learned;
  learned.step = 5;
  CHECK(failure([&] { fit(t.optimizer, cross_entropy(), run, quarters(40), {}, quiet(1), learned); }) == "none");
}

TEST_CASE("epochs at a learning rate of 0 are refused", "[train]") {
  Trained t;
  auto const with = [&](std::int64_t epochs, Kwargs const& cosine, std::int64_t first = 0) {
    FitSettings settings = quiet(epochs);
    settings.scheduler.scheduler_kwargs = cosine;
    TrainingState start;
    start.epoch = first;
    return failure([&] { fit(t.optimizer, cross_entropy(), t.toy.run(), quarters(8), {}, settings, start); });
  };
  CHECK(with(3, {{"T_max", 3}}) == "none");
  CHECK(with(4, {{"T_max", 3}}) == "train.136");
  CHECK(with(4, {{"T_max", 3}, {"eta_min", 0.001}}) == "none");
  CHECK(with(5, {{"T_max", 4}}, 4) == "train.136");
  CHECK(with(3, {{"T_max", 2}}, 3) == "none");  // nothing is left to do
}

TEST_CASE("a damaged or foreign checkpoint is an error, and changes nothing", "[train]") {
  TemporaryFolder const folder;
  auto const path = folder / "checkpoint.safetensors";
  FitSettings settings = quiet(1);
  settings.checkpoint = path;
  Trained t;
  fit(t.optimizer, cross_entropy(), t.toy.run(), quarters(40), {}, settings);
  std::string const good = contents(path);

  Trained other;
  Tensor const before = other.toy.weight.detach().clone();
  auto const failed = [&](std::map<std::string, std::string> const& identity = {{"seed", "3"}}) {
    std::string const error = failure([&] { resume(path, other.optimizer, identity); });
    CHECK(other.toy.weight.detach().equal(before));
    CHECK(other.optimizer.state().empty());
    return error;
  };
  folder.file("checkpoint.safetensors", good.substr(0, good.size() - 10));
  CHECK(failed().starts_with("io."));
  folder.file("checkpoint.safetensors", "no such thing");
  CHECK(failed().starts_with("io."));
  save_weights(path, t.toy.parameters());
  CHECK(failed() == "train.121");
  std::string changed = good;
  changed.replace(changed.find("format_version\\\":2"), 18, "format_version\\\":9");
  folder.file("checkpoint.safetensors", changed);
  CHECK(failed() == "train.122");
  changed = good;
  changed.replace(changed.find("\\\"epoch\\\":"), 9, "\\\"epock\\\"");
  folder.file("checkpoint.safetensors", changed);
  CHECK(failed() == "train.123");

  folder.file("checkpoint.safetensors", good);
  CHECK(failed({{"seed", "4"}}) == "train.124");
  CHECK(failed({{"seed", "3"}, {"batch_size", "8"}}) == "train.124");
  CHECK(failed({}) == "train.124");
  std::string const text = message([&] { resume(path, other.optimizer, {{"seed", "4"}, {"tau", "5"}}); });
  CHECK(text.find("seed: expected 4, found 3") != std::string::npos);
  CHECK(text.find("tau: expected 5, found none") != std::string::npos);

  Parameters const another{{"toy.weight", dynvision::zeros({2, 2}).set_requires_grad(true)}};
  Optimizer of_another(another);
  CHECK(failure([&] { resume(path, of_another, settings.identity); }) == "io.181");
  CHECK_FALSE(failure([&] { resume(path, other.optimizer, settings.identity); }) == "io.181");
}

TEST_CASE("evaluation counts answers, confidences and responses", "[train]") {
  Toy toy;
  {
    at::AutoGradMode const no_gradient(false);
    auto* const w = toy.weight.mutable_data_ptr<float>();
    for (int i = 0; i < 16; ++i) w[i] = i % 5 == 0 ? 10.0F : 0.0F;
  }
  Images images = quarters(40);
  auto const result = evaluate(toy.run(), cross_entropy(), images, {.batch_size = 7, .record = true, .progress = ""});
  CHECK(result.complete);
  CHECK(result.n_images == 40);
  auto const shown = toy.run()({images.images, images.labels}, {});
  CHECK(std::abs(result.accuracy - accuracy(shown.activity.outputs, shown.labels)) < 1e-12);
  REQUIRE(result.accuracy_over_time.size() == n_steps);
  CHECK(result.accuracy_over_time[0] == 0.25);  // all outputs are 0: the first class
  CHECK(result.guess_confidence_over_time[0] == 0.25);
  CHECK(result.label_confidence_over_time[2] > result.label_confidence_over_time[1]);
  std::int64_t sum = 0, right = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) sum += result.confusion[i][j];
    right += result.confusion[i][i];
  }
  CHECK(sum == 40);
  CHECK(std::abs(result.answer_accuracy - static_cast<double>(right) / 40) < 1e-12);
  REQUIRE(result.responses.size() == 1);
  CHECK(result.responses[0].layer == "toy");
  CHECK(std::isnan(result.responses[0].mean[0]));
  CHECK(std::abs(result.responses[0].mean[2] - 2 * result.responses[0].mean[1]) < 1e-4);
  CHECK(shown.activity.outputs.requires_grad());

  auto const part =
      evaluate(toy.run(), cross_entropy(), images, {.batch_size = 8, .progress = "", .stop_requested = after(1)});
  CHECK_FALSE(part.complete);
  CHECK(part.n_images == 16);
}

TEST_CASE("settings of a training are checked", "[train]") {
  Trained t;
  auto const with = [&](auto&& change) {
    FitSettings settings = quiet(1);
    change(settings);
    return failure([&] { fit(t.optimizer, cross_entropy(), t.toy.run(), quarters(40), {}, settings); });
  };
  CHECK(with([](auto& s) { s.epochs = -1; }) == "train.133");
  CHECK(with([](auto& s) { s.accumulate_grad_batches = 0; }) == "train.133");
  CHECK(with([](auto& s) { s.gradient_clip_val = std::nan(""); }) == "train.133");
  CHECK(with([](auto& s) { s.max_seconds = -1; }) == "train.133");
  CHECK(with([](auto& s) { s.log_every_n_steps = 0; }) == "train.133");
  CHECK(with([](auto& s) { s.batches.batch_size = 0; }) == "data.131");
  FitSettings settings = quiet(1);
  TrainingState beyond;
  beyond.batch = 99;
  CHECK(failure([&] { fit(t.optimizer, cross_entropy(), t.toy.run(), quarters(40), {}, settings, beyond); }) ==
        "train.134");
}
