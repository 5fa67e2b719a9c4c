// Lyapunov exponents in closed form.
#include <dynvision/analysis/stability/fixed_points.hpp>
#include <dynvision/analysis/stability/lyapunov.hpp>

#include "io/failure.hpp"
#include "units.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace stability_test;

namespace {

struct Henon {  // x' = 1 - 1.4 x^2 + 0.3 x_(2): a unit that reads its response of two steps ago (Henon 1976)
  static constexpr std::string_view label = "henon";
  void compose(Composition& at) { at.remember(at.layer, 2); }
  Signal operator()(Signal const& x, Moment& now) const {
    Signal const newest = now.memory().past(1), older = now.memory().past(2);
    if (!newest.defined() || !older.defined()) return x;
    return newest.square().mul(-1.4).add(1).add(older, 0.3);
  }
};
struct Chaotic : Layer<"V1", Henon, Record, Delay> {};

}  // namespace

TEST_CASE("the exponents of Henon's map as a unit with a delay", "[stability]") {
  Model<Chaotic> const model({.n_classes = 2, .input_dims = features(1), .dt = 1, .dtype = at::kDouble});
  stability::StepMap const map(model, full({1, 1}, 0.1, at::kDouble));
  stability::Lyapunov const found = stability::lyapunov(
      map, map.rest(), {.n_exponents = 2, .n_steps = 20000, .transient_steps = 100, .progress = ""});
  CHECK(std::abs(found.exponents[0] - 0.419) < 0.004 + 2 * found.standard_error[0]);
  CHECK(found.standard_error[0] < 0.01);
  CHECK(std::abs(found.exponents[0] + found.exponents[1] - std::log(0.3)) < 1e-10);
}

TEST_CASE("at a stable fixed point the first exponent is that of the spectral radius", "[stability]") {
  for (int const delay : {1, 2, 3}) {
    auto const model = unit(0.5, delay);
    stability::StepMap const map(model, full({1, 1}, 1.0, at::kDouble));
    run::State const rest = stability::fixed_points(map, {.n_random = 0}).points.at(0).state;
    double const radius = stability::spectral_radius(map, rest);
    stability::Lyapunov const found =
        stability::lyapunov(map, rest, {.n_exponents = 1, .n_steps = 2000, .progress = ""});
    CHECK(std::abs(found.exponents[0] - std::log(radius) / 2) < 1e-3);
  }
}

TEST_CASE("a silent unit has an exponent of minus infinity", "[stability]") {
  auto const model = unit(0.5, 1);
  stability::StepMap const map(model, full({1, 1}, -1.0, at::kDouble));  // never above threshold
  stability::Lyapunov const found = stability::lyapunov(map, map.rest(), {.n_exponents = 1, .n_steps = 60});
  CHECK(found.exponents[0] == -INFINITY);
  CHECK(std::isnan(found.standard_error[0]));
}

TEST_CASE("exponents along one course of the noise, and what they cannot be asked", "[stability]") {
  struct V1 : Layer<"V1", Conv<1, 2, 3>, Noise<WhiteDrive>, Evolve<Euler>, Relu, Record, Delay> {};
  Model<V1> const noisy({.n_classes = 2, .input_dims = {1, 4, 4}, .seed = 1});
  Tensor const image = full({1, 1, 4, 4}, 1.0);
  stability::StepMap const held(noisy, image, {.seed = 3});
  stability::LyapunovSettings const few{.n_exponents = 2, .n_steps = 20};
  CHECK(stability::lyapunov(held, held.rest(), few).exponents == stability::lyapunov(held, held.rest(), few).exponents);
  auto const model = unit(0.5, 2);
  stability::StepMap const map(model, full({1, 1}, 1.0, at::kDouble));
  CHECK(failure([&] { stability::lyapunov(map, map.rest(), {.n_exponents = 3}); }) == "analysis.146");
  CHECK(failure([&] { stability::lyapunov(map, map.rest(), {.n_exponents = 1, .n_steps = 0}); }) == "analysis.146");
  CHECK(failure([&] {
          stability::lyapunov(map, map.rest(), {.n_exponents = 1, .tangents = zeros({2, 2}, at::kDouble)});
        }) == "analysis.146");
}
