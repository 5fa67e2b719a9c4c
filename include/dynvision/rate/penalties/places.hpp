// Where units lie: places, distances between them, and a cortex without a brain's data.
//
//   grid_places(5, 5, 4)               (100,3): a box of units, one apart, the last number fastest (Achterberg et al. 2023)
//   distances(places)                  D_ij = |x_i - x_j|, (N,N): for distance_penalty
//   synthetic_cortex(100)              p (N), 0 ... 1: places on an axis from sensory to association, in the order of the units;
//                                      places (N,3) on a sphere, which the axis orders in part:
//
//   unit of rank k lies where  order z + sqrt(1 - order^2) xi  has rank k        z: height of a place, xi: a random number of its own,
//                                                                               both with variance 1
//
//   distance_penalty(W, normalised_distance(distances(synthetic_cortex(100).places)), 2)
//   read_npy("places.npy").view({-1, 3}), of io/numpy/npy.hpp, where there are data
//
// Points are those of a spiral that covers the sphere evenly (Saff & Kuijlaars 1997). Errors: rate.141.
#pragma once
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace dynvision::rate {

inline Tensor grid_places(std::int64_t a, std::int64_t b, std::int64_t c = 1) {
  if (a < 1 || b < 1 || c < 1) fail("rate", 141, {"a grid of ", a, "x", b, "x", c, " units: expected at least 1 each"});
  Tensor const places = zeros({a * b * c, 3});
  float* x = places.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < a * b * c; ++i, x += 3) {
    x[0] = static_cast<float>(i / (b * c)), x[1] = static_cast<float>(i / c % b), x[2] = static_cast<float>(i % c);
  }
  return places;
}

inline Tensor distances(Tensor const& places) {
  if (places.dim() != 2 || places.size(0) < 2 || !places.isfinite().all().item<bool>()) {
    fail("rate", 141,
         {"places of shape ", shape_text(places.sizes()), ": expected (N,3), finite numbers of at least two units"});
  }
  return places.unsqueeze(1).sub(places.unsqueeze(0)).square().sum({-1}).sqrt();
}

struct Cortex {
  Tensor p;       // (N)
  Tensor places;  // (N,3), of length 1
};

inline Cortex synthetic_cortex(std::int64_t n_units, std::uint64_t seed = 0, double order = 0.8) {
  if (n_units < 2 || !(order >= 0 && order <= 1)) {
    fail("rate", 141,
         {"a cortex of ", n_units, " units, which an axis orders by ", order, ": expected at least 2, and 0 to 1"});
  }
  auto const n = static_cast<std::size_t>(n_units);
  analysis::DrawStream const draws(seed, 0);
  std::vector<double> z(n), key(n);
  for (std::size_t i = 0; i < n; ++i) {
    z[i] = 1 - 2 * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    key[i] = order * std::sqrt(3.0) * z[i] + std::sqrt(1 - order * order) * draws.normal(i);
  }
  std::vector<std::size_t> ranked(n);
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  std::stable_sort(ranked.begin(), ranked.end(), [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
  Cortex all{.p = zeros({n_units}), .places = zeros({n_units, 3})};
  double const turn = std::numbers::pi * (3 - std::sqrt(5.0));  // the golden angle
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t const i = ranked[k];
    double const around = std::sqrt(1 - z[i] * z[i]), angle = turn * static_cast<double>(i);
    float* const x = all.places.mutable_data_ptr<float>() + 3 * k;
    x[0] = static_cast<float>(around * std::cos(angle)), x[1] = static_cast<float>(around * std::sin(angle));
    x[2] = static_cast<float>(z[i]);
    all.p.mutable_data_ptr<float>()[k] = static_cast<float>(static_cast<double>(k) / static_cast<double>(n - 1));
  }
  return all;
}

}  // namespace dynvision::rate
