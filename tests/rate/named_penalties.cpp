// covers: rate/penalties/named_penalties.hpp rate/parametrised.hpp
// Penalties by the names of a configuration, against the functions that they mean.
#include <dynvision/rate/parametrised.hpp>
#include <dynvision/rate/penalties/named_penalties.hpp>
#include <dynvision/run/run.hpp>

#include "io/failure.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace dynvision::rate;

TEST_CASE("penalties by their names", "[rate]") {
  CTRNN<2, 10, Sigmoid, Recurrent<Masked<NoAutapses>, Dale<>>> const net({.n_classes = 2, .seed = 1});
  Parameters const parameters = net.parameters();
  WeightedSum const objective = objective_of(
      {.loss = {"RatePenalty", "RateDispersion", "StatePrediction", "RateEntropy", "HebbianPenalty", "WeightPenalty"},
       .loss_configs = {{"RatePenalty", {{"weight", 2}, {"norm", "l2"}, {"layer", "rates"}}},
                        {"RateDispersion", {{"of", "cv"}}},
                        {"StatePrediction", {{"lag", 2}}},
                        {"RateEntropy", {{"of_squares", 0.1}}},
                        {"WeightPenalty", {{"norm", "frobenius"}}}}},
      penalties::all, parameters);
  run::Activity const activity = run::run(net, randn({3, 7, 2}), {.record = true, .monitor = objective.monitored()});
  LossValue const value = objective(activity, zeros({3, 7}, at::kLong));
  Tensor const r = activity.response("rates").series();
  Tensor const W =
      tensor_of(parameters, "rates.recurrent.weight")
          .abs()
          .mul(tensor_of(parameters, "rates.recurrent.sign").mul(tensor_of(parameters, "rates.recurrent.mask")));
  std::vector<Tensor> const expected{mean_rate(r, Norm::l2), rate_dispersion(r, Dispersion::cv),
                                     state_prediction(r, 2), rate_entropy(r, 0.1),
                                     hebbian(r, W),          frobenius(W)};
  REQUIRE(value.parts.size() == expected.size());
  double sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(value.parts[i].name);
    CHECK(value.parts[i].value == Catch::Approx(expected[i].item<double>()).epsilon(1e-5));
    CHECK(value.parts[i].weight == (i == 0 ? 2 : 0.01));
    sum += value.parts[i].weight * value.parts[i].value;
  }
  CHECK(value.total.item<double>() == Catch::Approx(sum).epsilon(1e-5));
  value.total.backward();
  CHECK(tensor_of(parameters, "rates.recurrent.weight").grad().abs().sum().item<double>() > 0);
}

TEST_CASE("penalties that there are not are refused", "[rate]") {
  CTRNN<2, 10> const net({.n_classes = 2, .seed = 1});
  Parameters const parameters = net.parameters();
  auto const refused = [&](LossSettings const& settings) {
    return failure([&] {
      WeightedSum const objective = objective_of(settings, penalties::all, parameters);
      run::Activity const activity = run::run(net, randn({3, 7, 2}), {.monitor = {"record"}});
      objective(activity, zeros({3, 7}, at::kLong));
    });
  };
  CHECK(refused({.loss = {"RatePenalty"}}) == "none");
  CHECK(refused({.loss = {"RatePenalties"}}) == "losses.141");
  CHECK(refused({.loss = {"RatePenalty"}, .loss_configs = {{"RatePenalty", {{"norm", "l3"}}}}}) == "losses.141");
  CHECK(refused({.loss = {"RatePenalty"}, .loss_configs = {{"RatePenalty", {{"layer", "IT"}}}}}) == "rate.124");
  CHECK(refused({.loss = {"WeightPenalty"}, .loss_configs = {{"WeightPenalty", {{"of", "feedback"}}}}}) == "rate.124");
  CHECK(failure([] { objective_of({.loss = {"RatePenalty"}}); }) == "losses.141");  // not one of those of images
}
