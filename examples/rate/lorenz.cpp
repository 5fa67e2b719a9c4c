// A reservoir that follows the Lorenz system, and one that becomes it (review, Fig. 7C and 7D).
//
//   build/examples/rate/lorenz docs/figures
#include <dynvision/analysis/maps.hpp>
#include <dynvision/rate/reservoirs.hpp>
#include <dynvision/rate/systems.hpp>

#include "figure_of_numbers.hpp"

#include <algorithm>

using namespace dynvision;

namespace {

double constexpr dt = 0.02;
using Reservoir = rate::Network<rate::activations::Tanh, Eigen::SparseMatrix<double>>;

// [driver]
Eigen::MatrixXd lorenz(Eigen::Index n_steps) {  // (3,T), around 0 with variance 1
  Eigen::MatrixXd all(3, n_steps);
  Eigen::Vector3d x(1, 2, 20);
  for (Eigen::Index t = -2000; t < n_steps; ++t) {  // the first ones lead to the attractor
    x = integrate<RungeKutta4Step>(rate::Lorenz{}, x, {.dt = dt / 4, .n_steps = 4});
    if (t >= 0) all.col(t) = x;
  }
  return rate::z_scored(all);
}
// Ten connections to each unit.
Reservoir reservoir(Eigen::Index n, double radius, double input, double leak, std::uint64_t seed) {
  Eigen::MatrixXd const A(rate::sparse_normal_matrix(n, 10.0 / static_cast<double>(n), {seed, 0}));
  return {rate::scale_to_radius(A, radius).sparseView(), rate::uniform_matrix(n, 3, {seed, 1}, -input, input),
          rate::uniform_matrix(n, 1, {seed, 2}, -0.5, 0.5), leak};
}
// [/driver]

std::vector<double> row(Eigen::MatrixXd const& x, Eigen::Index i, Eigen::Index n) {
  std::vector<double> all;
  for (Eigen::Index t = 0; t < n; ++t) all.push_back(x(i, t));
  return all;
}

}  // namespace

int main(int count, char** arguments) {
  FigureOfNumbers figure("lorenz", "A reservoir follows a driver, and becomes it");
  Eigen::MatrixXd const d = lorenz(8001);

  // [follow]
  auto const weak = rate::synchronization(reservoir(300, 0.9, 0.5, 1, 1), d.leftCols(2000), {.dt = dt});
  auto const strong = rate::synchronization(reservoir(300, 3, 0.1, 1, 1), d.leftCols(2000), {.dt = dt});
  // [/follow]
  figure.panel("two copies from different states: their distance", "step", true);
  for (auto const& [name, one] : {std::pair{"radius 0.9", &weak}, std::pair{"radius 3, weak input", &strong}}) {
    std::vector<double> distance(one->distance.begin(), one->distance.begin() + 150);
    for (double& each : distance) each = std::max(each, 1e-17);
    figure.curve(name, steps(distance.size()), distance);
  }
  figure.number("distance at the end, radius 0.9", 0, 1e-10, "theory", weak.distance.back());
  figure.number("conditional exponent, radius 0.9", -20, 15, "prototype", weak.exponent);
  figure.number("conditional exponent, radius 3", 13.5, 10, "prototype", strong.exponent);
  figure.number("error of the driver read out, radius 0.9", 3e-4, 5e-3, "prototype", weak.reconstruction);

  // [become]
  Eigen::Index const n_train = 5500, washout = 200, n = 500;
  Reservoir const net = reservoir(n, 0.9, 0.5, 0.5, 0);
  Eigen::MatrixXd const R = rate::states_of(net, d.leftCols(n_train), {.bias = true});
  Eigen::MatrixXd const W =
      rate::ridge(R.rightCols(n_train - washout), d.middleCols(1 + washout, n_train - washout), 1e-6);
  rate::ClosedLoop<Reservoir> const loop(net, W);  // r(t+1) = F(r(t), W r(t)): no driver any more
  Eigen::VectorXd const r = R.col(n_train - 1).head(n);
  Eigen::MatrixXd const free = loop.outputs(r, 8000);
  // [/become]
  Eigen::MatrixXd const truth = d.middleCols(n_train, 2500);
  figure.panel("x: what the driver does, and the reservoir by itself", "time")
      .curve("driver", steps(750, dt), row(truth, 0, 750))
      .curve("reservoir", steps(750, dt), row(free, 0, 750));
  figure.panel("x and z of the reservoir by itself", "x").curve("", row(free, 0, 4000), row(free, 2, 4000));
  double const exponent =
      analysis::lyapunov_exponents(loop, r, {.n_exponents = 1, .n_steps = 10000, .transient_steps = 500, .dt = dt})
          .values[0];
  figure.number("largest exponent of the reservoir", 0.906, 0.08, "theory", exponent);
  double const times = static_cast<double>(rate::valid_steps(free.leftCols(2500), truth, 0.4)) * dt * 0.906;
  figure.number("Lyapunov times of prediction, at least 3", 8, 5, "prototype: 6.3", times);
  auto const spread = [](Eigen::MatrixXd const& x, Eigen::Index i) {
    return std::sqrt((x.row(i).array() - x.row(i).mean()).square().mean());
  };
  for (Eigen::Index i = 0; i < 3; ++i) {
    figure.number(std::string("standard deviation of ") + "xyz"[i] + ", relative", 1, 0.06, "theory",
                  spread(free, i) / spread(d, i));
  }
  return figure.finish(count, arguments);
}
