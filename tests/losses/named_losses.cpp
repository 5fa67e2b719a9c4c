// covers: losses/loss_settings.hpp
#include <dynvision/losses/named_losses.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace laws;

namespace {

double number(Tensor const& x) { return x.item<double>(); }

run::Activity some_activity() {
  run::Activity activity;
  activity.outputs = row({3, 1, 2, 0, 5, 1, 0, 2}).reshape({2, 2, 2});
  Tensor const r = row({1, -3, 2, 4}).reshape({2, 2, 1, 1});
  activity.monitored = {{"V1", "record", {r, r.mul(2)}}, {"V1", "tstep", {r.mul(10), r.mul(10)}}};
  return activity;
}

}  // namespace

TEST_CASE("an objective from the names of its losses is the sum of them", "[losses]") {
  run::Activity const activity = some_activity();
  Tensor const labels = indices({0, 1, -1, 0}, zeros({})).reshape({2, 2});
  WeightedSum const objective =
      objective_of({.loss = {"CrossEntropyLoss", "ActivityLoss"},
                    .loss_configs = {{"ActivityLoss", {{"weight", 0.5}, {"ord", 2}, {"operation", "tstep"}}}}});
  CHECK(objective.monitored() == std::vector<std::string>{"tstep"});
  LossValue const value = objective(activity, labels);
  double const entropy = number(CrossEntropy{}(activity.outputs, labels));
  double const cost = number(ActivityLoss{.monitors = {{"tstep"}}, .p = 2}(activity.monitored));
  CHECK(std::abs(number(value.total) - (entropy + 0.5 * cost)) < 1e-12);
  CHECK(value.parts[0].count == 3);  // labels that count
  CHECK(value.parts[1].count == 2);  // samples

  WeightedSum const by_weight = objective_of({.activity_loss_weight = 0.25});
  REQUIRE(by_weight(activity, labels).parts.size() == 2);
  CHECK(by_weight(activity, labels).parts[1].weight == 0.25);
  CHECK(objective_of({.loss = {"CrossEntropyLoss", "ActivityLoss"}, .activity_loss_weight = 0})(activity, labels)
            .parts.size() == 1);
  CHECK(objective_of({.loss = {"ActivityLoss"}})(activity, labels).parts[0].weight == 2e-4);
}

TEST_CASE("losses of steps and of blanks by name", "[losses]") {
  run::Activity const activity = some_activity();
  Tensor const labels = indices({0, 1, 1, 0}, zeros({})).reshape({2, 2});
  WeightedSum const objective =
      objective_of({.loss = {"WeightedSteps", "SpontaneousActivity", "ActivityLoss"},
                    .loss_configs = {{"WeightedSteps", {{"n_timesteps", 2}, {"first", -1}}},
                                     {"SpontaneousActivity", {{"weight", 2}, {"n_timesteps", 1}}},
                                     {"ActivityLoss", {{"operation", "tstep"}, {"mode", "signed_mean"}}}}});
  LossValue const value = objective(activity, labels);
  CHECK(std::abs(value.parts[0].value - number(WeightedSteps{{0.1, 1}}(activity.outputs, labels))) < 1e-12);
  CHECK(std::abs(value.parts[1].value - 2.5) < 1e-12);  // mean |r| of "record" alone, at its first step
  CHECK(std::abs(value.parts[2].value - 20) < 1e-12);   // (|1 - 3|/2 + |2 + 4|/2)/2 times 10
}

TEST_CASE("names and numbers of losses are checked, all at once", "[losses]") {
  CHECK(losses::problems_of({}).empty());
  CHECK(losses::problems_of(
            {.loss = {"CrossEntropy"}, .loss_configs = {{"ActivityLoss", {{"ordd", 2}, {"weight", -1}}}}}) ==
        std::vector<std::string>{
            "loss \"CrossEntropy\": expected CrossEntropyLoss | ActivityLoss | SpontaneousActivity | WeightedSteps "
            "(did you "
            "mean \"CrossEntropyLoss\"?)",
            "loss ActivityLoss has no argument \"ordd\": expected weight | ord | mode | operation | reduction (did you "
            "mean "
            "\"ord\"?)",
            "loss ActivityLoss: weight = -1: expected a number of at least 0 (in the sum; 0: left out)"});
  CHECK(losses::problems_of({.loss = {}}).size() == 1);
  CHECK(losses::problems_of({.loss_configs = {{"CrossEntropyLoss", {{"weight", 0}}}}}).size() == 1);
  CHECK(failure([] { objective_of({.loss = {"MSELoss"}}); }) == "losses.141");
}
