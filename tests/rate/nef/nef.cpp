// covers: rate/programming.hpp
// covers: rate/nef/ensemble.hpp, rate/nef/program_dynamics.hpp, rate/nef/program_reservoir.hpp
#include <dynvision/dynamics/flow_step.hpp>
#include <dynvision/rate/nef/program_dynamics.hpp>
#include <dynvision/rate/nef/program_reservoir.hpp>
#include <dynvision/rate/reservoir/scaling.hpp>

#include "../error_number.hpp"
#include <Eigen/LU>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <complex>

using namespace dynvision;
using Catch::Approx;

namespace {

// Pivots above 1e-10 of the largest.
inline int rank_of(Eigen::MatrixXd const& M) {
  Eigen::FullPivLU<Eigen::MatrixXd> lu(M);
  lu.setThreshold(1e-10);
  return static_cast<int>(lu.rank());
}

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return (x[x.size() / 2] + x[(x.size() - 1) / 2]) / 2;
}
// Of the identity in -1.5 ... 1.5; activity: standard deviation of the rates, of the largest one.
template <class F>
double identity_rmse(Eigen::Index n, double sigma, double activity, std::uint64_t seed, F f = {}, double top = 1) {
  auto const cells = rate::make_ensemble<F>(
      {.n_neurons = n, .radius = 1.5, .lowest_rate = top / 2, .largest_rate = top, .seed = seed}, f);
  Eigen::MatrixXd const X = rate::points_within(1.5, 1, 1000);
  Eigen::MatrixXd A = cells.rates(X);
  Eigen::MatrixXd const D = rate::decoders(A, X, sigma);
  if (activity > 0) A += activity * A.maxCoeff() * rate::normal_matrix(n, 1000, {seed, 9});
  return std::sqrt((D * A - X).squaredNorm() / 1000);
}
template <class F> double over_seeds(Eigen::Index n, double sigma, double activity) {
  std::vector<double> all;
  for (std::uint64_t seed = 0; seed < 8; ++seed) all.push_back(identity_rmse<F>(n, sigma, activity, seed));
  return median(all);
}
using Relu = rate::activations::Relu;

}  // namespace

TEST_CASE("the error of a decoded number halves with twice as many neurons", "[rate]") {
  double const few = over_seeds<Relu>(25, 0.01, 0), more = over_seeds<Relu>(100, 0.01, 0),
               many = over_seeds<Relu>(400, 0.01, 0);
  CAPTURE(few, more, many);
  CHECK(more / few == Approx(0.25).margin(0.1));
  CHECK(many / more == Approx(0.25).margin(0.1));
  CHECK(more / 1.5 < 0.01);
  // with noise in the rates: with the square root of their number
  double const noisy = over_seeds<Relu>(25, 0.1, 0.1), less = over_seeds<Relu>(400, 0.1, 0.1);
  CAPTURE(noisy, less);
  CHECK(less / noisy == Approx(0.25).margin(0.06));
}

TEST_CASE("neurons of every kind stand for a number to one percent", "[rate]") {
  CHECK(identity_rmse<rate::activations::Tanh>(100, 0.01, 0, 1) < 0.015);
  CHECK(identity_rmse<rate::activations::Sigmoid>(100, 0.01, 0, 1) < 0.015);
  CHECK(identity_rmse<rate::activations::LifRate>(100, 0.01, 0, 1, {}, 200) < 0.015);
}

TEST_CASE("a latch in a hundred neurons keeps its state for three seconds", "[rate]") {
  auto const latch_equation = [](Eigen::VectorXd const& x) -> Eigen::VectorXd {
    return ((2 * x.array()).tanh() - x.array()) / 0.1;
  };
  auto const cells = rate::make_ensemble({.n_neurons = 100, .radius = 1.5, .seed = 1});
  auto const latch = rate::program_dynamics(cells, latch_equation, {.tau = 0.1, .radius = 1.5});
  CHECK(rank_of(latch.network.A) == 1);
  auto const input = [](double t) {
    return Eigen::VectorXd::Constant(1, t < 0.3 ? 10 : t > 3.3 && t < 3.6 ? -10.0 : 0.0);
  };
  auto const flow = latch.flow(input);
  Eigen::VectorXd r = latch.at(Eigen::VectorXd::Zero(1));
  r = integrate<RungeKutta4Step>(flow, r, {.dt = 0.005, .n_steps = 660});
  CHECK(latch.decoded(r)[0] == Approx(0.9575).margin(0.1));
  r = integrate<RungeKutta4Step>(flow, r, {.dt = 0.005, .n_steps = 660, .t = 3.3});
  CHECK(latch.decoded(r)[0] == Approx(-0.9575).margin(0.1));
}

TEST_CASE("an integrator of neurons drifts by less than 0.02 in a second", "[rate]") {
  auto const none = [](Eigen::VectorXd const& x) -> Eigen::VectorXd { return 0 * x; };
  std::vector<double> drift;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    auto const cells = rate::make_ensemble({.n_neurons = 100, .radius = 1.5, .seed = seed});
    auto const integrator = rate::program_dynamics(cells, none, {.tau = 0.1, .radius = 1.5});
    auto const flow = integrator.flow([](double t) { return Eigen::VectorXd::Constant(1, t < 1 ? 0.5 : 0); });
    Eigen::VectorXd r =
        integrate<RungeKutta4Step>(flow, integrator.at(Eigen::VectorXd::Zero(1)), {.dt = 0.01, .n_steps = 150});
    double const before = integrator.decoded(r)[0];
    CHECK(before == Approx(0.5).margin(0.06));
    r = integrate<RungeKutta4Step>(flow, r, {.dt = 0.01, .n_steps = 700, .t = 1.5});
    drift.push_back(std::abs(integrator.decoded(r)[0] - before) / 7);
  }
  CHECK(median(drift) <= 0.02);
}

TEST_CASE("an oscillator of neurons keeps its frequency and its radius", "[rate]") {
  double const omega = 2 * std::numbers::pi;
  auto const turn = [&](Eigen::VectorXd const& x) -> Eigen::VectorXd {
    return Eigen::Vector2d(-omega * x[1], omega * x[0]);
  };
  auto const cells = rate::make_ensemble({.n_neurons = 200, .dimensions = 2, .radius = 1.5, .seed = 1});
  auto const oscillator = rate::program_dynamics(cells, turn, {.tau = 0.1, .radius = 1.5, .n_points = 3000});
  CHECK(rank_of(oscillator.network.A) == 2);
  auto const flow = oscillator.flow([](double) { return Eigen::VectorXd::Zero(2); });
  Eigen::VectorXd r = oscillator.at(Eigen::Vector2d(1.2, 0));
  double turned = 0, low = 9, high = 0;
  std::complex<double> last(0, 0);
  integrate<RungeKutta4Step>(flow, r, {.dt = 0.01, .n_steps = 700}, [&](Eigen::VectorXd const& now, double t) {
    Eigen::VectorXd const x = oscillator.decoded(now);
    std::complex<double> const z(x[0], x[1]);
    if (t > 1) turned += std::arg(z / last), low = std::min(low, std::abs(z)), high = std::max(high, std::abs(z));
    last = z;
  });
  CAPTURE(low, high);
  CHECK(turned / 6 / omega == Approx(1).margin(0.01));
  CHECK(high - low < 0.15);
}

namespace {

// Pulses of one step, one in ten; a column of inputs for each step, and what is to be kept.
struct Pulses {
  Eigen::MatrixXd u;
  std::vector<bool> told;
};
Pulses pulses(Eigen::Index n_steps, double rate, std::uint64_t seed) {
  analysis::DrawStream const draws(seed, 31);
  Pulses all{Eigen::MatrixXd::Zero(2, n_steps), {}};
  bool now = true;
  for (Eigen::Index t = 0; t < n_steps; ++t) {
    double const x = draws.uniform(static_cast<std::uint64_t>(t));
    if (t == 0 || x < rate)
      all.u(0, t) = 1, now = true;
    else if (x > 1 - rate)
      all.u(1, t) = 1, now = false;
    all.told.push_back(now);
  }
  return all;
}

struct Programmed {
  rate::Network<> before;
  rate::ProgrammedReservoir<rate::Network<>> after;
};
Eigen::VectorXd latch_map(Eigen::VectorXd const& z, Eigen::VectorXd const& u) {
  return (2 * z.array() + 3 * (u[0] - u[1])).tanh();
}
// Fitted on random z and on pulses like those of the task.
Programmed program(Eigen::Index n, double lambda, std::uint64_t seed) {
  rate::Network<> const net(rate::scale_to_radius(rate::normal_matrix(n, n, {seed, 0}), 0.3),
                            rate::uniform_matrix(n, 3, {seed, 1}, -1, 1), rate::uniform_matrix(n, 1, {seed, 2}, -1, 1));
  Pulses const fitted = pulses(4050, 0.15, seed + 100);
  auto const input = [&](Eigen::Index t) { return Eigen::VectorXd(fitted.u.col(t)); };
  return {net, rate::program_reservoir(net, latch_map, {.lambda = lambda, .seed = seed}, input)};
}

}  // namespace

TEST_CASE("a latch programmed into 200 units: no wrong step, and most units can be missed", "[rate]") {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    auto const [before, latch] = program(200, 1e-4, seed);
    CHECK(rank_of(latch.network.A - before.A) == 1);
    Pulses const task = pulses(1500, 0.05, seed);
    Eigen::VectorXd r = Eigen::VectorXd::Zero(200);
    int wrong = 0;
    for (Eigen::Index t = 0; t < 1500; ++t) {
      r = latch.network.step(r, task.u.col(t));
      wrong += (latch.latent(r)[0] > 0) != task.told[static_cast<std::size_t>(t)];
    }
    CAPTURE(seed, latch.rmse, latch.W.cwiseAbs().maxCoeff());
    CHECK(wrong == 0);
  }
}

TEST_CASE("most units of a programmed latch are dispensable, one by one", "[rate]") {
  auto const share = [](Eigen::Index n, double lambda, std::uint64_t seed) {
    auto const [before, latch] = program(n, lambda, seed);
    Eigen::Index const T = 300;
    Pulses const task = pulses(T, 0.05, seed + 10);
    Eigen::MatrixXd R = Eigen::MatrixXd::Zero(n, n);  // column i: the network without unit i
    Eigen::VectorXd wrong = Eigen::VectorXd::Zero(n);
    for (Eigen::Index t = 0; t < T; ++t) {
      Eigen::VectorXd const drive = latch.network.B * task.u.col(t) + latch.network.d;
      R = ((latch.network.A * R).colwise() + drive).array().tanh();
      R.diagonal().setZero();
      Eigen::RowVectorXd const z = latch.W * R;
      for (Eigen::Index i = 0; i < n; ++i) wrong[i] += (z[i] > 0) != task.told[static_cast<std::size_t>(t)];
    }
    return static_cast<double>((wrong.array() < 0.01 * static_cast<double>(T)).count()) / static_cast<double>(n);
  };
  double const first = share(200, 1e-4, 0), second = share(200, 1e-4, 1), small = share(100, 1e-4, 0);
  CAPTURE(first, second, small);
  CHECK(first >= 0.6);
  CHECK(second >= 0.6);
  CHECK(small >= 0.3);
}

TEST_CASE("the programmed map can be read back", "[rate]") {
  auto const [before, latch] = program(200, 1e-4, 0);
  Eigen::MatrixXd const z = Eigen::RowVectorXd::LinSpaced(11, -1, 1);
  Eigen::MatrixXd const next = rate::implemented_map(latch, before, z);
  CHECK((next - Eigen::MatrixXd((2 * z.array()).tanh())).cwiseAbs().maxCoeff() < 0.3);
}

TEST_CASE("ensembles and programs that cannot be are refused", "[rate]") {
  CHECK(error_number([] { rate::make_ensemble({.n_neurons = 0}); }) == 240);
  CHECK(error_number(
            [] { rate::make_ensemble<rate::activations::LifRate>({.lowest_rate = 400, .largest_rate = 600}); }) == 240);
  CHECK(error_number([] { rate::decoders(Eigen::MatrixXd::Ones(3, 4), Eigen::MatrixXd::Ones(1, 5), 0.1); }) == 241);
  auto const cells = rate::make_ensemble({.n_neurons = 10});
  auto const none = [](Eigen::VectorXd const& x) -> Eigen::VectorXd { return x; };
  CHECK(error_number([&] { rate::program_dynamics(cells, none, {.tau = 0}); }) == 242);
  CHECK(error_number([] { program(10, 0, 0); }) == 243);
}
