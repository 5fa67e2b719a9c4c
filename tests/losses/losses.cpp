// covers: losses/cross_entropy.hpp losses/activity_loss.hpp losses/weighted_sum.hpp losses/reduction.hpp losses/loss_average.hpp
// The laws of losses are in tests/laws/loss.cpp.
#include <dynvision/losses/loss_average.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>

using namespace dynvision;
using namespace laws;

namespace {

Tensor labels_of(std::vector<std::int64_t> const& labels, at::IntArrayRef sizes) {
  return indices(labels, zeros({})).reshape(sizes);
}
double number(Tensor const& x) { return x.item<double>(); }

run::Trace trace(std::string layer, std::string operation, std::vector<Signal> steps) {
  return {std::move(layer), std::move(operation), std::move(steps)};
}
Tensor unit(std::vector<double> const& samples) {  // (B,1,1,1)
  return row(samples).reshape({static_cast<std::int64_t>(samples.size()), 1, 1, 1});
}

}  // namespace

TEST_CASE("cross entropy of equal outputs is log K, for the labels that count", "[losses]") {
  Tensor const outputs = zeros({2, 3, 4}, at::TensorOptions(at::kDouble));
  Tensor const labels = labels_of({-1, 0, 3, 2, -1, -1}, {2, 3});
  CHECK(std::abs(number(CrossEntropy{}(outputs, labels)) - std::log(4)) < 1e-15);
  CHECK(std::abs(number(CrossEntropy{.reduction = LossReduction::sum}(outputs, labels)) - 3 * std::log(4)) < 1e-15);
  Tensor const each = CrossEntropy{.reduction = LossReduction::none}(outputs, labels);
  CHECK(each.sizes().equals({2, 3}));
  CHECK(distance(each, labels.ne(-1).to(at::kDouble).mul(std::log(4))) < 1e-15);
}

TEST_CASE("cross entropy: closed form, also for large outputs", "[losses]") {
  Tensor const outputs = row({1, 3, 1000, -1000}).reshape({2, 2});
  Tensor const each = CrossEntropy{.reduction = LossReduction::none}(outputs, labels_of({0, 1}, {2}));
  CHECK(distance(each, row({std::log(1 + std::exp(2)), 2000})) < 1e-12);
}

// decisions 12
TEST_CASE("class weights: divided by the sum of the weights of the labels that count", "[losses]") {
  Tensor const outputs = zeros({3, 2}, at::TensorOptions(at::kDouble));
  CrossEntropy const loss{.class_weight = row({3, 1})};
  CHECK(std::abs(number(loss(outputs, labels_of({0, 1, 1}, {3}))) - std::log(2)) < 1e-15);
  Tensor const uneven = row({0, 0, 5, 0, 0, 0}).reshape({3, 2});
  double const second = std::log(1 + std::exp(5));
  CHECK(std::abs(number(loss(uneven, labels_of({0, 1, -1}, {3}))) - (3 * std::log(2) + second) / 4) < 1e-12);
  // weights in another dtype
  CrossEntropy const single{.class_weight = row({3, 1}).to(at::kFloat)};
  CHECK(std::abs(number(single(uneven, labels_of({0, 1, -1}, {3}))) - (3 * std::log(2) + second) / 4) < 1e-12);
}

TEST_CASE("if no label counts the loss is zero, with a gradient of zero", "[losses]") {
  for (LossReduction const reduction : {LossReduction::mean, LossReduction::sum}) {
    Tensor const outputs = normal({2, 3}, 1).set_requires_grad(true);
    Tensor const loss = CrossEntropy{.reduction = reduction}(outputs, labels_of({-1, -1}, {2}));
    CHECK(number(loss) == 0);
    loss.backward();
    CHECK(distance(outputs.grad(), zeros({2, 3}, outputs.options().requires_grad(false))) == 0);
  }
}

TEST_CASE("an ignored index may be any number, also a class", "[losses]") {
  Tensor const outputs = normal({3, 4}, 1);
  CrossEntropy const all{.reduction = LossReduction::none}, some{.ignore_index = 2, .reduction = LossReduction::none};
  Tensor const a = all(outputs, labels_of({0, 2, 3}, {3})), b = some(outputs, labels_of({0, 2, 3}, {3}));
  CHECK(number(b.select(0, 1)) == 0);
  CHECK(distance(a.select(0, 2), b.select(0, 2)) == 0);
  CHECK(failure([&] { some(outputs, labels_of({0, -1, 3}, {3})); }) == "losses.104");
  CHECK(failure([&] { CrossEntropy{.ignore_index = -100}(outputs, labels_of({0, -100, 3}, {3})); }) == "none");
}

TEST_CASE("what cross entropy cannot take", "[losses]") {
  Tensor const outputs = zeros({2, 3, 4}), labels = labels_of({0, 1, 2, 3, 0, 1}, {2, 3});
  CrossEntropy const loss;
  CHECK(failure([&] { loss(outputs, labels.reshape({3, 2})); }) == "losses.101");
  CHECK(failure([&] { loss(outputs, labels.reshape({6})); }) == "losses.101");
  CHECK(failure([&] { loss(zeros({4}), labels_of({0}, {1})); }) == "losses.101");
  CHECK(failure([&] { loss(outputs, labels.to(at::kInt)); }) == "losses.102");
  CHECK(failure([&] { loss(outputs, labels.to(at::kFloat)); }) == "losses.102");
  CHECK(failure([&] { CrossEntropy{.class_weight = ones({3})}(outputs, labels); }) == "losses.103");
  CHECK(message([&] { loss(outputs, labels.add(1)); }) ==
        "[dynvision.losses.104] label 4 out of range: expected 0 ... 3, or -1 where it does not count");
  CHECK(failure([&] { loss(outputs, labels.sub(2)); }) == "losses.104");
}

TEST_CASE("activity: mean over places, steps and units", "[losses]") {
  Tensor const a = row({1, -3, 2, 2, 0, 0, 0, 0}).reshape({2, 1, 2, 2}), b = unit({-5, 1});
  std::vector<run::Trace> const traces{trace("V1", "record", {a, {}}), trace("V2", "record", {{}, b})};
  ActivityLoss loss{.reduction = LossReduction::none};
  // two places, two steps: (2 + 5)/4 and (0 + 1)/4
  CHECK(distance(loss(traces), row({7.0 / 4, 1.0 / 4})) < 1e-15);
  loss.reduction = LossReduction::mean;
  CHECK(std::abs(number(loss(traces)) - 1) < 1e-15);
  loss.reduction = LossReduction::sum;
  CHECK(std::abs(number(loss(traces)) - 2) < 1e-15);
  loss.p = 2;
  loss.reduction = LossReduction::none;
  CHECK(distance(loss(traces), row({(std::sqrt(18.0 / 4) + 5) / 4, 1.0 / 4})) < 1e-15);
  loss.monitors = {{"record", ActivityMode::signed_mean}};
  CHECK(distance(loss(traces), row({(0.5 + 5) / 4, 1.0 / 4})) < 1e-15);
}

TEST_CASE("each activity has its own size and its own mode", "[losses]") {
  std::vector<run::Trace> const traces{trace("V1", "tstep", {unit({-2})}), trace("V2", "tstep", {unit({-3})}),
                                       trace("V1", "record", {row({1, -1, 3, 1}).reshape({1, 1, 2, 2})})};
  ActivityLoss loss{.monitors = {{"V2.tstep", ActivityMode::absolute}, {"record", ActivityMode::signed_mean}}};
  CHECK(loss.monitored() == std::vector<std::string>{"V2.tstep", "record"});
  CHECK(std::abs(number(loss(traces)) - (3 + 1) / 2.0) < 1e-15);
}

TEST_CASE("a signal from before there was a batch counts for every sample", "[losses]") {
  std::vector<run::Trace> const traces{trace("V1", "record", {unit({4}), unit({1, 3})})};
  ActivityLoss const loss{.reduction = LossReduction::none};
  CHECK(distance(loss(traces), row({5.0 / 2, 7.0 / 2})) < 1e-15);
}

TEST_CASE("silence costs nothing, and not to have looked is an error", "[losses]") {
  std::vector<run::Trace> const silent{trace("V1", "record", {{}, {}})};
  CHECK(number(ActivityLoss{}(silent)) == 0);
  CHECK(ActivityLoss{.reduction = LossReduction::none}(silent).sizes().equals({1}));
  CHECK(failure([] { ActivityLoss{}({}); }) == "losses.112");
  CHECK(failure([&] { ActivityLoss{.monitors = {{"tstep"}}}(silent); }) == "losses.112");
  double const nan = std::numeric_limits<double>::quiet_NaN();
  for (double const p : {0.0, -1.0, nan}) CHECK(failure([&] { ActivityLoss{.p = p}(silent); }) == "losses.111");
}

TEST_CASE("an objective: its terms, their weights, what it wants monitored", "[losses]") {
  Tensor const outputs = zeros({1, 1, 4}, at::TensorOptions(at::kDouble)), labels = labels_of({2}, {1, 1});
  run::Activity const activity{outputs, {}, {trace("V1", "tstep", {unit({-2})})}};
  WeightedSum objective;
  CHECK(failure([&] { objective(activity, labels); }) == "losses.121");
  objective.add("CrossEntropyLoss", 2, CrossEntropy{});
  objective.add("ActivityLoss", 0.5, ActivityLoss{.monitors = {{"tstep"}}});
  objective.add("left out", 0, ActivityLoss{.monitors = {{"nonlin"}}});
  objective.add("negative", -1, CrossEntropy{});
  objective.add("own", 3, [](run::Activity const& a, Tensor const&) { return a.outputs.sum().add(1); });
  CHECK(objective.monitored() == std::vector<std::string>{"tstep"});
  LossValue const value = objective(activity, labels);
  CHECK(std::abs(number(value.total) - (2 * std::log(4) + 0.5 * 2 + 3)) < 1e-14);
  REQUIRE(value.parts.size() == 3);
  CHECK(value.parts[1].name == "ActivityLoss");
  CHECK(value.parts[1].value == 2);
  CHECK(value.parts[2].name == "own");
}

TEST_CASE("the loss of uneven batches is that of the whole set at once", "[losses]") {
  Tensor const outputs = row({3, 1, 2, 0, 5, 1, 0, 2, 1, 4, 2, 2, 0, 1}).reshape({7, 1, 2});
  Tensor const labels = labels_of({0, -1, 1, 1, -1, 0, 0}, {7, 1});
  for (Tensor const& class_weight : {Tensor{}, row({3, 1})}) {
    WeightedSum objective;
    objective.add("CrossEntropyLoss", 1, CrossEntropy{.class_weight = class_weight});
    objective.add("mean output", 0.5,
                  [](run::Activity const& a, Tensor const&) { return a.outputs.mean(); });  // over the samples
    LossAverage average;
    for (auto const& [first, n] : {std::pair{0, 3}, {3, 1}, {4, 1}, {5, 2}}) {  // in the third no label counts
      run::Activity part;
      part.outputs = outputs.narrow(0, first, n);
      average.add(objective(part, labels.narrow(0, first, n)));
    }
    run::Activity all;
    all.outputs = outputs;
    LossValue const expected = objective(all, labels);
    CHECK(std::abs(average.total() - number(expected.total)) < 1e-14);
    CHECK(std::abs(average.terms[0].mean() - expected.parts[0].value) < 1e-14);
    CHECK(average.terms[1].name == "mean output");
  }
  CHECK(std::isnan(LossAverage{}.total()));
}
