// A set-reset latch in one unit (review, Fig. 4A), in a population of neurons (Fig. 4B), and in a reservoir, in a latent space of one
// dimension (Fig. 6B).
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
  // [basins]
  std::vector<double> sizes, comes_back;  // of kicks, relative to the distance from the point that lies between
  for (double const share : {0.2, 0.5, 1.0, 2.0}) {
    double const size = share * points.back().x[0];
    analysis::BasinDepth const depth = analysis::basin_depth(latch, points.back().x, {.size = size, .n_kicks = 2000});
    sizes.push_back(share), comes_back.push_back(depth.probability);
  }
  // [/basins]
  for (std::size_t i = 0; i < sizes.size(); ++i) {  // a kick z of a unit that rests at 1 is survived where z > -1/size
    double const theory = 0.5 * std::erfc(-1 / sizes[i] / std::sqrt(2.0));
    figure.number("comes back from kicks of " + number_text(sizes[i], 2) + " r*", theory, 0.03, "theory",
                  comes_back[i]);
  }
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

  // [program]
  Eigen::Index const n = 200;
  rate::Network<> const before(rate::scale_to_radius(rate::normal_matrix(n, n, {.seed = 0, .purpose = 0}), 0.3),
                               rate::uniform_matrix(n, 3, {.seed = 0, .purpose = 1}, -1, 1),
                               rate::uniform_matrix(n, 1, {.seed = 0, .purpose = 2}, -1, 1));
  auto const map = [](Eigen::VectorXd const& z, Eigen::VectorXd const& u) -> Eigen::VectorXd {
    return (2 * z.array() + 3 * (u[0] - u[1])).tanh();
  };
  Eigen::MatrixXd const draws = rate::uniform_matrix(1, 4050, {.seed = 0, .purpose = 3}, 0, 1);
  auto const pulse = [&](Eigen::Index t) {  // set, reset, or mostly neither
    return Eigen::VectorXd(Eigen::Vector2d(draws(0, t) < 0.15, draws(0, t) > 0.85));
  };
  auto const after = rate::program_reservoir(before, map, {.n_latent = 1, .lambda = 1e-4}, pulse);
  // [/program]
  Eigen::VectorXd state = Eigen::VectorXd::Zero(n);
  std::vector<double> latent, told;
  int wrong = 0;
  for (int t = 0; t < 1500; ++t) {
    Eigen::Vector2d const u(t % 50 == 0, t % 50 == 20);
    state = after.network.step(state, u);
    wrong += (after.latent(state)[0] > 0) != (t % 50 < 20);
    if (t < 150) latent.push_back(after.latent(state)[0]), told.push_back(u[0] - u[1]);
  }
  figure.panel("a reservoir of 200 units: its latent number", "step")
      .curve("z = W r", steps(latent.size()), latent)
      .curve("set - reset", steps(told.size()), told);
  figure.number("wrong of 1500 steps", 0, 0, "prototype", wrong);
  figure.number("rank of the change of the weights", 1, 0, "theory", rank_of(after.network.A - before.A));
  return figure.finish(count, arguments);
}
