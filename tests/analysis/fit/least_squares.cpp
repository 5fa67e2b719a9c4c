// covers: analysis/fit/box.hpp, analysis/fit/bounded_minimum.hpp
#include <dynvision/analysis/fit/least_squares.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <string>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

// Rosenbrock's valley: (1 - x)^2 + 100 (y - x^2)^2
void valley(Eigen::VectorXd const& x, Eigen::VectorXd& r) {
  r.resize(2);
  r << 1 - x[0], 10 * (x[1] - x[0] * x[0]);
}
double const none = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("least squares goes down a bent valley", "[measures]") {
  Box const box{{-none, -none}, {none, none}};
  Minimum const found = least_squares(by_differences(valley, box), vector_of({-1.2, 1}), box);
  CHECK(found.converged);
  CHECK(found.value < 1e-18);
  CHECK(found.at[0] == Approx(1));
  CHECK(found.at[1] == Approx(1));
}

TEST_CASE("a minimum outside the bounds is found at their border", "[measures]") {
  Box const box{{-2, -2}, {0.5, 2}};
  Minimum const found = least_squares(by_differences(valley, box), vector_of({-1.2, 1}), box);
  CHECK(found.converged);
  CHECK(found.at[0] == 0.5);
  CHECK(found.at[1] == Approx(0.25).epsilon(1e-6));
  Minimum const fixed = least_squares(by_differences(valley, Box{{0, 0}, {0, 1}}), vector_of({0, 1}), {{0, 0}, {0, 1}});
  CHECK(fixed.converged);
  CHECK((fixed.at[0] == 0 && fixed.at[1] == Approx(0).margin(1e-7)));
}

TEST_CASE("a fit that runs out of steps says so", "[measures]") {
  Box const box{{-none, -none}, {none, none}};
  Minimum const found = least_squares(by_differences(valley, box), vector_of({-1.2, 1}), box, {.most_steps = 3});
  CHECK_FALSE(found.converged);
  CHECK(std::string(found.why) == "it ran out of steps");
  CHECK(found.steps == 3);
}

TEST_CASE("a direction without curvature does not stop a fit", "[measures]") {
  auto const f = [](Eigen::VectorXd const& x, Eigen::VectorXd& r) {
    r = vector_of({x[0] + x[1] - 3, x[0] + x[1] - 1});
  };
  Box const box{{-10, -10}, {10, 10}};
  Minimum const found = least_squares(by_differences(f, box), vector_of({0, 0}), box);
  CHECK(found.converged);
  CHECK(found.value == Approx(2));
  CHECK(found.at.sum() == Approx(2));
}

TEST_CASE("the best of several starts", "[measures]") {
  auto const wave = [](Eigen::VectorXd const& x, Eigen::VectorXd& r) {
    r = vector_of({std::sin(3 * x[0]), 0.3 * (x[0] - 2)});
  };
  Box const box{{-5}, {5}};
  auto const fit = [&](Eigen::VectorXd const& start) { return least_squares(by_differences(wave, box), start, box); };
  Minimum const best = best_of({vector_of({-4}), vector_of({0}), vector_of({2})}, fit);
  CHECK(best.at[0] == Approx(2 * M_PI / 3).epsilon(0.02));
}

TEST_CASE("bad input of fits", "[measures]") {
  CHECK_THROWS_AS(Box({0, 1}, {1}), dynvision::Error);
  CHECK_THROWS_AS(Box({2.0}, {1.0}), dynvision::Error);
  Box const box{{0}, {1}};
  auto const f = [](Eigen::VectorXd const& x, Eigen::VectorXd& r) { r = vector_of({std::log(x[0])}); };
  CHECK_THROWS_AS(least_squares(by_differences(f, box), vector_of({0}), box), dynvision::Error);  // infinite
  CHECK_THROWS_AS(least_squares(by_differences(f, box), vector_of({0, 1}), box), dynvision::Error);
  CHECK_THROWS_AS(best_of({}, [](Eigen::VectorXd const&) { return Minimum{}; }), dynvision::Error);
}
