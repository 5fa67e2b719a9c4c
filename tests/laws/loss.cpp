// The laws of every loss. A new one is added to `losses()`.
#include <dynvision/losses/weighted_sum.hpp>

#include "gradient.hpp"
#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>

using namespace dynvision;
using namespace laws;

namespace {

constexpr std::int64_t batch = 4, steps = 3, classes = 5;

// What a loss reads: all of it double, with gradient where it can have one.
struct Batch {
  Tensor outputs = normal({batch, steps, classes}, 1), labels;
  std::vector<Tensor> activity;  // [T] (B,C,H,W)

  Batch() {
    labels = indices({2, -1, 0, 4, 4, 1, -1, -1, -1, 3, 0, 2}, outputs).reshape({batch, steps});
    for (std::uint64_t t = 0; t < steps; ++t) activity.push_back(normal({batch, 2, 3, 2}, 10 + t));
  }
  Batch permuted(std::vector<std::int64_t> const& order) const {
    Batch other;
    Tensor const index = indices(order, outputs);
    other.outputs = outputs.index_select(0, index);
    other.labels = labels.index_select(0, index);
    for (Tensor& a : other.activity) a = a.index_select(0, index);
    return other;
  }
  run::Activity run() const {
    return {outputs, {}, {{"V1", "record", {activity[0], {}, activity[1]}}, {"V2", "record", {{}, {}, activity[2]}}}};
  }
};

struct Loss {
  std::string name;
  std::function<Tensor(Batch const&, LossReduction)> value;
};

std::vector<Loss> losses() {
  auto const cross_entropy = [](Tensor const& weight, std::int64_t ignore) {
    return [=](Batch const& b, LossReduction r) {
      return CrossEntropy{.ignore_index = ignore, .class_weight = weight, .reduction = r}(
          b.outputs, ignore == -1 ? b.labels : b.labels.abs());
    };
  };
  auto const activity = [](ActivityMode mode, double p) {
    return [=](Batch const& b, LossReduction r) {
      ActivityLoss const loss{.monitors = {{"record", mode}}, .p = p, .reduction = r};
      return loss(b.run().monitored);
    };
  };
  return {{"cross entropy", cross_entropy({}, -1)},
          {"cross entropy, another index to ignore", cross_entropy({}, 1)},
          {"cross entropy with class weights", cross_entropy(row({0.5, 1, 2, 0.1, 3}), -1)},
          {"activity", activity(ActivityMode::absolute, 1)},
          {"activity, p = 2", activity(ActivityMode::absolute, 2)},
          {"activity, p = 3", activity(ActivityMode::absolute, 3)},
          {"activity, signed", activity(ActivityMode::signed_mean, 1)}};
}

constexpr LossReduction reductions[] = {LossReduction::mean, LossReduction::sum, LossReduction::none};

}  // namespace

TEST_CASE("a loss's gradient is that of finite differences", "[laws][loss]") {
  for (Loss const& loss : losses()) {
    CAPTURE(loss.name);
    for (LossReduction const reduction : reductions) {
      CAPTURE(static_cast<int>(reduction));
      Batch const b;
      bool const of_outputs = loss.name.starts_with("cross");
      CHECK(gradient_error([&] { return loss.value(b, reduction); },
                           of_outputs ? std::vector<Tensor>{b.outputs} : b.activity) < 1e-6);
    }
  }
}

TEST_CASE("a loss does not depend on the order of the batch", "[laws][loss]") {
  std::vector<std::int64_t> const order{2, 0, 3, 1};
  for (Loss const& loss : losses()) {
    CAPTURE(loss.name);
    Batch const b, other = b.permuted(order);
    for (LossReduction const reduction : {LossReduction::mean, LossReduction::sum}) {
      CHECK(distance(loss.value(b, reduction), loss.value(other, reduction)) < 1e-14);
      CHECK(loss.value(b, reduction).dim() == 0);
    }
    Tensor const each = loss.value(b, LossReduction::none);
    CHECK(each.size(0) == batch);
    CHECK(distance(each.index_select(0, indices(order, each)), loss.value(other, LossReduction::none)) < 1e-14);
    CHECK(distance(each.sum(), loss.value(b, LossReduction::sum)) < 1e-12);
  }
}

TEST_CASE("a loss is never negative, and finite", "[laws][loss]") {
  for (Loss const& loss : losses()) {
    CAPTURE(loss.name);
    for (double const scale : {0.0, 1.0, 1e3}) {
      Batch b;
      b.outputs = b.outputs.mul(scale);
      for (Tensor& a : b.activity) a = a.mul(scale);
      double const value = loss.value(b, LossReduction::mean).item<double>();
      CHECK(value >= 0);
      CHECK(std::isfinite(value));
    }
  }
}

TEST_CASE("a weighted sum of losses: value and gradient", "[laws][loss]") {
  for (double const weight : {0.0, 0.3, 2.0}) {
    CAPTURE(weight);
    Batch const b;
    for (Tensor const& x : b.activity) x.set_requires_grad(true);
    b.outputs.set_requires_grad(true);
    WeightedSum objective;
    objective.add("CrossEntropyLoss", 1, CrossEntropy{});
    objective.add("ActivityLoss", weight, ActivityLoss{});
    LossValue const value = objective(b.run(), b.labels);
    double const first = CrossEntropy{}(b.outputs, b.labels).item<double>();
    double const second = ActivityLoss{}(b.run().monitored).item<double>();
    CHECK(std::abs(value.total.item<double>() - (first + weight * second)) < 1e-14);
    CHECK(gradient_error([&] { return objective(b.run(), b.labels).total; }, {b.outputs}) < 1e-6);
    if (weight > 0) CHECK(gradient_error([&] { return objective(b.run(), b.labels).total; }, b.activity) < 1e-6);
  }
}
