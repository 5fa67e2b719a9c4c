// Representational similarity: whether two populations, steps or models find the same conditions alike.
//
//   Agreement const a = similarity(d1, d2, Comparison::spearman);       of two dissimilarity matrices (dissimilarity.hpp)
//   std::vector<double> const all = similarities({d1, d2, d3}, Comparison::spearman);                  (R,R), row by row
//   NoiseCeiling const c = noise_ceiling({d1, d2, d3}, Comparison::spearman);                          of R matrices
//
// The ceiling is what a model can reach that is compared with each of R measured matrices: upper, the mean of all of them; lower,
// the mean of the others, each compared with every single one and averaged. Before they are averaged, matrices are z-scored
// (pearson), scaled to norm 1 (cosine), or replaced by their ranks (Nili et al. 2014).
//
// Pairs of conditions that are nan in one of them are left out, and counted. Average ranks; nan without variance.
// Source: Kriegeskorte, Mur & Bandettini 2008; Nili et al. 2014, "A toolbox for representational similarity analysis".
// Errors: analysis.130.
#pragma once
#include <dynvision/analysis/population/rank_agreement.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace dynvision::analysis {

enum class Comparison { spearman, pearson, cosine, tau_a, rho_a };
inline constexpr std::array<char const*, 5> comparison_names{"spearman", "pearson", "cosine", "tau_a", "rho_a"};

struct Agreement {
  double value = not_defined;
  std::size_t n_pairs = 0, n_skipped = 0;
};

struct NoiseCeiling {
  double lower = not_defined, upper = not_defined;
  std::size_t n_pairs = 0, n_skipped = 0;
};

namespace population {

inline double norm_of(std::span<double const> x) {
  double sum = 0;
  for (double const value : x) sum += value * value;
  return std::sqrt(sum);
}

// Without nan.
inline double agreement(std::span<double const> x, std::span<double const> y, Comparison how) {
  if (x.empty()) return not_defined;
  switch (how) {
    case Comparison::spearman:
      return spearman(x, y);
    case Comparison::pearson:
      return pearson(x, y);
    case Comparison::tau_a:
      return kendall_tau_a(x, y);
    case Comparison::rho_a:
      return rho_a(x, y);
    case Comparison::cosine:
      break;
  }
  double const scale = norm_of(x) * norm_of(y);
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) xy += x[i] * y[i];
  return ratio(xy, scale);
}

inline std::vector<double> to_be_averaged(std::vector<double> x, Comparison how) {
  if (how == Comparison::cosine) {
    double const scale = norm_of(x);
    for (double& value : x) value /= scale;
    return x;
  }
  if (how != Comparison::pearson) return average_ranks(x);
  double const mean = mean_of(x);
  for (double& value : x) value -= mean;
  double const sd = norm_of(x) / std::sqrt(static_cast<double>(x.size()));
  for (double& value : x) value /= sd;
  return x;
}

// Without the pairs that are nan in one of them.
inline std::vector<std::vector<double>> complete_pairs(std::vector<std::vector<double>> const& all) {
  std::vector<std::vector<double>> kept(all.size());
  for (std::size_t i = 0; i < all.front().size(); ++i) {
    bool there = true;
    for (auto const& one : all) there = there && !std::isnan(one[i]);
    for (std::size_t k = 0; there && k < all.size(); ++k) kept[k].push_back(all[k][i]);
  }
  return kept;
}

inline void check_as_many_pairs(std::vector<std::vector<double>> const& all, std::size_t fewest) {
  if (all.size() < fewest)
    fail("analysis", 130, {all.size(), " dissimilarity matrices: expected ", fewest, " or more"});
  for (auto const& one : all) {
    if (one.size() != all.front().size() || one.empty()) {
      fail("analysis", 130,
           {"dissimilarity matrices of ", all.front().size(), " and ", one.size(),
            " pairs: expected the same conditions"});
    }
  }
}

}  // namespace population

inline Agreement similarity(std::vector<double> const& a, std::vector<double> const& b,
                            Comparison how = Comparison::spearman) {
  population::check_as_many_pairs({a, b}, 2);
  auto const both = population::complete_pairs({a, b});
  return {population::agreement(both[0], both[1], how), both[0].size(), a.size() - both[0].size()};
}

// Layer by layer, step by step, model by model: (R,R), each pair of matrices with the pairs of conditions that both have.
inline std::vector<double> similarities(std::vector<std::vector<double>> const& all,
                                        Comparison how = Comparison::spearman) {
  population::check_as_many_pairs(all, 1);
  std::size_t const R = all.size();
  std::vector<std::vector<double>> ranks(R);  // once for each matrix; of one with nan they depend on the other one
  std::vector<char> empty;                    // without any pair
  for (std::size_t i = 0; i < R; ++i) {
    if (how == Comparison::spearman && !has_nan(all[i])) ranks[i] = average_ranks(all[i]);
    empty.push_back(std::all_of(all[i].begin(), all[i].end(), [](double x) { return std::isnan(x); }) ? 1 : 0);
  }
  std::vector<double> result(R * R, not_defined);
  for (std::size_t i = 0; i < R; ++i) {
    for (std::size_t j = i; j < R; ++j) {
      if (empty[i] != 0 || empty[j] != 0) continue;
      bool const ranked = !ranks[i].empty() && !ranks[j].empty();
      double const value = ranked ? pearson(ranks[i], ranks[j]) : similarity(all[i], all[j], how).value;
      result[i * R + j] = result[j * R + i] = value;
    }
  }
  return result;
}

inline NoiseCeiling noise_ceiling(std::vector<std::vector<double>> const& all, Comparison how = Comparison::spearman) {
  population::check_as_many_pairs(all, 2);
  auto const kept = population::complete_pairs(all);
  std::size_t const n = kept.front().size(), R = kept.size();
  NoiseCeiling ceiling{.n_pairs = n, .n_skipped = all.front().size() - n};
  if (n == 0) return ceiling;
  std::vector<std::vector<double>> scaled;
  std::vector<double> sum(n, 0);
  for (auto const& one : kept) {
    scaled.push_back(population::to_be_averaged(one, how));
    for (std::size_t i = 0; i < n; ++i) sum[i] += scaled.back()[i];
  }
  double lower = 0, upper = 0;
  for (std::size_t r = 0; r < R; ++r) {
    std::vector<double> all_of_them(sum), others(n);
    for (std::size_t i = 0; i < n; ++i) all_of_them[i] /= static_cast<double>(R);
    for (std::size_t i = 0; i < n; ++i) others[i] = (sum[i] - scaled[r][i]) / static_cast<double>(R - 1);
    upper += population::agreement(all_of_them, kept[r], how) / static_cast<double>(R);
    lower += population::agreement(others, kept[r], how) / static_cast<double>(R);
  }
  ceiling.lower = lower, ceiling.upper = upper;
  return ceiling;
}

}  // namespace dynvision::analysis
