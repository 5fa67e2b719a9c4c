// How long Hopfield's memory of 1000 units takes beside plain loops: 100 patterns stored, and 20 cues with a quarter of them flipped.
//
//   cmake --build build --target bench.hopfield && build/bench/bench.hopfield
#include <dynvision/rate/attractors.hpp>
#include <dynvision/rate/systems.hpp>

#include "beside.hpp"

using namespace dynvision;

namespace {

int constexpr n = 1000, n_patterns = 100;

void plain_weights(double const* patterns, double* W) {  // W_ij = sum over patterns / n, a pattern after the other
  std::fill(W, W + n * n, 0.0);
  for (int p = 0; p < n_patterns; ++p) {
    double const* xi = patterns + p * n;
    for (int j = 0; j < n; ++j) {
      double const scaled = xi[j] / n;
      for (int i = 0; i < n; ++i) W[j * n + i] += scaled * xi[i];
    }
  }
  for (int i = 0; i < n; ++i) W[i * n + i] = 0;
}
// Fields are kept, as the library keeps them.
int plain_recall(double const* W, double* s, double* h, std::uint64_t seed) {
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int j = 0; j < n; ++j) sum += W[i * n + j] * s[j];
    h[i] = sum;
  }
  std::mt19937_64 generator(seed);
  for (int sweep = 1;; ++sweep) {
    bool turned = false;
    for (std::int64_t const i : permutation(n, generator)) {
      if (!(h[i] * s[i] < 0)) continue;
      double const change = -2 * s[i];
      s[i] = -s[i];
      for (int j = 0; j < n; ++j) h[j] += change * W[i * n + j];
      turned = true;
    }
    if (!turned) return sweep;
  }
}

}  // namespace

int main() {
  Eigen::MatrixXd const patterns = rate::random_signs(n, n_patterns, {1, 0});
  Eigen::MatrixXd cues = patterns.leftCols(20);
  analysis::DrawStream const draws(1, 5);
  for (Eigen::Index i = 0; i < cues.size(); ++i) {
    if (draws.uniform(static_cast<std::uint64_t>(i)) < 0.25) cues.data()[i] *= -1;
  }
  std::vector<double> W(n * n), h(n);
  int failed = beside(
      "Hopfield, N = 1000: storing 100 patterns", 1.5, [&] { rate::Hopfield::hebbian(patterns); },
      [&] { plain_weights(patterns.data(), W.data()); });
  auto const memory = rate::Hopfield::hebbian(patterns);
  int library_sweeps = 0, loop_sweeps = 0;
  auto const library = [&] {
    library_sweeps = 0;
    for (Eigen::Index p = 0; p < 20; ++p) {
      library_sweeps += memory.recall(cues.col(p), {.seed = static_cast<std::uint64_t>(p)}).n_sweeps;
    }
  };
  auto const plain = [&] {
    loop_sweeps = 0;
    for (Eigen::Index p = 0; p < 20; ++p) {
      Eigen::VectorXd s = cues.col(p);
      loop_sweeps += plain_recall(W.data(), s.data(), h.data(), static_cast<std::uint64_t>(p));
    }
  };
  failed += beside("Hopfield, N = 1000: recalling 20 of them", 1.5, library, plain);
  std::printf("%d and %d sweeps\n", library_sweeps, loop_sweeps);
  return failed || std::abs(library_sweeps - loop_sweeps) > 3;  // a field of 0 is rounded in another way
}
