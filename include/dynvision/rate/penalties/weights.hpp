// Penalties of weights: W (Out,In), one number each, differentiable; of an ensemble, W (K,Out,In), the sum of those of its members.
//
//   mean_square(W)                  |W|_F^2/n, n the number of weights
//   frobenius(W)                    |W|_F               absolute_sum(W)        sum |W_ij|
//   distance_penalty(W, D, p)       sum |W_ij|^p D_ij, p = 1 or 2: spatially embedded networks (Achterberg et al. 2023)
//   communicability(W)              C = expm(S^(-1/2) |W| S^(-1/2)) with zero diagonal, S: row sums of |W| (Crofts & Higham 2009)
//   normalised_distance(D)          off the diagonal divided by their mean, so that a constant D is the plain penalty of W
//
// distance_penalty(W, D.mul(communicability(W)), 1) is that of Achterberg et al. D is (Out,In), or one for each member. The first two
// are means and roots, which members have one by one. Errors: rate.120, rate.122.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>

namespace dynvision::rate {

inline Tensor mean_square(Tensor const& W) { return W.square().mean(); }
inline Tensor frobenius(Tensor const& W) { return W.square().sum().sqrt(); }
inline Tensor absolute_sum(Tensor const& W) { return W.abs().sum(); }

inline Tensor distance_penalty(Tensor const& W, Tensor const& D, int exponent = 2) {
  bool const fits = D.dim() >= 2 && W.dim() >= D.dim() &&
                    W.sizes().slice(static_cast<std::size_t>(W.dim() - D.dim())).equals(D.sizes());
  if (!fits) {
    fail("rate", 120,
         {"distances of shape ", shape_text(D.sizes()), " for weights of shape ", shape_text(W.sizes()),
          ": expected the same shape, or that of one member"});
  }
  if (exponent != 1 && exponent != 2) fail("rate", 122, {"exponent ", exponent, " of weights: expected 1 or 2"});
  return (exponent == 1 ? W.abs() : W.square()).mul(D).sum();
}

inline Tensor communicability(Tensor const& W) {
  Tensor const A = W.abs(), s = A.sum({-1}).clamp_min(1e-12).rsqrt();  // (N), (K,N)
  Tensor const C = A.mul(s.unsqueeze(-2)).mul(s.unsqueeze(-1)).matrix_exp();
  return C.sub(C.diagonal(0, -2, -1).diag_embed());
}

inline Tensor normalised_distance(Tensor const& D) {
  if (D.dim() != 2 || D.size(0) != D.size(1) || D.size(0) < 2) {
    fail("rate", 120, {"distances of shape ", shape_text(D.sizes()), ": expected (N,N) with N of at least 2"});
  }
  Tensor const off = D.sub(D.diagonal().diag_embed());
  auto const pairs = static_cast<double>(D.size(0) * (D.size(0) - 1));
  double const mean = off.sum().item<double>() / pairs;
  if (!(mean > 0) || !std::isfinite(mean))
    fail("rate", 122, {"distances with the mean ", mean, ": expected positive numbers"});
  return off.div(mean);
}

}  // namespace dynvision::rate
