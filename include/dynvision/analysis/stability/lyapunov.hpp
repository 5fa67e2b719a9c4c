// lyapunov: how fast neighbouring courses of a model part, the largest exponents first [1/ms].
//
//   V <- J(x(t)) V = Q R,  V <- Q        lambda_i = mean over the steps of ln R_ii, / dt
//
// (Benettin et al. 1980; Shimada & Nagashima 1979.) The tangents are those of the whole state, histories included: a network
// of N numbers with delays of d steps has N d exponents, and tangents without histories have other ones. A direction that is
// lost for good (R_ii = 0: silent units) has the exponent -inf. At a stable fixed point lambda_1 is ln(spectral radius)/dt.
//
//   stability::Lyapunov const found = stability::lyapunov(map, map.rest(), {.n_exponents = 3, .n_steps = 1000});
//
// Settings::seed of the map holds noise fixed: the exponents are those along this one course of it.
// Errors: analysis.143, 146 (settings, tangents that do not fit).
#pragma once
#include <dynvision/analysis/stability/leading_modes.hpp>

namespace dynvision::stability {

struct LyapunovSettings {
  int n_exponents = 3;
  int n_steps = 1000;
  int transient_steps = 0;  // before, without tangents
  Tensor tangents{};        // (n_exponents, N) the first ones; none: drawn by `seed`
  std::uint64_t seed = 0;
  std::string progress = "Lyapunov exponents";
};

struct Lyapunov {
  std::vector<double> exponents{};       // [1/ms]
  std::vector<double> standard_error{};  // of these, from ten parts of the run; NaN: too short, or -inf
  run::State end{};
};

// The rows of V orthonormal, in their order, by Gram and Schmidt, twice; R_ii. A row without a part of its own becomes 0.
inline std::vector<double> orthonormalise(std::vector<Tensor>& V) {
  std::vector<double> R;
  for (std::size_t i = 0; i < V.size(); ++i) {
    double const whole = V[i].norm().item<double>();
    for (int twice = 0; twice < 2; ++twice) {
      for (std::size_t j = 0; j < i; ++j) V[i].sub_(V[j].mul(V[j].dot(V[i])));
    }
    double const own = V[i].norm().item<double>();
    bool const lost = !(own > 1e-14 * whole);
    R.push_back(lost ? 0 : own);
    if (lost)
      V[i].zero_();
    else
      V[i].div_(own);
  }
  return R;
}

inline Lyapunov lyapunov(StepMap const& map, run::State const& from, LyapunovSettings const& settings = {}) {
  run::State x = settings.transient_steps > 0 ? map.advance(from, settings.transient_steps)
                                              : with_each(from, [](Tensor const& r) { return r.to(at::kDouble); });
  std::int64_t const n = StateLayout(x).size(), k = settings.n_exponents;
  if (k < 1 || k > n || settings.n_steps < 1 || settings.transient_steps < 0) {
    fail("analysis", 146,
         {"Lyapunov exponents: n_exponents = ", k, ", n_steps = ", settings.n_steps, ", transient_steps = ",
          settings.transient_steps, ": expected 1 to ", n, " exponents, as many as the state has numbers, and steps"});
  }
  std::vector<Tensor> V;
  for (std::int64_t i = 0; i < k; ++i) V.push_back(random_vector(n, settings.seed + static_cast<std::uint64_t>(i)));
  if (settings.tangents.defined()) {
    if (settings.tangents.dim() != 2 || settings.tangents.size(0) != k || settings.tangents.size(1) != n ||
        !is_finite(settings.tangents)) {
      fail("analysis", 146,
           {"tangents of shape ", shape_text(settings.tangents.sizes()), ": expected finite numbers, ", k, "x", n});
    }
    V = unbind(settings.tangents.to(at::kDouble).clone(), 0);
  }
  orthonormalise(V);
  int const n_parts = settings.n_steps >= 50 ? 10 : 1;
  std::vector<std::vector<double>> sums(V.size(), std::vector<double>(static_cast<std::size_t>(n_parts), 0));
  std::optional<Progress> progress;
  if (!settings.progress.empty()) progress.emplace(settings.progress, settings.n_steps);
  for (int t = 0; t < settings.n_steps; ++t) {
    StepJacobian const J(map, x);
    for (Tensor& v : V) v = J.times(v);
    std::vector<double> const R = orthonormalise(V);
    auto const part = static_cast<std::size_t>(static_cast<std::int64_t>(t) * n_parts / settings.n_steps);
    for (std::size_t i = 0; i < R.size(); ++i) sums[i][part] += std::log(R[i]);
    x = J.next();
    if (progress) progress->step();
  }
  if (!is_finite(x)) fail("analysis", 143, "Lyapunov exponents of a course that grows without bound");
  Lyapunov all{.end = std::move(x)};
  for (std::vector<double> const& parts : sums) {
    double mean = 0, square = 0;
    for (double const part : parts) mean += part / settings.n_steps / map.dt();
    for (double const part : parts) {
      double const difference = part * n_parts / settings.n_steps / map.dt() - mean;
      square += difference * difference;
    }
    all.exponents.push_back(mean);
    bool const has_error = n_parts > 1 && std::isfinite(mean);
    all.standard_error.push_back(has_error ? std::sqrt(square / (n_parts * (n_parts - 1.0)))
                                           : std::numeric_limits<double>::quiet_NaN());
  }
  return all;
}

}  // namespace dynvision::stability
