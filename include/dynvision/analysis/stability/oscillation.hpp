// oscillation_of: period and amplitude of a course that has not come to rest.
//
//   C(k) = <x(t) - m, x(t + k) - m> / <x - m, x - m>        m: mean over the steps
//   period: the first maximum of C behind its first zero that is at least 0.5, between steps by a parabola; none: NaN
//   amplitude: half of the largest range of a unit
//
// Units are projected to a few signed sums, drawn by a seed, so that memory does not depend on the length.
//
//   stability::Oscillation const found = stability::oscillation_of(map, state, 1000);
#pragma once
#include <dynvision/analysis/stability/leading_modes.hpp>

namespace dynvision::stability {

struct Oscillation {
  double period_ms = std::numeric_limits<double>::quiet_NaN();  // NaN: no period within half of the steps
  double amplitude = 0;
};

// y: [step][sum]
inline double period_of(std::vector<std::vector<double>> y) {  // [steps]
  std::size_t const n = y.size();
  double const none = std::numeric_limits<double>::quiet_NaN();
  if (n < 8) return none;
  for (std::size_t p = 0; p < y[0].size(); ++p) {
    double mean = 0;
    for (auto const& row : y) mean += row[p] / static_cast<double>(n);
    for (auto& row : y) row[p] -= mean;
  }
  std::vector<double> C(n / 2 + 1);
  for (std::size_t k = 0; k < C.size(); ++k) {
    for (std::size_t t = 0; t + k < n; ++t) {
      for (std::size_t p = 0; p < y[t].size(); ++p) C[k] += y[t][p] * y[t + k][p];
    }
    C[k] /= static_cast<double>(n - k);
  }
  if (!(C[0] > 0)) return none;
  std::size_t k = 1;
  while (k + 1 < C.size() && C[k] > 0) ++k;
  for (; k + 1 < C.size(); ++k) {
    if (C[k] < 0.5 * C[0] || C[k] < C[k - 1] || C[k] < C[k + 1]) continue;
    double const bend = C[k - 1] - 2 * C[k] + C[k + 1];
    return static_cast<double>(k) + (bend < 0 ? 0.5 * (C[k - 1] - C[k + 1]) / bend : 0);
  }
  return none;
}

inline Oscillation oscillation_of(StepMap const& map, run::State state, int n_steps) {
  std::int64_t constexpr n_sums = 8;
  std::vector<Tensor> signs, low, high;  // by layer: (sums, units), (units)
  std::vector<std::vector<double>> sums(static_cast<std::size_t>(n_steps), std::vector<double>(n_sums, 0));
  int constexpr chunk = 32;
  for (int t = 0; t < n_steps; t += chunk) {
    int const n = std::min(chunk, n_steps - t);
    run::Activity const all = map.run_on(state, n, false, true);
    state = all.state.detached();
    for (std::size_t l = 0; l < all.responses.size(); ++l) {
      Tensor const r = all.responses[l].stacked();
      if (signs.size() <= l) signs.resize(l + 1), low.resize(l + 1), high.resize(l + 1);
      if (!r.defined()) continue;
      Tensor const x = r.flatten(2).select(0, 0);  // (T,N)
      if (!signs[l].defined()) {
        signs[l] = random_vector(n_sums * x.size(1), 77 + l).sign().view({n_sums, x.size(1)});
        low[l] = x[0], high[l] = x[0];
      }
      low[l] = low[l].minimum(x.amin({0})), high[l] = high[l].maximum(x.amax({0}));
      Tensor const y = x.matmul(signs[l].t()).contiguous();
      for (int i = 0; i < n; ++i) {
        for (std::int64_t p = 0; p < n_sums; ++p) {
          sums[static_cast<std::size_t>(t + i)][static_cast<std::size_t>(p)] += y.data_ptr<double>()[i * n_sums + p];
        }
      }
    }
  }
  Oscillation found{period_of(std::move(sums)) * map.dt(), 0};
  for (std::size_t l = 0; l < low.size(); ++l) {
    if (low[l].defined()) found.amplitude = std::max(found.amplitude, high[l].sub(low[l]).max().item<double>() / 2);
  }
  return found;
}

}  // namespace dynvision::stability
