// A set-reset latch in one unit (review, Fig. 4A) and in a population of neurons (Fig. 4B).
//
//   build/examples/rate/latch docs/figures
#include <dynvision/analysis/maps.hpp>
#include <dynvision/rate/attractors.hpp>
#include <dynvision/rate/programming.hpp>

#include "figure_of_numbers.hpp"

#include <algorithm>

using namespace dynvision;

int main(int count, char** arguments) {
  FigureOfNumbers figure("latch", "A set-reset latch in one unit and in a hundred");

  // [unit]
  rate::SrLatch const latch{.a = 2, .b = 4};
  std::vector<double> r{latch.resting_state()}, pulses{0};
  for (int t = 1; t < 120; ++t) {
    double const set = t == 60, reset = t == 30 || t == 90;
    r.push_back(latch.step(r.back(), set, reset)), pulses.push_back(set - reset);
  }
  // [/unit]
  figure.panel("one unit", "step").curve("r", steps(r.size()), r).curve("set - reset", steps(r.size()), pulses);

  // [points]
  std::vector<Eigen::VectorXd> starts;
  for (int i = 0; i < 41; ++i) starts.push_back(Eigen::VectorXd::Constant(1, -2 + 0.1 * i));
  std::vector<analysis::MapFixedPoint> points = analysis::fixed_points(latch, starts).points;
  // [/points]
  std::sort(points.begin(), points.end(), [](auto const& a, auto const& b) { return a.x[0] < b.x[0]; });
  std::vector<double> x, next;
  for (int i = -150; i <= 150; ++i) x.push_back(0.01 * i), next.push_back(latch.step(x.back(), 0, 0));
  figure.panel("one step of the unit", "r(t)").curve("r(t+1)", x, next).curve("r(t)", x, x);
  std::vector<double> at;
  for (auto const& one : points) at.push_back(one.x[0]);
  figure.curve("fixed points", at, at, true);
  figure.number("resting state for a = 2", 0.9575, 5e-5, "theory", latch.resting_state());
  figure.number("drive that turns it", 1.915, 5e-4, "theory", latch.flip_threshold());
  figure.number("fixed points", 3, 0, "theory", static_cast<double>(points.size()));
  figure.number("slope at the upper one", 0.166, 5e-4, "theory", points.back().eigenvalues[0].real());
  figure.number("slope at 0", 2, 1e-9, "theory", points[points.size() / 2].eigenvalues[0].real());

  // [population]
  double const tau = 0.1;  // [s]
  auto const equation = [&](Eigen::VectorXd const& z) -> Eigen::VectorXd {
    return ((2 * z.array()).tanh() - z.array()) / tau;
  };
  auto const cells = rate::make_ensemble({.n_neurons = 100, .radius = 1.5, .seed = 1});
  auto const neurons = rate::program_dynamics(cells, equation, {.tau = tau, .radius = 1.5});
  auto const input = [](double t) {  // set at 0.5 s, reset at 3.8 s, for 0.3 s each
    return Eigen::VectorXd::Constant(1, t > 0.5 && t < 0.8 ? 10.0 : t > 3.8 && t < 4.1 ? -10.0 : 0.0);
  };
  std::vector<double> time, decoded;
  Eigen::VectorXd const silent = neurons.at(Eigen::VectorXd::Zero(1));
  integrate<RungeKutta4Step>(
      neurons.flow(input), silent, {.dt = 0.005, .n_steps = 1420},
      [&](Eigen::VectorXd const& rates, double t) { time.push_back(t), decoded.push_back(neurons.decoded(rates)[0]); });
  // [/population]
  figure.panel("a hundred neurons: the number that they stand for", "time [s]").curve("decoded", time, decoded);
  figure.number("rank of the recurrent weights", 1, 0, "theory", rank_of(neurons.network.A));
  figure.number("held for 3 s after set", 0.9575, 0.1, "prototype", decoded[759]);
  figure.number("held for 3 s after reset", -0.9575, 0.1, "prototype", decoded[1419]);
  return figure.finish(count, arguments);
}
