// leading_modes: the eigenvalues z of one step's Jacobian that are largest in modulus, at a fixed point.
//
//   x(t) - x* ~ z^(t/dt)        growth rate ln|z|/dt [1/ms]        period of oscillation 2 pi dt/|arg z| [ms]
//   spectral radius = max |z|   < 1: the fixed point is stable
//
// By the implicitly restarted Arnoldi method (Sorensen 1992; Spectra's GenEigsSolver) from products with J, or with J^T where no
// patterns are asked for, for each group of layers that act on each other (coupled_layers.hpp). A group whose state is no
// larger than the Krylov space is that space. In a large state a product costs less than to make a vector orthogonal to the
// others: there the space is a smaller one, that of J^s, s products between two vectors. Which root of J^s's value z is, J
// says within the space of the modes (Rayleigh, Ritz); J has other values there, too, of no mode, where modes have not settled.
// It ends where the first mode has settled, or each has its tolerance; `Mode::settled` says which of the others have.
// Without the nonlinearity's slope D, an eigenvalue mu of the lateral weights W gives the roots of
// z^d - (1 - a) z^(d-1) - a mu = 0 for a delay of d steps.
//
//   stability::Modes const modes = stability::leading_modes(map, fixed_point.state);      modes.spectral_radius
//
// `pattern`: what the mode looks like in each layer's newest responses, (C,H,W) complex, of length 1 over the state.
// Errors: analysis.140, 141, 143, 145 (settings). Not converged: Modes::converged says so, and what is there is given.
#pragma once
#include <dynvision/analysis/stability/coupled_jacobian.hpp>

#include <Eigen/Eigenvalues>
#include <Spectra/GenEigsSolver.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <numeric>

namespace dynvision::stability {

struct ModeSettings {
  int n_modes = 10;
  int krylov_size = 0;    // of the Krylov space, at least n_modes + 2; 0: 40, in a state of more than 20,000 numbers 24
  double settled = 1e-6;  // relative change of the first mode over each of three restarts; 0: by `tolerance` alone
  double tolerance = 1e-9;         // of |J v - z v| / |z| of every mode, which ends it, too
  int max_restarts = 100;          // of a group
  int products = 0;                // s, between two vectors; 0: 4 in a state of more than 20,000 numbers, else 1
  bool patterns = false;           // keep them; then it ends by `tolerance`
  std::uint64_t seed = 0;          // of the first vector
  std::string progress = "modes";  // its label; empty: none
};

struct Mode {
  std::complex<double> z;
  double growth_rate_per_ms;  // ln|z|/dt; -inf: gone after as many steps as the state is deep
  double period_ms;           // inf: it does not oscillate
  std::string layers;         // in which it lives: a group of coupled layers
  bool settled = true;  // it has not moved by more than ModeSettings::settled over three restarts, or has its tolerance
  std::vector<std::pair<std::string, Tensor>> pattern{};  // (layer, (C,H,W) complex)
};

struct LayersRadius {
  std::string layers;
  double spectral_radius;
  bool converged;
};

struct Modes {
  std::vector<Mode> modes{};  // by |z|, the largest first; of two conjugates both
  double spectral_radius = 0;
  double growth_rate_per_ms = 0, period_ms = 0;  // of the first
  bool converged = true;
  int n_products = 0;                     // J v
  std::vector<LayersRadius> by_layers{};  // of each group of coupled layers
};

inline Mode mode_of(std::complex<double> z, double dt, std::string layers) {
  double const angle = std::abs(std::arg(z)), modulus = std::abs(z);
  double const infinite = std::numeric_limits<double>::infinity();
  return {z, modulus > 0 ? std::log(modulus) / dt : -infinite,
          modulus > 0 && angle > 1e-12 ? 2 * std::numbers::pi * dt / angle : infinite, std::move(layers)};
}

// Of a state whose vectors are dear to make orthogonal.
inline bool is_large(Eigen::Index n) { return n > 20000; }
inline int krylov_size_of(ModeSettings const& settings, Eigen::Index n) {
  if (settings.krylov_size > 0) return settings.krylov_size;
  return std::max(2 * settings.n_modes + 4, is_large(n) ? 24 : 40);
}
inline int products_of(ModeSettings const& settings, Eigen::Index n) {
  return settings.products > 0 ? settings.products : is_large(n) ? 4 : 1;
}

struct EigenPairs {
  Eigen::VectorXcd values;
  Eigen::MatrixXcd vectors;
  bool converged;
  std::vector<bool> settled{};  // by mode; none: all
};

// J^s. Ends the iteration where the first Ritz value rests: in a dense cluster of eigenvalues, such as that of a fresh network
// around 1 - dt/tau, eigenvectors are far slower. One restart at rest may be a plateau.
class WatchedJacobian {
 public:
  using Scalar = double;
  struct Settled {};
  static constexpr int restarts_at_rest = 3;
  WatchedJacobian(CoupledJacobian const& J, ModeSettings const& settings)
      : J_(J),
        settings_(settings),
        products_(products_of(settings, J.rows())),
        between_(J.rows()),
        modulus_(Eigen::VectorXd::Zero(settings.n_modes)),
        at_rest_(static_cast<std::size_t>(settings.n_modes), 0) {}
  Eigen::Index rows() const { return J_.rows(); }
  Eigen::Index cols() const { return J_.cols(); }
  void perform_op(double const* x, double* y) const {
    if (ritz != nullptr && ritz->size() > 0 && (*ritz)[0] != first_) {  // after a restart
      first_ = (*ritz)[0];
      for (std::size_t i = 0; i < at_rest_.size(); ++i) {
        auto const k = static_cast<Eigen::Index>(i);
        double const now = std::abs((*ritz)[k]);
        at_rest_[i] = std::abs(now - modulus_[k]) < settings_.settled * products_ * now ? at_rest_[i] + 1 : 0;
        modulus_[k] = now;
      }
      if (!settings_.patterns && is_settled(0)) throw Settled{};
    }
    J_.perform_op(x, y);
    for (int i = 1; i < products_; ++i) {
      between_ = Eigen::Map<Eigen::VectorXd const>(y, rows());
      J_.perform_op(between_.data(), y);
    }
  }
  bool is_settled(std::size_t mode) const { return at_rest_[mode] >= restarts_at_rest; }
  mutable Eigen::VectorXcd const* ritz = nullptr;

 private:
  CoupledJacobian const& J_;
  ModeSettings const& settings_;
  int products_;
  mutable Eigen::VectorXd between_;
  mutable std::complex<double> first_{};
  mutable Eigen::VectorXd modulus_;
  mutable std::vector<int> at_rest_;
};
struct WatchedSolver : Spectra::GenEigsSolver<WatchedJacobian const> {
  using Spectra::GenEigsSolver<WatchedJacobian const>::GenEigsSolver;
  Eigen::VectorXcd const& ritz() const { return m_ritz_val; }
  // Orthonormal, of the space of the modes: what the last restart has kept, or the Ritz vectors where all has ended.
  Eigen::MatrixXd basis(bool restarted) const {
    Eigen::MatrixXd const& V = m_fac.matrix_V();
    if (restarted) return V.leftCols(m_fac.subspace_dim());
    Eigen::MatrixXd both(m_ritz_vec.rows(), 2 * m_ritz_vec.cols());
    both << m_ritz_vec.real(), m_ritz_vec.imag();
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> const qr(both);
    Eigen::MatrixXd const within = qr.householderQ() * Eigen::MatrixXd::Identity(both.rows(), qr.rank());
    return V * within;
  }
};

// The root z of z^s = power that is next to w.
inline std::complex<double> root_next_to(std::complex<double> w, std::complex<double> power, int s) {
  double const turns = std::round((s * std::arg(w) - std::arg(power)) / (2 * std::numbers::pi));
  return std::polar(std::pow(std::abs(power), 1.0 / s), (std::arg(power) + 2 * std::numbers::pi * turns) / s);
}

// The modes of J within the space that these span, from the first values of J^s.
inline EigenPairs within_space(CoupledJacobian const& J, Eigen::MatrixXd const& basis, Eigen::VectorXcd const& powers,
                               int s, ModeSettings const& settings) {
  Eigen::MatrixXd products(basis.rows(), basis.cols());
  for (Eigen::Index i = 0; i < basis.cols(); ++i) J.perform_op(basis.col(i).data(), products.col(i).data());
  Eigen::EigenSolver<Eigen::MatrixXd> const solver(basis.transpose() * products, settings.patterns);
  Eigen::VectorXcd const& within = solver.eigenvalues();
  std::vector<Eigen::Index> left(static_cast<std::size_t>(basis.cols())), found{};
  std::iota(left.begin(), left.end(), 0);
  EigenPairs pairs{
      Eigen::VectorXcd(std::min<Eigen::Index>(settings.n_modes, basis.cols())), {}, solver.info() == Eigen::Success};
  for (Eigen::Index k = 0; k < pairs.values.size(); ++k) {
    auto const next = std::min_element(left.begin(), left.end(), [&](Eigen::Index a, Eigen::Index b) {
      return std::abs(std::pow(within[a], s) - powers[k]) < std::abs(std::pow(within[b], s) - powers[k]);
    });
    pairs.values[k] = root_next_to(within[*next], powers[k], s);
    found.push_back(*next);
    left.erase(next);
  }
  if (settings.patterns) pairs.vectors = basis * solver.eigenvectors()(Eigen::all, found);
  return pairs;
}

inline EigenPairs eigen_pairs(CoupledJacobian const& J, ModeSettings const& settings) {
  Eigen::Index const n = J.rows(), n_krylov = krylov_size_of(settings, n);
  if (n == 0) return {Eigen::VectorXcd::Zero(1), Eigen::MatrixXcd::Zero(0, 1), true};  // nothing depends on the state
  if (n <= n_krylov) {
    Eigen::MatrixXd all(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
      Eigen::VectorXd const e = Eigen::VectorXd::Unit(n, i);
      J.perform_op(e.data(), all.col(i).data());
    }
    Eigen::EigenSolver<Eigen::MatrixXd> const solver(all, settings.patterns);
    return {solver.eigenvalues(), settings.patterns ? solver.eigenvectors() : Eigen::MatrixXcd{},
            solver.info() == Eigen::Success};
  }
  Tensor const start = random_vector(n, settings.seed);
  Eigen::VectorXd x = Eigen::Map<Eigen::VectorXd const>(start.data_ptr<double>(), n), y(n);
  J.perform_op(x.data(), y.data());
  if (y.norm() > 0) J.perform_op(y.data(), x.data());
  // Products that die out at once: eigenvalues of 0 alone, or none that a vector of the range can show.
  if (!(y.norm() > 0) || !(x.norm() > 0)) return {Eigen::VectorXcd::Zero(1), Eigen::MatrixXcd::Zero(n, 1), true};
  WatchedJacobian const watched(J, settings);
  WatchedSolver solver(watched, settings.n_modes, n_krylov);
  watched.ritz = &solver.ritz();
  solver.init(y.data());
  bool restarted = false;
  try {
    solver.compute(Spectra::SortRule::LargestMagn, settings.max_restarts, settings.tolerance);
  } catch (WatchedJacobian::Settled const&) {
    restarted = true;
  }
  EigenPairs found = within_space(J, solver.basis(restarted), solver.ritz(), products_of(settings, n), settings);
  bool const all_settled = !restarted && solver.info() == Spectra::CompInfo::Successful;
  found.converged = found.converged && (restarted || all_settled);
  if (!all_settled) {
    for (int i = 0; i < settings.n_modes; ++i) found.settled.push_back(watched.is_settled(static_cast<std::size_t>(i)));
  }
  return found;
}

inline Mode with_pattern(Mode mode, CoupledJacobian const& J, CoupledLayers const& layers, StateLayout const& layout,
                         Eigen::Ref<Eigen::VectorXcd const> const& vector) {
  Tensor parts[] = {zeros({layout.size()}, at::TensorOptions(at::kDouble)),
                    zeros({layout.size()}, at::TensorOptions(at::kDouble))};
  for (Eigen::Index i = 0; i < J.rows(); ++i) {
    std::int64_t const place = J.places()[static_cast<std::size_t>(i)];
    parts[0].data_ptr<double>()[place] = vector[i].real(), parts[1].data_ptr<double>()[place] = vector[i].imag();
  }
  for (StateBlock const& b : layout.blocks()) {
    if (b.age > 0 || !layers.among[b.layer]) continue;
    std::vector<Tensor> both;
    for (Tensor const& part : parts) both.push_back(part.narrow(0, b.first, b.n).reshape(b.size));
    std::complex<double> constexpr i{0, 1};
    mode.pattern.emplace_back(
        layout.names()[b.layer],
        both[0].to(at::kComplexDouble).add(both[1].to(at::kComplexDouble).mul(c10::complex<double>(i))));
  }
  return mode;
}

inline Modes leading_modes(StepMap const& map, run::State const& at, ModeSettings const& settings = {}) {
  map.check_is_autonomous();
  if (settings.n_modes < 1 || (settings.krylov_size != 0 && settings.krylov_size < settings.n_modes + 2) ||
      settings.max_restarts < 1 || settings.products < 0 || !(settings.tolerance > 0) || !(settings.settled >= 0)) {
    fail("analysis", 145,
         {"modes: n_modes = ", settings.n_modes, ", krylov_size = ", settings.krylov_size, ", max_restarts = ",
          settings.max_restarts, ", products = ", settings.products, ", tolerance = ", settings.tolerance,
          ": expected at least one mode, krylov_size >= ", std::max(settings.n_modes, 1) + 2, " and positive numbers"});
  }
  StepJacobian const J(map, at);
  Modes all;
  Tensor const random = random_vector(J.size(), settings.seed + 1);
  std::vector<CoupledLayers> const groups = coupled_layers(J, random);
  for (CoupledLayers const& layers : groups) {
    std::optional<Progress> progress;
    if (!settings.progress.empty()) {
      int const n_krylov = krylov_size_of(settings, J.size());
      progress.emplace(
          settings.progress + " of " + layers.name,
          products_of(settings, J.size()) * (n_krylov + settings.max_restarts * (n_krylov - settings.n_modes)));
    }
    CoupledJacobian const own(J, layers, random, !settings.patterns, progress ? &*progress : nullptr);
    EigenPairs const found = eigen_pairs(own, settings);
    all.n_products += own.n_products;
    double radius = found.values.size() > 0 ? 0 : std::numeric_limits<double>::quiet_NaN();
    for (Eigen::Index i = 0; i < found.values.size(); ++i) {
      radius = std::max(radius, std::abs(found.values[i]));
      Mode mode = mode_of(found.values[i], map.dt(), layers.name);
      if (!found.settled.empty()) mode.settled = found.settled[static_cast<std::size_t>(i)];
      if (settings.patterns) mode = with_pattern(std::move(mode), own, layers, J.layout(), found.vectors.col(i));
      all.modes.push_back(std::move(mode));
    }
    all.by_layers.push_back({layers.name, radius, found.converged});
    all.converged = all.converged && found.converged;
  }
  std::stable_sort(all.modes.begin(), all.modes.end(),
                   [](Mode const& a, Mode const& b) { return std::abs(a.z) > std::abs(b.z); });
  std::size_t const n_modes = static_cast<std::size_t>(settings.n_modes);
  if (all.modes.size() > n_modes) all.modes.erase(all.modes.begin() + settings.n_modes, all.modes.end());
  if (all.modes.empty()) all.modes.push_back(mode_of(std::numeric_limits<double>::quiet_NaN(), map.dt(), ""));
  all.spectral_radius = std::abs(all.modes.front().z);
  all.growth_rate_per_ms = all.modes.front().growth_rate_per_ms, all.period_ms = all.modes.front().period_ms;
  return all;
}

inline double spectral_radius(StepMap const& map, run::State const& at, ModeSettings const& settings = {}) {
  return leading_modes(map, at, settings).spectral_radius;
}

}  // namespace dynvision::stability
