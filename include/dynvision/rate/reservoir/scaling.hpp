// Recurrent weights of a given strength: by spectral radius or by spectral norm, which differ by about two for Gaussian ones.
//
//   spectral_radius(A) = max |eigenvalue|         how fast activity fades, in the end
//   spectral_norm(A)   = largest singular value   how much one step can grow
//
//   scale_to_radius(A, 0.9), scale_to_norm(A, 0.9)       delay_line(20), orthogonal_matrix(20, draws): special ones
//
// A nilpotent matrix, of a feedforward network (no circle of connections), or one whose eigenvalues are rounding errors, has radius
// 0 and cannot be scaled to another one: an error that says so. A connectome: set the diagonal to 0, scale, and use it as A.
// Errors: rate.230, 231.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include <cstddef>
#include <vector>

namespace dynvision::rate {

namespace reservoir {

// Whether connections form no circle: then A^N = 0 exactly, while computed eigenvalues are about eps^(1/N).
inline bool is_acyclic(Eigen::MatrixXd const& A) {
  auto const n = static_cast<std::size_t>(A.rows());
  std::vector<int> n_inputs(n, 0);
  for (Eigen::Index i = 0; i < A.rows(); ++i)
    n_inputs[static_cast<std::size_t>(i)] = static_cast<int>((A.row(i).array() != 0).count());
  std::vector<Eigen::Index> ready;
  for (std::size_t i = 0; i < n; ++i) {
    if (n_inputs[i] == 0) ready.push_back(static_cast<Eigen::Index>(i));
  }
  std::size_t n_done = 0;
  while (!ready.empty()) {
    Eigen::Index const from = ready.back();
    ready.pop_back(), ++n_done;
    for (Eigen::Index to = 0; to < A.rows(); ++to) {
      if (A(to, from) != 0 && --n_inputs[static_cast<std::size_t>(to)] == 0) ready.push_back(to);
    }
  }
  return n_done == n;
}

inline void check(Eigen::MatrixXd const& A, double to) {
  if (A.rows() != A.cols() || A.size() == 0 || !A.allFinite()) {
    fail("rate", 231, {"recurrent weights ", A.rows(), " x ", A.cols(), ": expected N x N finite numbers"});
  }
  if (!(to >= 0) || !std::isfinite(to)) fail("rate", 231, {"weights scaled to ", to, ": expected a number >= 0"});
}

}  // namespace reservoir

inline double spectral_norm(Eigen::MatrixXd const& A) {
  reservoir::check(A, 0);
  Eigen::MatrixXd const squared = A.transpose() * A;
  return std::sqrt(std::max(0.0, squared.selfadjointView<Eigen::Lower>().eigenvalues().maxCoeff()));
}
// Exactly 0 for a matrix without circles.
inline double spectral_radius(Eigen::MatrixXd const& A) {
  reservoir::check(A, 0);
  return reservoir::is_acyclic(A) ? 0 : A.eigenvalues().cwiseAbs().maxCoeff();
}

inline Eigen::MatrixXd scale_to_radius(Eigen::MatrixXd const& A, double radius) {
  reservoir::check(A, radius);
  if (radius == 0) return Eigen::MatrixXd::Zero(A.rows(), A.cols());
  double const now = spectral_radius(A);
  if (!(now > 1e-7 * A.norm())) {
    fail("rate", 230,
         {"weights ", A.rows(), " x ", A.cols(), " that are nilpotent, of spectral radius 0, scaled to radius ", radius,
          ": expected a circle of connections; scale_to_norm scales any"});
  }
  return A * (radius / now);
}
inline Eigen::MatrixXd scale_to_norm(Eigen::MatrixXd const& A, double norm) {
  reservoir::check(A, norm);
  double const now = spectral_norm(A);
  if (!(now > 0)) fail("rate", 230, {"weights that are all 0, scaled to norm ", norm, ": expected one that is not 0"});
  return A * (norm / now);
}

// r_0 takes the input, r_i(t+1) = r_(i-1)(t): the last n inputs, nothing else.
inline Eigen::MatrixXd delay_line(Eigen::Index n) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Zero(n, n);
  A.diagonal(-1).setOnes();
  return A;
}
// Q of the QR decomposition of normal numbers.
inline Eigen::MatrixXd orthogonal_matrix(Eigen::Index n, Draws const& draws) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(normal_matrix(n, n, draws)).householderQ() *
         Eigen::MatrixXd::Identity(n, n);
}

}  // namespace dynvision::rate
