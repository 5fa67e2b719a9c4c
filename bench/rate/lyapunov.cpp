// How long all Lyapunov exponents of a network of 100 units take beside plain loops: 200 steps, made orthonormal after each.
//
//   cmake --build build --target bench.lyapunov && build/bench/bench.lyapunov
#include <dynvision/analysis/maps.hpp>
#include <dynvision/rate/systems.hpp>

#include "beside.hpp"

using namespace dynvision;

namespace {

int constexpr n = 100, n_steps = 200;

// V (n,n), a tangent after the other; modified Gram and Schmidt.
void plain_exponents(double const* A, double* x, double* V, double* sums) {
  static double y[n], slope[n], next[n * n];
  for (int t = 0; t < n_steps; ++t) {
    for (int i = 0; i < n; ++i) y[i] = 0;
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) y[i] += A[j * n + i] * x[j];
    }
    for (int i = 0; i < n; ++i) x[i] = std::tanh(y[i]), slope[i] = 1 - x[i] * x[i];
    for (int k = 0; k < n; ++k) {
      double* to = next + k * n;
      for (int i = 0; i < n; ++i) to[i] = 0;
      for (int j = 0; j < n; ++j) {
        double const v = V[k * n + j];
        for (int i = 0; i < n; ++i) to[i] += A[j * n + i] * v;
      }
      for (int i = 0; i < n; ++i) to[i] *= slope[i];
    }
    for (int k = 0; k < n; ++k) {
      double* v = next + k * n;
      for (int l = 0; l < k; ++l) {
        double const* q = V + l * n;
        double along = 0;
        for (int i = 0; i < n; ++i) along += q[i] * v[i];
        for (int i = 0; i < n; ++i) v[i] -= along * q[i];
      }
      double square = 0;
      for (int i = 0; i < n; ++i) square += v[i] * v[i];
      double const norm = std::sqrt(square);
      sums[k] += std::log(norm);
      for (int i = 0; i < n; ++i) V[k * n + i] = v[i] / norm;
    }
  }
}

}  // namespace

int main() {
  rate::Network<> const net(1.5 * rate::normal_matrix(n, n, {1, 0}) / std::sqrt(n), Eigen::MatrixXd::Zero(n, 1));
  rate::AtInput const map{net, Eigen::VectorXd::Zero(1)};
  Eigen::VectorXd const start = rate::uniform_matrix(n, 1, {1, 1}, -1, 1);
  double found = 0, looped = 0;
  int const failed = beside(
      "Lyapunov exponents, N = 100, all of them", 1.5,
      [&] { found = analysis::lyapunov_exponents(map, start, {.n_steps = n_steps}).values[0]; },
      [&] {
        Eigen::VectorXd x = start, sums = Eigen::VectorXd::Zero(n);
        Eigen::MatrixXd V = analysis::maps::first_tangents(n, n, 0);
        analysis::maps::Orthonormaliser(n, n)(V);
        plain_exponents(net.A.data(), x.data(), V.data(), sums.data());
        looped = sums[0] / n_steps;
      });
  std::printf("largest exponent %.9f and %.9f\n", found, looped);
  return failed || std::abs(found - looped) > 1e-6;
}
