// Patterns of a population as they lie in memory: a row of features (units, channels) for each image or condition, (N,P) in
// row-major order; over time a matrix of them for each step, (T,N,P).
//
//   Patterns const at_100_ms{.values = numbers, .n_features = 64};
//   PatternsOverTime const all{.values = numbers, .n_samples = 200, .n_features = 64};        all[t]: Patterns
//
// Errors: analysis.124.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <span>
#include <vector>

namespace dynvision::analysis {

using PatternMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline PatternMatrix rows_of(Eigen::Ref<PatternMatrix const> const& x, std::vector<std::size_t> const& rows) {
  PatternMatrix own(static_cast<Eigen::Index>(rows.size()), x.cols());
  for (std::size_t i = 0; i < rows.size(); ++i)
    own.row(static_cast<Eigen::Index>(i)) = x.row(static_cast<Eigen::Index>(rows[i]));
  return own;
}

struct Patterns {
  std::span<double const> values{};  // (N,P)
  std::size_t n_features = 0;

  std::size_t size() const { return n_features == 0 ? 0 : values.size() / n_features; }
  std::span<double const> operator[](std::size_t row) const { return values.subspan(row * n_features, n_features); }
  Eigen::Map<PatternMatrix const> matrix() const {
    return {values.data(), static_cast<Eigen::Index>(size()), static_cast<Eigen::Index>(n_features)};
  }

  void check(char const* what) const {
    if (values.empty() || n_features == 0 || values.size() % n_features != 0) {
      fail("analysis", 124, {what, ": ", values.size(), " numbers are no rows of ", n_features, " features"});
    }
  }
};

// Columns around their means. A constant has the variance of its rounding: it becomes 0.
inline PatternMatrix centred(Eigen::Ref<PatternMatrix const> const& x) {
  PatternMatrix own = x;
  for (Eigen::Index j = 0; j < own.cols(); ++j) {
    double const whole = own.col(j).norm();
    own.col(j).array() -= own.col(j).mean();
    if (own.col(j).norm() <= 1e-14 * whole) own.col(j).setZero();
  }
  return own;
}

struct PatternsOverTime {
  std::span<double const> values{};  // (T,N,P)
  std::size_t n_samples = 0, n_features = 0;

  std::size_t n_steps() const { return values.size() / (n_samples * n_features); }
  Patterns operator[](std::size_t t) const {
    return {values.subspan(t * n_samples * n_features, n_samples * n_features), n_features};
  }

  void check(char const* what) const {
    if (values.empty() || n_samples == 0 || n_features == 0 || values.size() % (n_samples * n_features) != 0) {
      fail("analysis", 124,
           {what, ": ", values.size(), " numbers are no steps of ", n_samples, " samples and ", n_features,
            " features"});
    }
  }
};

}  // namespace dynvision::analysis
