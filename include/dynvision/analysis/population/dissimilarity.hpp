// Dissimilarity matrices: how different the patterns of two conditions are (Kriegeskorte, Mur & Bandettini 2008).
//
//   correlation         1 - Pearson's correlation of two rows, over features
//   squared_euclidean   |x_i - x_j|^2 / P
//
//   std::vector<double> const d = dissimilarities({patterns, n_features}, Dissimilarity::correlation);
//   d[pair_index(i, j, n)]                                 upper triangle, row by row: (0,1), (0,2), ..., (1,2), ...
//   std::vector<double> const means = class_means({patterns, n_features}, labels, n_classes);      conditions are classes
//
// A row of zero variance has no correlation: its pairs are nan, as are those of a row with a nan.
// Errors: analysis.124, 129.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/population/patterns.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::analysis {

enum class Dissimilarity { correlation, squared_euclidean };

inline std::size_t pair_index(std::size_t i, std::size_t j, std::size_t n) {  // i < j < n
  return i * n - i * (i + 1) / 2 + (j - i - 1);
}

inline std::vector<double> dissimilarities(Patterns const& x, Dissimilarity measure = Dissimilarity::correlation) {
  x.check("conditions");
  std::size_t const n = x.size();
  if (n < 2) fail("analysis", 129, {n, " conditions: expected two or more"});
  PatternMatrix rows = x.matrix();
  std::vector<double> result;
  result.reserve(n * (n - 1) / 2);
  if (measure == Dissimilarity::correlation) {
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
      double const whole = rows.row(i).norm();
      rows.row(i).array() -= rows.row(i).mean();
      double const own = rows.row(i).norm();
      rows.row(i) /= own > 1e-14 * whole ? own : not_defined;  // a constant has the variance of its rounding
    }
    PatternMatrix const r = rows * rows.transpose();
    for (Eigen::Index i = 0; i < r.rows(); ++i) {
      for (Eigen::Index j = i + 1; j < r.cols(); ++j) result.push_back(1 - r(i, j));
    }
    return result;
  }
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    for (Eigen::Index j = i + 1; j < rows.rows(); ++j) {
      result.push_back((rows.row(i) - rows.row(j)).squaredNorm() / static_cast<double>(rows.cols()));
    }
  }
  return result;
}

// (N,P) -> (K,P), row by row; nan where a class has no sample. Samples without a label (below 0) do not count.
inline std::vector<double> class_means(Patterns const& x, std::span<std::int64_t const> labels, std::size_t n_classes) {
  x.check("samples of classes");
  if (labels.size() != x.size())
    fail("analysis", 129, {labels.size(), " labels for ", x.size(), " samples: expected one for each"});
  std::vector<double> means(n_classes * x.n_features, 0), counts(n_classes, 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (labels[i] < 0) continue;
    auto const label = static_cast<std::size_t>(labels[i]);
    if (label >= n_classes)
      fail("analysis", 129,
           {"label ", labels[i], " of sample ", i, " for ", n_classes, " classes: expected at most ", n_classes - 1});
    counts[label] += 1;
    for (std::size_t p = 0; p < x.n_features; ++p) means[label * x.n_features + p] += x[i][p];
  }
  for (std::size_t i = 0; i < means.size(); ++i) means[i] /= counts[i / x.n_features];  // 0/0: nan
  return means;
}

}  // namespace dynvision::analysis
