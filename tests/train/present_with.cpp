// covers: train/begin_with.hpp, train/initial_weights.hpp, train/run_for.hpp
// A RunBatch of a model, of a type and without one; what a training begins with.
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/train/begin_with.hpp>
#include <dynvision/train/fit.hpp>
#include <dynvision/train/present_with.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

struct V1 : Layer<"V1", Conv<1, 4, 3, 2>, Evolve<Euler>, Relu, Dropout, Record, Delay> {};
using Net = Model<V1>;

Net small_net() { return Net({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1}); }
Batch some_batch() {
  Tensor const images = dynvision::full({4, 1, 8, 8}, 0.5);
  Tensor const labels = dynvision::zeros({4}, at::kLong);
  return {images, labels};
}
bool same(Presented const& a, Presented const& b) {
  return a.activity.outputs.equal(b.activity.outputs) && a.labels.equal(b.labels);
}

}  // namespace

TEST_CASE("a batch is presented as its context says", "[train]") {
  Net net = small_net();
  run::TrialSettings const trial{.n_timesteps = 6, .presentation = {.pattern = "011010", .shuffle = true}};
  RunBatch const run = present_with(net, trial, {.seed = 5});
  Batch const batch = some_batch();
  Presented const shown = run(batch, {.training = true, .epoch = 1, .batch = 2});
  CHECK(net.in_training);
  CHECK(same(shown, run(batch, {.training = true, .epoch = 1, .batch = 2})) == false);  // dropout is LibTorch's
  Presented const evaluated = run(batch, {.epoch = 1, .batch = 2});
  CHECK_FALSE(net.in_training);
  CHECK(same(evaluated, run(batch, {.epoch = 2, .batch = 2})));  // every validation alike
  CHECK(evaluated.labels.size(1) == 6);
  bool differs = false;
  for (std::int64_t i = 0; i < 8; ++i) {
    differs = differs || !run(batch, {.training = true, .epoch = 1, .batch = i}).labels.equal(shown.labels);
  }
  CHECK(differs);  // the order of the pattern
  CHECK(run(batch, {.record = true}).activity.responses.size() == 1);

  RunBatch const step_by_step = present_with(net, trial, {.seed = 5}, {.path = RunPath::unroll});
  CHECK(step_by_step(batch, {}).activity.outputs.sub(run(batch, {}).activity.outputs).abs().max().item<double>() <
        1e-6);
  CHECK(failure([&] { present_with(net, trial, {}, {.precision = "16-mixed"}); }) == "train.214");
  CHECK(failure([&] { present_with(net, trial, {}, {.precision = "half"}); }) == "train.212");
}

TEST_CASE("a training in bfloat16 keeps parameters in float, and learns", "[train]") {
  Net net = small_net();
  RunBatch const run = present_with(net, {.n_timesteps = 3}, {}, {.precision = "bf16-mixed"});
  Optimizer optimizer(net.parameters(), {.learning_rate = 0.01});
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1, CrossEntropy{});
  Images images{dynvision::randn({24, 1, 8, 8}), dynvision::zeros({24}, at::kLong), {"a", "b", "c"}};
  Fit const result = fit(optimizer, objective, run, images, {},
                         {.epochs = 3, .batches = {.batch_size = 8}, .precision = "bf16-mixed", .progress = false});
  std::size_t const last = result.state.metrics.size() - 1;
  CHECK(result.state.metrics.at(last, "train_loss_epoch") < result.state.metrics.at(0, "train_loss_epoch"));
  for (Parameter const& p : net.parameters()) CHECK(p.tensor.scalar_type() == at::kFloat);
}

TEST_CASE("a training begins with weights of a file, a head for its classes, and frozen parameters", "[train]") {
  TemporaryFolder const folder;
  auto const made = [](std::int64_t n_classes, double value) {
    Parameters all{{"V1.conv.weight", dynvision::full({2, 2}, value)},
                   {"V1.recurrence.weight", dynvision::full({2}, value)},
                   {"classifier.weight", dynvision::full({n_classes, 2}, value)},
                   {"classifier.bias", dynvision::full({n_classes}, value)}};
    for (Parameter const& p : all) p.tensor.set_requires_grad(true);
    return all;
  };
  auto const file = folder / "weights.safetensors";
  save_weights(file, made(4, 1));

  Parameters anew = made(3, 0);
  WeightsReport report = begin_with(anew, {.load_weights = file});
  CHECK(report.loaded.size() == 2);
  REQUIRE(report.adapted.size() == 2);
  CHECK(report.adapted[0] == "classifier.weight: expected 3x2, found 4x2: as it was initialised");
  CHECK(anew[0].tensor.equal(dynvision::ones({2, 2})));
  CHECK(anew[2].tensor.equal(dynvision::zeros({3, 2})));

  for (std::int64_t const n : {3, 6}) {
    Parameters rows = made(n, 0);
    report = begin_with(rows, {.load_weights = file, .head = "rows"});
    std::int64_t const both = std::min<std::int64_t>(n, 4);
    CHECK(report.adapted[1].ends_with(joined({": the first ", both, " rows are the file's"})));
    CHECK(rows[2].tensor.sum().item<double>() == 2.0 * static_cast<double>(both));
    CHECK(rows[3].tensor.narrow(0, 0, both).equal(dynvision::ones({both})));
  }

  Parameters some = made(3, 0);
  begin_with(some, {.frozen = {"V1.*"}});
  CHECK_FALSE(some[0].tensor.requires_grad());
  CHECK_FALSE(some[1].tensor.requires_grad());
  CHECK(some[2].tensor.requires_grad());
  begin_with(some, {.trainable = {"*.recurrence.*", "classifier.*"}, .frozen = {"classifier.bias"}});
  CHECK(some[1].tensor.requires_grad());
  CHECK(some[2].tensor.requires_grad());
  CHECK_FALSE(some[3].tensor.requires_grad());
  CHECK(failure([&] { begin_with(some, {.frozen = {"V3.*"}}); }) == "io.186");
  CHECK(failure([&] { begin_with(some, {.head = "row"}); }) == "train.215");

  auto const groups = parameter_groups(some, {{"regular", 1}, {"*.bias", 0}, {"V1.*", 0.5}});
  REQUIRE(groups.size() == 3);
  CHECK(groups[1].parameters.front().name == "classifier.bias");
  CHECK(groups[2].parameters.size() == 2);
}
