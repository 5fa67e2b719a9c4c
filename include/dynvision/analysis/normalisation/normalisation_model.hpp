// Delayed normalisation: a linear response, divided by a delayed average of itself (Zhou et al. 2019, Groen et al. 2022).
//
//   h1 = g(tau1) - w g(1.5 tau1)      g(tau) ~ (t / tau) exp(-t / tau), sum 1      t = 1/fs ... T/fs [s]
//   h2 ~ exp(-t / tau2), sum 1
//   L = s * h1        P = L * h2      convolutions, causal; s is delayed by `shift`, linear between steps, 0 before it
//   r = scale |L|^n / (sigma^n + |P|^n)
//
// s: the contrast of each step. Seven numbers, in this order: tau1, w, tau2, n, sigma, shift, scale; times in seconds.
// After a long step of contrast c, with q = c (1 - w), r is scale q^n / (sigma^n + q^n).
//
//   Eigen::MatrixXd const r = normalised_response({.tau1 = 0.05, .tau2 = 0.1, .n = 2, .sigma = 1}, stimulus, 500).response;
//
// stimulus: (T,C), a column for each condition. `undelayed` leaves h2 out: P = L. `linear`: r = scale s * g(tau1).
// jacobian() gives dr/d(number) too. `segment`: shift fs is taken to lie between this step and the next one, which says what
// a derivative is where shift is a whole number of steps.
//
// Sources: Zhou, Benson, Kay & Winawer 2019, "Predicting neuronal dynamics with a delayed gain control model"; Groen et al.
// 2022, "Temporal dynamics of neural responses in human visual cortex".
// Errors: analysis.112.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace dynvision::analysis {

struct NormalisationNumbers {
  double tau1 = 0.01, w = 0, tau2 = 0.05, n = 1.5, sigma = 0.1, shift = 0, scale = 1;

  static NormalisationNumbers of(Eigen::VectorXd const& x) { return {x[0], x[1], x[2], x[3], x[4], x[5], x[6]}; }
  Eigen::VectorXd values() const {
    Eigen::VectorXd x(7);
    x << tau1, w, tau2, n, sigma, shift, scale;
    return x;
  }
};

inline constexpr std::array<char const*, 7> normalisation_names{"tau1", "w", "tau2", "n", "sigma", "shift", "scale"};

enum class NormalisationKind { delayed, undelayed, linear };

struct NormalisedResponse {
  Eigen::MatrixXd linear, pool, response;  // L, P, r (T,C)
};

namespace detail {

// A kernel of T samples with sum 1, and its derivative in tau.
struct Kernel {
  Eigen::VectorXd h, by_tau;

  // rises: (t / tau) exp(-t / tau), else exp(-t / tau)
  Kernel(double tau, Eigen::Index n_steps, double fs, bool rises) {
    Eigen::ArrayXd const t = Eigen::ArrayXd::LinSpaced(n_steps, 1, static_cast<double>(n_steps)) / fs;
    Eigen::ArrayXd const decay = (-(t - t[0]) / tau).exp();  // not all 0 for a tau much shorter than a step
    h = decay.matrix();
    if (rises) h.array() *= t;
    h /= h.sum();
    // d ln h / d tau is t / tau^2 but for a number that the sum takes out
    Eigen::VectorXd const slope = (t / (tau * tau)).matrix();
    by_tau = (h.array() * (slope.array() - h.dot(slope))).matrix();
  }
};

// y_i = sum_j h_j x_{i-j}, for each column of x.
inline Eigen::MatrixXd convolved(Eigen::VectorXd const& h, Eigen::MatrixXd const& x) {
  Eigen::MatrixXd y = Eigen::MatrixXd::Zero(x.rows(), x.cols());
  for (Eigen::Index c = 0; c < x.cols(); ++c) {
    for (Eigen::Index j = 0; j < x.rows(); ++j) {
      if (double const value = x(j, c); value != 0) y.col(c).tail(x.rows() - j) += value * h.head(x.rows() - j);
    }
  }
  return y;
}

// The stimulus later by segment + share steps, and its derivative in the number of steps.
inline void delayed(Eigen::MatrixXd const& s, double steps, Eigen::Index segment, Eigen::MatrixXd& to,
                    Eigen::MatrixXd* slope) {
  double const share = std::min(std::max(steps - static_cast<double>(segment), 0.0), 1.0);
  to.setZero(s.rows(), s.cols());
  if (slope != nullptr) slope->setZero(s.rows(), s.cols());
  for (Eigen::Index i = segment; i < s.rows(); ++i) {
    Eigen::Index const k = i - segment;
    if (share == 0) {
      to.row(i) = s.row(k);
    } else if (k > 0) {
      to.row(i) = (1 - share) * s.row(k) + share * s.row(k - 1);
    }
    if (slope != nullptr && k > 0) slope->row(i) = s.row(k - 1) - s.row(k);
  }
}

}  // namespace detail

// The step before which `shift` ends; a rounding error above or below a whole number of steps is none.
inline Eigen::Index segment_of(double shift, double fs) {
  return static_cast<Eigen::Index>(std::floor(shift * fs + 1e-9));
}

inline void check_normalisation(NormalisationNumbers const& p, Eigen::MatrixXd const& stimulus, double fs) {
  if (stimulus.size() == 0 || !stimulus.allFinite()) {
    fail("analysis", 112,
         {"a stimulus of ", stimulus.rows(), " steps and ", stimulus.cols(), " conditions: expected some, all finite"});
  }
  if (!(fs > 0) || !std::isfinite(fs)) fail("analysis", 112, {"a sample rate of ", fs, " Hz: expected a positive one"});
  Eigen::VectorXd const x = p.values();
  for (Eigen::Index i = 0; i < 7; ++i) {
    bool const positive = i == 0 || i == 2 || i == 3;
    if (!std::isfinite(x[i]) || (positive ? !(x[i] > 0) : i != 6 && !(x[i] >= 0))) {
      fail("analysis", 112,
           {normalisation_names[static_cast<std::size_t>(i)], " = ", x[i], ": expected ",
            positive ? "a positive number"
            : i == 6 ? "a finite number"
                     : "at least 0"});
    }
  }
}

// With `jacobian`: dr/d(number), one (T,C) for each of the seven; those without an effect stay 0.
inline NormalisedResponse normalised_response(NormalisationNumbers const& p, Eigen::MatrixXd const& stimulus, double fs,
                                              NormalisationKind kind, Eigen::Index segment,
                                              std::array<Eigen::MatrixXd, 7>* jacobian = nullptr) {
  bool const linear = kind == NormalisationKind::linear;
  Eigen::Index const T = stimulus.rows();
  NormalisedResponse result;
  Eigen::MatrixXd s, ds;
  detail::delayed(stimulus, p.shift * fs, segment, s, jacobian == nullptr ? nullptr : &ds);
  detail::Kernel const fast(p.tau1, T, fs, true), slow(1.5 * p.tau1, T, fs, true), decay(p.tau2, T, fs, false);
  Eigen::VectorXd const h1 = linear ? fast.h : Eigen::VectorXd(fast.h - p.w * slow.h);
  Eigen::MatrixXd const& L = result.linear = detail::convolved(h1, s);
  if (linear) {
    result.pool = Eigen::MatrixXd::Zero(T, stimulus.cols());
    result.response = p.scale * L;
    if (jacobian != nullptr) {
      for (auto& one : *jacobian) one.setZero(T, stimulus.cols());
      (*jacobian)[0] = p.scale * detail::convolved(fast.by_tau, s);
      (*jacobian)[5] = p.scale * fs * detail::convolved(h1, ds);
      (*jacobian)[6] = L;
    }
    return result;
  }
  auto const pooled = [&](Eigen::MatrixXd const& x) -> Eigen::MatrixXd {
    return kind == NormalisationKind::delayed ? detail::convolved(decay.h, x) : x;
  };
  Eigen::MatrixXd const& P = result.pool = pooled(L);
  Eigen::ArrayXXd const above = L.array().abs().pow(p.n), below = P.array().abs().pow(p.n) + std::pow(p.sigma, p.n);
  Eigen::ArrayXXd const share = (above > 0).select(above / below, 0);  // 0 / 0 where nothing has come yet
  result.response = (p.scale * share).matrix();
  if (jacobian == nullptr) return result;

  // dr = scale (dA / B - A / B dB / B), A = |L|^n, B = sigma^n + |P|^n
  Eigen::ArrayXXd const by_L = (above > 0).select(p.n * above / L.array() / below, 0);
  Eigen::ArrayXXd const power = P.array().abs().pow(p.n);
  Eigen::ArrayXXd const by_P = (power > 0).select(-p.n * power / P.array() * share / below, 0);
  auto const through = [&](Eigen::MatrixXd const& dL) -> Eigen::MatrixXd {
    return (p.scale * (by_L * dL.array() + by_P * pooled(dL).array())).matrix();
  };
  auto& J = *jacobian;
  J[0] = through(detail::convolved(fast.by_tau - 1.5 * p.w * slow.by_tau, s));
  J[1] = through(-detail::convolved(slow.h, s));
  J[2] = kind == NormalisationKind::delayed
             ? Eigen::MatrixXd((p.scale * by_P * detail::convolved(decay.by_tau, L).array()).matrix())
             : Eigen::MatrixXd::Zero(T, stimulus.cols());
  double const ln_sigma = p.sigma > 0 ? std::pow(p.sigma, p.n) * std::log(p.sigma) : 0;
  Eigen::ArrayXXd const ln_L = (above > 0).select(L.array().abs().log(), 0);
  Eigen::ArrayXXd const ln_P = (power > 0).select(power * P.array().abs().log(), 0) + ln_sigma;
  J[3] = (p.scale * share * (ln_L - ln_P / below)).matrix();
  double const by_sigma = p.sigma > 0 ? p.n * std::pow(p.sigma, p.n - 1) : 0;
  J[4] = (-p.scale * by_sigma * share / below).matrix();
  J[5] = through(fs * detail::convolved(h1, ds));
  J[6] = share.matrix();
  return result;
}

inline NormalisedResponse normalised_response(NormalisationNumbers const& p, Eigen::MatrixXd const& stimulus, double fs,
                                              NormalisationKind kind = NormalisationKind::delayed) {
  check_normalisation(p, stimulus, fs);
  return normalised_response(p, stimulus, fs, kind, segment_of(p.shift, fs));
}

}  // namespace dynvision::analysis
