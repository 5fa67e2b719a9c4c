// covers: analysis/stability/oscillation.hpp
// covers: analysis/stability/return_to_baseline.hpp
// covers: analysis/dynamics.hpp
// Fixed points in closed form; what does not come to rest; the way back to the baseline.
#include <dynvision/analysis/stability/return_to_baseline.hpp>
#include <dynvision/variants/any_model_of.hpp>

#include "io/failure.hpp"
#include "units.hpp"
#include <catch2/catch_test_macros.hpp>

#include <numbers>

using namespace stability_test;

TEST_CASE("one unit comes to rest at u/(1 - w)", "[stability]") {
  for (double const w : {0.5, -0.5}) {
    for (int const delay : {1, 3}) {
      auto const model = unit(w, delay);
      stability::StepMap const map(model, full({1, 1}, 0.8, at::kDouble));
      stability::FixedPoints const found = stability::fixed_points(map, {.n_random = 3});
      REQUIRE(found.points.size() == 1);
      CHECK(found.points[0].n_starts == 4);
      CHECK(found.points[0].residual <= 1e-10);
      CHECK(std::abs(found.points[0].state.response("V1").item<double>() - 0.8 / (1 - w)) < 1e-9);
      CHECK(stability::leading_modes(map, found.points[0].state).spectral_radius < 1);
    }
  }
}

TEST_CASE("a model in float32 has the fixed point of its float64, also without its type", "[stability]") {
  DyRCNNx2<> const model({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1});
  AnyModel const any = any_model(model);
  Tensor const image = stability::random_vector(64, 1).view({1, 1, 8, 8}).to(at::kFloat);
  stability::StepMap const typed(model, image), untyped(any, image);
  auto const a = stability::fixed_points(typed, {.n_random = 1}), b = stability::fixed_points(untyped, {.n_random = 1});
  REQUIRE(a.points.size() == 1);
  REQUIRE(b.points.size() == 1);
  CHECK(a.points[0].residual <= 1e-10);
  CHECK(stability::largest_difference(a.points[0].state, b.points[0].state) == 0);
  CHECK(any.options.dtype == at::kFloat);  // the user's model is what it was
  for (Parameter const& p : model.parameters()) CHECK(p.tensor.scalar_type() == at::kFloat);
  stability::ModeSettings const few{.n_modes = 4, .krylov_size = 12, .max_restarts = 3, .progress = ""};
  CHECK(stability::leading_modes(typed, a.points[0].state, few).by_layers[0].spectral_radius ==
        stability::leading_modes(untyped, b.points[0].state, few).by_layers[0].spectral_radius);
}

TEST_CASE("two stable fixed points are two", "[stability]") {
  auto const model = unit<Tanh>(2, 1);  // r = tanh(r + a (2 r - r)) beside 0, which is unstable
  stability::StepMap const map(model, zeros({1, 1}, at::kDouble));
  stability::FixedPoints const found = stability::fixed_points(map, {.n_random = 10});
  int n_away = 0;
  for (stability::FixedPoint const& point : found.points) {
    double const r = point.state.response("V1").item<double>();
    CHECK(std::abs(std::tanh(1.4 * r) - r) < 1e-9);
    n_away += std::abs(r) > 0.1 ? 1 : 0;
  }
  CHECK(n_away == 2);
}

TEST_CASE("what does not come to rest has a period and an amplitude", "[stability]") {
  auto const model = unit<Tanh>(-3, 4);
  stability::StepMap const map(model, full({1, 1}, 0.01, at::kDouble));
  stability::FixedPoints const found = stability::fixed_points(map, {.max_steps = 500, .n_random = 1});
  CHECK(found.points.empty());
  for (stability::Outcome const& one : found.outcomes) {
    CHECK(one.ending == stability::Ending::not_converged);
    CHECK(one.oscillation.amplitude > 0.5);
    CHECK(one.oscillation.period_ms > 8);  // longer than twice the delay of 8 ms less one step
    CHECK(one.oscillation.period_ms < 40);
  }
  auto const grows = unit<NoNonlinearity>(2, 1);
  stability::StepMap const away(grows, full({1, 1}, 1.0, at::kDouble));
  CHECK(stability::fixed_points(away, {.n_random = 0}).outcomes[0].ending == stability::Ending::diverged);
}

TEST_CASE("the period of a sum of units is found between steps", "[stability]") {
  std::vector<std::vector<double>> y;
  for (int t = 0; t < 400; ++t)
    y.push_back({3 + std::sin(2 * std::numbers::pi * t / 13.7), std::cos(2 * std::numbers::pi * t / 13.7)});
  CHECK(std::abs(stability::period_of(y) - 13.7) < 0.05);
  CHECK(std::isnan(stability::period_of(std::vector<std::vector<double>>(100, {1.0}))));
}

TEST_CASE("an Euler layer is back at its baseline after 12 ms", "[stability]") {
  auto const model = unit(0, 1);
  Tensor const x = full({1, 1}, 1.0, at::kDouble);
  stability::StepMap const shown(model, x), dark(model, run::Stimulus{x.view({1, 1, 1, 1, 1}), {run::blank}});
  auto const found = stability::return_to_baseline(shown, dark, {.n_shown = 40});
  REQUIRE(found.size() == 1);
  CHECK(found[0].layer == "V1");
  CHECK(found[0].ms == 12);
  CHECK(std::isnan(stability::return_to_baseline(shown, dark, {.n_after = 4})[0].ms));
  CHECK(failure([&] { stability::return_to_baseline(shown, dark, {.n_after = 0}); }) == "analysis.148");
  CHECK(failure([&] { stability::fixed_points(shown, {.max_steps = 0}); }) == "analysis.147");
  auto const restless = unit<Tanh>(-3, 4);
  stability::StepMap const on(restless, x), off(restless, x);
  CHECK(failure([&] { stability::return_to_baseline(on, off, {.rest = {.max_steps = 100, .n_random = 0}}); }) ==
        "analysis.148");
}
