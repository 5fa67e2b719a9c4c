// covers: analysis/stability/delay_validation.hpp
// The order of solvers, and delays in ms, measured.
#include <dynvision/analysis/stability/delay_validation.hpp>
#include <dynvision/analysis/stability/solver_order.hpp>

#include "io/failure.hpp"
#include "units.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace stability_test;

namespace {

template <class S> struct V1With : Layer<"V1", Recur<Full<1, 1>>, Evolve<S>, NoNonlinearity, Record, Delay> {};
template <class S> double order_of(double w, bool moving) {
  auto const make = [&](double dt) {
    Model<V1With<S>> model({.n_classes = 2,
                            .input_dims = features(1),
                            .dt = dt,
                            .tau = 5,
                            .t_recurrence = 4,
                            .bias = false,
                            .dtype = at::kDouble});
    set(model, "V1.recurrence.conv.weight", full({1}, w, at::kDouble));
    return model;
  };
  stability::SolverOrderSettings settings{.dt = 1, .duration_ms = 12};
  if (moving) settings.input = [](double ms) { return full({1, 1}, std::sin(0.3 * ms), at::kDouble); };
  return stability::solver_order(make, full({1, 1}, 1.0, at::kDouble), settings).order;
}

}  // namespace

TEST_CASE("the order of Euler is 1; of Runge-Kutta 4 for a constant drive alone", "[stability]") {
  CHECK(std::abs(order_of<Euler>(0, false) - 1) < 0.1);
  CHECK(std::abs(order_of<Euler>(0.5, true) - 1) < 0.1);
  CHECK(std::abs(order_of<RungeKutta4>(0, false) - 4) < 0.2);
  CHECK(std::abs(order_of<RungeKutta4>(0, true) - 1) < 0.1);
  CHECK(std::abs(order_of<RungeKutta4>(0.5, false) - 1) < 0.2);
  auto const wrong = [](double) { return unit(0.5, 1); };
  Tensor const x = full({1, 1}, 1.0, at::kDouble);
  CHECK(failure([&] { stability::solver_order(wrong, x, {.dt = 1}); }) == "analysis.149");
  CHECK(failure([&] { stability::solver_order(wrong, x, {.dt = 3}); }) == "analysis.149");
}

TEST_CASE("configured delays are the measured ones", "[stability]") {
  Tensor const image = stability::random_vector(3 * 32 * 32, 4).view({1, 3, 32, 32}).to(at::kFloat);
  for (double const t_feedforward : {0.0, 4.0}) {
    for (double const t_recurrence : {0.0, 6.0}) {
      DyRCNNx4<Self, Feedback<>> const model({.n_classes = 3,
                                              .input_dims = {3, 32, 32},
                                              .t_feedforward = t_feedforward,
                                              .t_recurrence = t_recurrence,
                                              .t_feedback = 10,
                                              .t_skip = 2,
                                              .seed = 1});
      auto const all = stability::delay_validation(model, image);
      CHECK(all.size() == 4 + 4 + 2 + 2);
      for (stability::MeasuredDelay const& d : all) {
        CAPTURE(t_feedforward, t_recurrence, d.what);
        CHECK(d.configured_ms == d.measured_ms);
      }
      CHECK(all[1].configured_ms == t_feedforward);
      CHECK(all[4].configured_ms == std::max(2.0, t_recurrence));
    }
  }
  CHECK(failure([&] {
          stability::delay_validation(DyRCNNx2<>({.n_classes = 3, .input_dims = {1, 8, 8}}), zeros({2, 1, 8, 8}));
        }) == "analysis.150");
}
