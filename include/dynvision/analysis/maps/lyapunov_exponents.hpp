// lyapunov_exponents: how fast neighbouring courses of a map or a flow part, the largest exponents first.
//
//   V <- J(x(t)) V = Q R,  V <- Q every few steps        lambda_i = mean of ln R_ii per unit of time
//
//   lyapunov_exponents(map, x, {.n_exponents = 2, .n_steps = 5000});                              per step
//   lyapunov_exponents<RungeKutta4Step>(lorenz, x, {.n_steps = 30000, .steps_of_qr = 10, .dt = 0.01});
//   conditional_exponent(response, r, inputs, dt);      the largest one of a driven map along this course of its inputs
//
// Tangents of a flow go with the state through the same solver: d[x V]/dt = [f(x,t)  J(x,t) V]. Sum of all exponents: the mean of
// tr J of a flow, of ln |det J| of a map. A direction that is lost (R_ii = 0) has -inf.
// Source: Benettin et al. 1980; Shimada & Nagashima 1979; Pecora & Carroll 1990 (conditional).
// Errors: analysis.171, 172.
#pragma once
#include <dynvision/analysis/maps/growth_rates.hpp>
#include <dynvision/analysis/maps/map.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/dynamics/flow_step.hpp>

#include <Eigen/QR>

#include <cstdint>
#include <utility>
#include <vector>

namespace dynvision::analysis {

struct ExponentSettings {
  int n_exponents = 0;  // 0: all
  int n_steps = 1000;
  int transient_steps = 0;  // before, without tangents
  int steps_of_qr = 1;      // between orthonormalisations
  double dt = 1;            // of a step
  std::uint64_t seed = 0;   // of the first tangents
};

struct LyapunovExponents {
  std::vector<double> values{}, standard_error{};  // per unit of dt, descending
  Eigen::VectorXd end{};
};

namespace maps {

// Q of V = Q R in place of V, by Householder's reflections; |R_ii| (0 where a column has no part of its own).
class Orthonormaliser {
 public:
  Orthonormaliser(Eigen::Index n, Eigen::Index k) : qr_(n, k), growth_(k) {}
  Eigen::VectorXd const& operator()(Eigen::MatrixXd& V) {
    qr_.compute(V);
    growth_ = qr_.matrixQR().diagonal().cwiseAbs();
    V.setIdentity();
    V.applyOnTheLeft(qr_.householderQ());
    return growth_;
  }

 private:
  Eigen::HouseholderQR<Eigen::MatrixXd> qr_;
  Eigen::VectorXd growth_;
};

inline Eigen::MatrixXd first_tangents(Eigen::Index n, Eigen::Index k, std::uint64_t seed) {
  Eigen::MatrixXd V(n, k);
  DrawStream const draws(seed, 0);
  for (Eigen::Index i = 0; i < V.size(); ++i) V.data()[i] = draws.normal(static_cast<std::uint64_t>(i));
  return V;
}

// advance(x): one step. with_tangents(x, V): the same, and V <- J V.
template <class Advance, class WithTangents>
LyapunovExponents exponents(Advance const& advance, WithTangents const& with_tangents, Eigen::VectorXd x,
                            ExponentSettings const& s) {
  Eigen::Index const n = x.size(), k = s.n_exponents == 0 ? n : s.n_exponents;
  if (k < 1 || k > n || s.steps_of_qr < 1 || s.n_steps < s.steps_of_qr || s.transient_steps < 0 || !(s.dt > 0)) {
    fail("analysis", 171,
         {"Lyapunov exponents: n_exponents = ", s.n_exponents, ", n_steps = ", s.n_steps,
          ", steps_of_qr = ", s.steps_of_qr, ", dt = ", s.dt, ": expected 1 to ", n,
          " exponents, as many as the state has numbers, at least steps_of_qr steps, and dt > 0"});
  }
  for (int t = 0; t < s.transient_steps; ++t) advance(x);
  Eigen::MatrixXd V = first_tangents(n, k, s.seed);
  Orthonormaliser orthonormalise(n, k);
  orthonormalise(V);
  int const n_parts = s.n_steps / s.steps_of_qr;
  GrowthRates rates(static_cast<std::size_t>(k), static_cast<std::size_t>(n_parts));
  for (int t = 0; t < n_parts; ++t) {
    for (int i = 0; i < s.steps_of_qr; ++i) with_tangents(x, V);
    if (!x.allFinite() || !V.allFinite()) {
      fail("analysis", 172,
           {"Lyapunov exponents of a course that grows without bound, after ", (t + 1) * s.steps_of_qr,
            " steps: expected a bounded one, or a smaller dt"});
    }
    Eigen::VectorXd const& R = orthonormalise(V);
    for (Eigen::Index i = 0; i < k; ++i) {
      rates.add(static_cast<std::size_t>(t), static_cast<std::size_t>(i), std::log(R[i]));
    }
  }
  LyapunovExponents found{.end = std::move(x)};
  double const time = s.dt * s.steps_of_qr;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    found.values.push_back(rates.mean(i, time));
    found.standard_error.push_back(rates.standard_error(i, time));
  }
  return found;
}

}  // namespace maps

template <Map F>
LyapunovExponents lyapunov_exponents(F const& map, Eigen::VectorXd const& from, ExponentSettings const& settings = {}) {
  return maps::exponents([&](Eigen::VectorXd& x) { x = map(x); },
                         [&](Eigen::VectorXd& x, Eigen::MatrixXd& V) {
                           V = tangent_of(map, x, V);
                           x = map(x);
                         },
                         from, settings);
}

// The state and its tangents as one state: the first column, and the others.
template <Flow F> struct WithTangents {
  F const& flow;
  Eigen::MatrixXd derivative(Eigen::MatrixXd const& all, double t) const {
    Eigen::MatrixXd change(all.rows(), all.cols());
    Eigen::VectorXd const x = all.col(0);
    change.col(0) = flow.derivative(x, t);
    change.rightCols(all.cols() - 1).noalias() = jacobian_of(flow, x, t) * all.rightCols(all.cols() - 1);
    return change;
  }
};

template <class Step, Flow F>
LyapunovExponents lyapunov_exponents(F const& flow, Eigen::VectorXd const& from, ExponentSettings const& settings) {
  double t = 0;
  auto const advance = [&](Eigen::VectorXd& x) { x = Step::step(flow, x, t, settings.dt), t += settings.dt; };
  Eigen::MatrixXd all;
  auto const with_tangents = [&](Eigen::VectorXd& x, Eigen::MatrixXd& V) {
    all.resize(x.size(), V.cols() + 1);
    all << x, V;
    all = Step::step(WithTangents<F>{flow}, all, t, settings.dt);
    x = all.col(0), V = all.rightCols(V.cols()), t += settings.dt;
  };
  return maps::exponents(advance, with_tangents, from, settings);
}

// inputs: a column for each step. Below 0: the response forgets where it began, and follows its driver.
template <DrivenMap F>
double conditional_exponent(F const& map, Eigen::VectorXd r, Eigen::MatrixXd const& inputs, double dt = 1,
                            int transient_steps = 0, std::uint64_t seed = 0) {
  Eigen::Index const n = inputs.cols() - transient_steps;
  if (n < 1 || transient_steps < 0 || !(dt > 0)) {
    fail("analysis", 171,
         {"a conditional exponent over ", n, " steps of dt = ", dt,
          ": expected at least one step after the transient, and dt > 0"});
  }
  Eigen::MatrixXd v = maps::first_tangents(r.size(), 1, seed);
  v /= v.norm();
  double sum = 0;
  for (Eigen::Index t = 0; t < inputs.cols(); ++t) {
    Eigen::VectorXd const u = inputs.col(t);
    v = map.tangent(r, u, v);
    r = map.step(r, u);
    double const growth = v.norm();
    if (!std::isfinite(growth) || !r.allFinite()) {
      fail("analysis", 172,
           {"a conditional exponent of a response that grows without bound, after ", t + 1,
            " steps: expected a bounded one"});
    }
    if (growth == 0) return -std::numeric_limits<double>::infinity();
    v /= growth;
    if (t >= transient_steps) sum += std::log(growth);
  }
  return sum / (static_cast<double>(n) * dt);
}

}  // namespace dynvision::analysis
