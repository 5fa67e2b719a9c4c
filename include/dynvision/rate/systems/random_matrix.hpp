// Matrices of random numbers: each number a function of seed, purpose and place, the same on every machine.
//
//   normal_matrix(100, 100, {.seed = 1, .purpose = 0}) / 10         variance 1/N: radius about 1
//   uniform_matrix(100, 1, {.seed = 1, .purpose = 1}, -1, 1)
//   sparse_normal_matrix(1000, 0.02, {.seed = 1})                   about 2 % of the numbers; as Eigen's sparse matrix
#pragma once
#include <dynvision/analysis/statistics/draws.hpp>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <cstdint>
#include <vector>

namespace dynvision::rate {

struct Draws {
  std::uint64_t seed = 0, purpose = 0;  // what they are for: others for other purposes
};

inline Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index columns, Draws const& draws) {
  analysis::DrawStream const stream(draws.seed, draws.purpose);
  Eigen::MatrixXd x(rows, columns);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = stream.normal(static_cast<std::uint64_t>(i));
  return x;
}
inline Eigen::MatrixXd uniform_matrix(Eigen::Index rows, Eigen::Index columns, Draws const& draws, double low,
                                      double high) {
  analysis::DrawStream const stream(draws.seed, draws.purpose);
  Eigen::MatrixXd x(rows, columns);
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    x.data()[i] = low + (high - low) * stream.uniform(static_cast<std::uint64_t>(i));
  }
  return x;
}
inline Eigen::MatrixXd random_signs(Eigen::Index rows, Eigen::Index columns, Draws const& draws) {
  return uniform_matrix(rows, columns, draws, -1, 1).unaryExpr([](double x) { return x < 0 ? -1.0 : 1.0; });
}
inline Eigen::SparseMatrix<double> sparse_normal_matrix(Eigen::Index n, double density, Draws const& draws) {
  analysis::DrawStream const kept(draws.seed, draws.purpose + (std::uint64_t{1} << 32)),
      stream(draws.seed, draws.purpose);
  std::vector<Eigen::Triplet<double>> entries;
  for (Eigen::Index j = 0, place = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i, ++place) {
      auto const at = static_cast<std::uint64_t>(place);
      if (kept.uniform(at) < density) entries.emplace_back(static_cast<int>(i), static_cast<int>(j), stream.normal(at));
    }
  }
  Eigen::SparseMatrix<double> x(n, n);
  x.setFromTriplets(entries.begin(), entries.end());
  return x;
}

}  // namespace dynvision::rate
