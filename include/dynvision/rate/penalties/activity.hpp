// Penalties of rates: what a network is asked for beside its task. Each is one number, differentiable, of r (B,T,N).
//
//   m_i = mean of r_i over samples and steps
//   mean_rate(r, l1)          mean_i |m_i|          l2: mean_i m_i^2
//   rate_dispersion(r, sd)    sd (unbiased), cv = sd/mean, mean_deviation, greatest_deviation of m over the units
//   state_prediction(r, k)    mean (r(t+k) - r(t))^2, over the time axis
//   hebbian(r, W)             mean over samples and steps of |sum_ij W_ij r_i r_j|
//   rate_entropy(r, c)        mean of -sum_i p_i log p_i, p = r/sum r, + c |r|^2: of rates that are not negative
//   population_kl(r, q)       mean over units of KL between normal distributions of r_i and q_i, over samples and steps
//   soft_cross_entropy(z, p)  mean of -sum_c p_c log softmax(z)_c
//
// Sources: Song, Yang & Wang 2016 (rates); NN4Neurosim. There the prediction runs over samples in place of steps: it is not copied.
// Errors: rate.120 (shapes), rate.121 (a lag that is no step of the run).
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>

#include <array>

namespace dynvision::rate {

enum class Norm { l1, l2 };
enum class Dispersion { sd, cv, mean_deviation, greatest_deviation };

// (N), of (B,T,N): means over samples and steps.
inline Tensor mean_rates(Tensor const& r) {
  if (r.dim() != 3) fail("rate", 120, {"rates of shape ", shape_text(r.sizes()), ": expected (B,T,N)"});
  return r.mean(at::IntArrayRef{0, 1});
}

inline Tensor mean_rate(Tensor const& r, Norm norm = Norm::l1) {
  Tensor const m = mean_rates(r);
  return norm == Norm::l1 ? m.abs().mean() : m.square().mean();
}

inline Tensor rate_dispersion(Tensor const& r, Dispersion of = Dispersion::sd) {
  Tensor const m = mean_rates(r), from_mean = m.sub(m.mean()).abs();
  switch (of) {
    case Dispersion::sd:
      return m.std();
    case Dispersion::cv:
      return m.std().div(m.mean());
    case Dispersion::mean_deviation:
      return from_mean.mean();
    case Dispersion::greatest_deviation:
      break;
  }
  return from_mean.max();
}

// axis: that of time.
inline Tensor state_prediction(Tensor const& r, std::int64_t lag = 1, std::int64_t axis = 1) {
  std::int64_t const steps = r.size(axis) - lag;
  if (lag < 1 || steps < 1) {
    fail("rate", 121,
         {"a prediction ", lag, " steps ahead in ", r.size(axis), " steps: expected 1 to ", r.size(axis) - 1});
  }
  return r.narrow(axis, 0, steps).sub(r.narrow(axis, lag, steps)).square().mean();
}

inline Tensor hebbian(Tensor const& r, Tensor const& W) {
  if (W.dim() != 2 || r.dim() != 3 || W.size(0) != r.size(2) || W.size(1) != r.size(2)) {
    fail("rate", 120,
         {"weights of shape ", shape_text(W.sizes()), " between rates of shape ", shape_text(r.sizes()),
          ": expected (N,N) and (B,T,N)"});
  }
  return r.matmul(W.t()).mul(r).sum({-1}).abs().mean();
}

inline Tensor rate_entropy(Tensor const& r, double of_squares = 0, double least = 1e-8) {
  Tensor const p = r.div(r.sum({-1}, true).add(least));
  return p.mul(p.add(least).log()).sum({-1}).mean().neg().add(r.square().sum({-1}).mean().mul(of_squares));
}

enum class Over { mean, sum };
// KL(r || q); symmetric: the mean of both directions. of_squares (mean |r|^2 + mean |q|^2) is added.
inline Tensor population_kl(Tensor const& r, Tensor const& q, bool symmetric = true, Over over = Over::mean,
                            double of_squares = 1e-3, double least_variance = 0) {
  auto const moments = [&](Tensor const& x) {
    Tensor const mean = mean_rates(x);
    return std::array{mean, x.sub(mean).square().mean(at::IntArrayRef{0, 1}).add(least_variance)};
  };
  auto const [m0, v0] = moments(r);
  auto const [m1, v1] = moments(q);
  auto const divergence = [](Tensor const& ma, Tensor const& va, Tensor const& mb, Tensor const& vb) {
    return vb.div(va).log().add(va.add(ma.sub(mb).square()).div(vb)).sub(1).div(2);
  };
  Tensor kl = divergence(m0, v0, m1, v1);
  if (symmetric) kl = kl.add(divergence(m1, v1, m0, v0)).div(2);
  Tensor const squares = r.square().sum({-1}).mean().add(q.square().sum({-1}).mean());
  return (over == Over::mean ? kl.mean() : kl.sum()).add(squares.mul(of_squares));
}

// Targets p (...,K), each a distribution. given_probabilities: z are probabilities already.
inline Tensor soft_cross_entropy(Tensor const& z, Tensor const& p, bool given_probabilities = false) {
  Tensor const q = given_probabilities ? z : z.softmax(-1);
  return p.mul(q.clamp_min(1e-12).log()).sum({-1}).mean().neg();
}

}  // namespace dynvision::rate
