#include <dynvision/losses/activity_loss.hpp>
#include <dynvision/losses/cross_entropy.hpp>

#include "deviations.hpp"
#include "unit.hpp"

using namespace dynvision;
using namespace golden;

namespace {

ActivityMode mode(golden::File const& file, std::string const& name) {
  if (name == "absolute") return ActivityMode::absolute;
  if (name == "signed") return ActivityMode::signed_mean;
  unknown(file.name + ": mode \"" + name + "\"");
}

LossReduction reduction(golden::File const& file, std::string const& name) {
  if (name == "mean") return LossReduction::mean;
  if (name == "sum") return LossReduction::sum;
  if (name == "none") return LossReduction::none;
  unknown(file.name + ": reduction \"" + name + "\"");
}

// x (T,B,...): absent at the steps of `skipped`
run::Trace trace(char const* layer, Tensor const& x, std::vector<int> const& skipped = {}) {
  run::Trace made{layer, "tstep"};
  for (int t = 0; t < x.size(0); ++t) {
    bool const absent = std::find(skipped.begin(), skipped.end(), t) != skipped.end();
    made.steps.push_back(absent ? Signal{} : x.select(0, t));
  }
  return made;
}

}  // namespace

TEST_CASE("golden: activity loss", "[golden]") {
  in_both_precisions(units("activity"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"T", "modes", "ord", "reduction", "idle_calls", "skip_b_steps"});
    Tensor const a = file.leaf("a", run), b = file.leaf("b", run);
    auto const modes = file.strings("modes");
    if (modes.size() != 2) unknown(file.name + ": expected two modes");
    // Idle steps are not recorded, so that `idle_calls` cannot be seen here.
    std::vector<run::Trace> const traces{trace("A", a),
                                         trace("B", b, file.config.value("skip_b_steps", std::vector<int>{}))};
    ActivityLoss const loss{{{"A.tstep", mode(file, modes[0])}, {"B.tstep", mode(file, modes[1])}},
                            file.config.at("ord").get<double>(),
                            reduction(file, file.config.value("reduction", std::string("mean")))};
    Tensor const value = loss(traces);
    check.same("loss", value);
    value.sum().backward();
    check.gradient("a", a);
    check.gradient("b", b);
    run::Trace const silent{"A", "tstep", {Signal{}, Signal{}}};
    check.same("loss_when_nothing_accumulated", loss({silent}));
  });
}

TEST_CASE("golden: activity of a module that layers share", "[golden]") {
  in_both_precisions(units("shared activity"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"T", "mode", "ord", "shapes", "reduction"});
    if (!deviation::shares_module(file) ||
        mode(file, file.config.at("mode").get<std::string>()) != ActivityMode::absolute) {
      unknown(file.name + ": expected one module in mode \"absolute\"");
    }
    double const p = file.config.at("ord").get<double>();
    ActivityLoss const loss{{{"tstep"}}, p, reduction(file, file.config.value("reduction", std::string("mean")))};
    std::vector<Tensor> inputs, own;
    std::vector<run::Trace> traces;
    std::vector<double> factors;
    for (std::size_t layer = 0; file.contains("x" + std::to_string(layer)); ++layer) {
      inputs.push_back(file.leaf("x" + std::to_string(layer), run));
      traces.push_back(trace("L", inputs.back().relu()));
      auto const units_of = [](Tensor const& x) { return x.select(0, 0).select(0, 0).numel(); };
      factors.push_back(deviation::shared_module_factor(units_of(inputs.back()), units_of(inputs.front()), p));
      own.push_back(loss({traces.back()}));
    }
    auto const n = static_cast<double>(inputs.size());
    Tensor theirs = own[0].mul(factors[0] / n), ours = own[0].div(n);
    for (std::size_t layer = 1; layer < own.size(); ++layer) {
      theirs = theirs.add(own[layer], factors[layer] / n);
      ours = ours.add(own[layer], 1 / n);
    }
    check.same("loss of the layers' own sizes", loss(traces), ours.detach());
    check.same("loss", theirs);
    theirs.sum().backward();
    for (std::size_t layer = 0; layer < inputs.size(); ++layer) {
      check.gradient("x" + std::to_string(layer), inputs[layer]);
    }
  });
}

TEST_CASE("golden: cross entropy", "[golden]") {
  in_both_precisions(units("cross entropy"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"ignore_index", "all_masked_requires_grad"});
    auto const ignored = file.config.value("ignore_index", std::int64_t{-1});
    Tensor const labels = file.stored("labels");
    Tensor const weight = file.number("class_weight", run);
    auto const with = [&](std::string const& name, CrossEntropy const& loss, Tensor const& of, double factor = 1) {
      Tensor const logits = file.leaf("logits", run), value = loss(logits, of).mul(factor);
      check.same("loss_" + name, value);
      value.sum().backward();
      check.gradient(name, logits);
    };
    with("mean", {ignored, {}, LossReduction::mean}, labels);
    with("sum", {ignored, {}, LossReduction::sum}, labels);
    with("none", {ignored, {}, LossReduction::none}, labels);
    with("weighted_sum", {ignored, weight, LossReduction::sum}, labels);
    with("weighted_none", {ignored, weight, LossReduction::none}, labels);

    Tensor const counts = labels.ne(ignored);
    CHECK(deviation::mean_ignores_weights(file));
    double const sum_of_weights = weight.index_select(0, labels.masked_select(counts)).sum().item<double>();
    double const number = static_cast<double>(counts.sum().item<std::int64_t>());
    with("weighted_mean", {ignored, weight, LossReduction::mean}, labels, sum_of_weights / number);

    for (std::string const& name : file.names("labels_ig")) {
      std::string const other = name.substr(std::string("labels_ig").size());
      with("ignore_index_" + other, {std::stoll(other), {}, LossReduction::mean}, file.stored(name));
    }

    Tensor const logits = file.leaf("logits", run),
                 masked = full(labels.sizes(), static_cast<double>(ignored), at::kLong);
    Tensor const nothing = CrossEntropy{ignored}(logits, masked);
    check.same("loss_all_masked", nothing);
    CHECK_FALSE(file.config.value("all_masked_requires_grad", false));
    nothing.backward();  // deviation: there is a gradient, and it is zero
    CHECK(logits.grad().defined());
    CHECK(largest(logits.grad()) == 0);
  });
}
