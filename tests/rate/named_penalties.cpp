// covers: rate/penalties/named_penalties.hpp rate/penalties/named_distances.hpp rate/parametrised.hpp
// Penalties by the names of a configuration, against the functions that they mean.
#include <dynvision/rate/multi_area.hpp>
#include <dynvision/rate/parametrised.hpp>
#include <dynvision/rate/penalties/named_penalties.hpp>
#include <dynvision/run/run.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
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

TEST_CASE("penalties of space, time constants, populations and soft labels by their names", "[rate]") {
  struct Two
      : MultiArea<2, RateArea<"A", 12, Sigmoid, Feature, Incoming<>>, RateArea<"B", 12, Tanh, From<"A">, Outgoing<>>> {
    using MultiArea::MultiArea;
  };
  Two const net({.n_classes = 3, .train_tau = true, .seed = 1});
  Parameters const parameters = net.parameters();
  TemporaryFolder const folder;
  Tensor const places = randn({12, 3});
  write_npy(folder / "places.npy", places);
  auto const values = [&](LossSettings const& settings, Tensor const& labels = full({3, 7}, 1, at::kLong)) {
    WeightedSum const objective = objective_of(settings, penalties::all, parameters);
    run::Activity const activity = run::run(net, ones({3, 7, 2}), {.record = true, .monitor = objective.monitored()});
    LossValue const value = objective(activity, labels);
    value.total.backward();
    std::vector<double> all;
    for (LossPart const& part : value.parts) all.push_back(part.value);
    return std::pair(all, activity);
  };
  Tensor const A = tensor_of(parameters, "A.recurrent.weight"), B = tensor_of(parameters, "B.recurrent.weight");
  auto const of_distance = [&](Kwargs numbers) {
    return values({.loss = {"DistancePenalty"}, .loss_configs = {{"DistancePenalty", std::move(numbers)}}}).first.at(0);
  };
  auto const number = [](Tensor const& x) { return Catch::Approx(x.item<double>()).epsilon(1e-4); };
  Tensor const axis = normalised_distance(axis_distance(penalties::evenly(0, 1, 12)));
  CHECK(of_distance({}) == number(distance_penalty(A, axis).add(distance_penalty(B, axis))));
  CHECK(of_distance({{"of", "A.recurrent"}, {"exponent", 1}, {"communicability", true}}) ==
        number(distance_penalty(A, axis.mul(communicability(A)), 1)));
  Tensor const box = distances(grid_places(3, 4));
  CHECK(of_distance({{"of", "A.rec"}, {"places", "grid"}, {"grid", {3, 4}}, {"normalise", false}}) ==
        number(distance_penalty(A, box)));
  CHECK(of_distance({{"of", "A.rec"}, {"places", "file"}, {"file", (folder / "places.npy").string()}}) ==
        number(distance_penalty(A, normalised_distance(distances(places)))));
  CHECK(of_distance({{"of", "A.rec"}, {"places", "cortex"}}) ==
        number(distance_penalty(A, normalised_distance(distances(synthetic_cortex(12).places)))));
  CHECK(failure([&] { of_distance({{"places", "grid"}}); }) == "rate.124");
  CHECK(failure([&] { of_distance({{"places", "grid"}, {"grid", {5, 5}}}); }) == "rate.124");
  CHECK(failure([&] { of_distance({{"of", "input"}}); }) == "rate.124");

  auto const [others, activity] =
      values({.loss = {"TimeConstantPenalty", "PopulationKL", "SoftCrossEntropy"},
              .loss_configs = {{"TimeConstantPenalty", {{"layer", "A"}, {"first", 10}, {"last", 120}}},
                               {"PopulationKL", {{"layer", "A"}, {"to", "B"}, {"over", "sum"}}},
                               {"SoftCrossEntropy", {{"smoothing", 0.3}}}}},
             full({3, 7}, 1, at::kLong).where(ones({3, 7}).cumsum(1).gt(4), full({}, -1, at::kLong)));
  double by_hand = 0;
  for (int i = 0; i < 12; ++i) by_hand += (100 - 10 - 10.0 * i) * (100 - 10 - 10.0 * i);
  CHECK(others.at(0) == Catch::Approx(by_hand));
  CHECK(others.at(1) == number(population_kl(activity.response("A").series(), activity.response("B").series(), true,
                                             Over::sum, 1e-3, 1e-6)));
  Tensor const log_p = activity.outputs.log_softmax(-1).narrow(1, 4, 3);
  CHECK(
      others.at(2) ==
      number(
          log_p.select(2, 1).mul(0.8).add(log_p.select(2, 0).mul(0.1)).add(log_p.select(2, 2).mul(0.1)).mean().neg()));
  CHECK(failure([&] { values({.loss = {"TimeConstantPenalty"}}); }) == "rate.124");
  CHECK(failure([&] { values({.loss = {"PopulationKL"}}); }) == "losses.141");
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
