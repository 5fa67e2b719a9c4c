// Hopfield's associative memory: N units of +-1, symmetric weights, one unit at a time.
//
//   h_i = sum_j W_ij s_j        s_i <- sign(h_i), s_i where h_i = 0, units in a new random order in each sweep
//   energy -s W s / 2, which no update raises
//
//   hebbian           W = (1/N) sum over patterns of xi xi^T, diagonal 0: up to about 0.138 N patterns
//   pseudo_inverse    W = projection on the patterns, diagonal 0: fixed points for every linearly independent P < N
//   dense             no weights: h_i by the log-sum-exp of all patterns (modern Hopfield network), recall_dense
//
//   rate::Hopfield const memory = rate::Hopfield::hebbian(patterns);       // patterns (N,P) of +-1
//   rate::Recall const found = memory.recall(cue, {.seed = 1});            found.state, found.energy, found.converged
//   rate::overlap(found.state, patterns.col(3))                            |sum s xi| / N
//
// Fields are kept and changed where a unit turns: a sweep takes N comparisons, and N additions for every unit that turns.
// Source: Hopfield 1982; Amit, Gutfreund & Sompolinsky 1985 (0.138); Personnaz et al. 1985; Ramsauer et al. 2020 (dense).
// Errors: rate.210, 211.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/permutation.hpp>

#include <Eigen/QR>

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace dynvision::rate {

struct RecallSettings {
  int most_sweeps = 200;
  std::uint64_t seed = 0;  // of the order of units
};

struct Recall {
  Eigen::VectorXd state;
  std::vector<double> energy{};  // at the start, and after each sweep
  double largest_rise = 0;       // of the energy in one update, 0 if none
  int n_sweeps = 0;
  bool converged = false;  // a sweep that changes nothing
};

inline double overlap(Eigen::VectorXd const& s, Eigen::VectorXd const& pattern) {
  return std::abs(s.dot(pattern)) / static_cast<double>(s.size());
}

// Of +-1 alone.
inline void check_patterns(Eigen::MatrixXd const& patterns, char const* what) {
  for (Eigen::Index i = 0; i < patterns.size(); ++i) {
    if (double const x = patterns.data()[i]; x != 1 && x != -1) {
      fail(
          "rate", 210,
          {what, ": unit ", i % patterns.rows(), " of pattern ", i / patterns.rows(), " is ", x, ": expected 1 or -1"});
    }
  }
  if (patterns.size() == 0)
    fail("rate", 210, {what, ": none: expected numbers of 1 and -1, a column for each pattern"});
}

class Hopfield {
 public:
  // Symmetric, with a diagonal of 0.
  explicit Hopfield(Eigen::MatrixXd weights) : W_(std::move(weights)) {
    if (W_.rows() != W_.cols() || W_.size() == 0 || !W_.allFinite() || !W_.isApprox(W_.transpose(), 1e-12) ||
        W_.diagonal().cwiseAbs().maxCoeff() != 0) {
      fail("rate", 211,
           {"weights ", W_.rows(), " x ", W_.cols(),
            " of an associative memory: expected N x N finite numbers, symmetric, 0 on the diagonal"});
    }
  }
  static Hopfield hebbian(Eigen::MatrixXd const& patterns) {
    check_patterns(patterns, "patterns to be stored");
    Eigen::MatrixXd W = patterns * patterns.transpose() / static_cast<double>(patterns.rows());
    W.diagonal().setZero();
    return Hopfield(std::move(W));
  }
  static Hopfield pseudo_inverse(Eigen::MatrixXd const& patterns) {
    check_patterns(patterns, "patterns to be stored");
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> const qr(patterns);
    if (patterns.cols() >= patterns.rows() || qr.rank() < patterns.cols()) {
      fail("rate", 211,
           {patterns.cols(), " patterns of ", patterns.rows(),
            " units by the pseudo-inverse: expected fewer than units, and linearly independent ones"});
    }
    Eigen::MatrixXd const Q = qr.householderQ() * Eigen::MatrixXd::Identity(patterns.rows(), patterns.cols());
    Eigen::MatrixXd W = Q * Q.transpose();
    W = 0.5 * (W + W.transpose().eval());
    W.diagonal().setZero();
    return Hopfield(std::move(W));
  }

  Eigen::MatrixXd const& weights() const { return W_; }
  Eigen::Index size() const { return W_.rows(); }
  double energy(Eigen::VectorXd const& s) const { return -0.5 * s.dot(W_ * s); }

  Recall recall(Eigen::VectorXd const& cue, RecallSettings const& settings = {}) const {
    check_patterns(cue, "a cue");
    if (cue.size() != size() || settings.most_sweeps < 1) {
      fail("rate", 211,
           {"a cue of ", cue.size(), " units for a memory of ", size(), ", at most ", settings.most_sweeps,
            " sweeps: expected as many, and at least 1"});
    }
    Recall found{.state = cue};
    Eigen::VectorXd& s = found.state;
    Eigen::VectorXd h = W_ * s;
    double energy = -0.5 * s.dot(h);
    found.energy.push_back(energy);
    std::mt19937_64 generator(settings.seed);
    while (!found.converged && found.n_sweeps < settings.most_sweeps) {
      bool turned = false;
      for (std::int64_t const i : permutation(size(), generator)) {
        double const field = h[i];
        if (!(field * s[i] < 0)) continue;
        double const change = -2 * s[i];  // of s_i
        double const rise = -change * field;
        s[i] += change;
        h.noalias() += change * W_.col(i);
        energy += rise, found.largest_rise = std::max(found.largest_rise, rise);
        turned = true;
      }
      ++found.n_sweeps, found.converged = !turned;
      found.energy.push_back(energy);
    }
    return found;
  }

 private:
  Eigen::MatrixXd W_;
};

// One synchronous step after the other, s <- sign(X softmax(beta X^T s)), until nothing changes.
inline Recall recall_dense(Eigen::MatrixXd const& patterns, Eigen::VectorXd const& cue, double beta,
                           RecallSettings const& settings = {}) {
  check_patterns(patterns, "patterns to be stored"), check_patterns(cue, "a cue");
  if (cue.size() != patterns.rows() || !(beta > 0)) {
    fail("rate", 211,
         {"a cue of ", cue.size(), " units for patterns of ", patterns.rows(), ", beta = ", beta,
          ": expected as many, and beta > 0"});
  }
  Recall found{.state = cue};
  // -log-sum-exp(beta X^T s) / beta + s s / 2: which no step raises
  auto const energy = [&](Eigen::ArrayXd const& match) {
    double const top = match.maxCoeff();
    return -(top + std::log((beta * (match - top)).exp().sum()) / beta) + 0.5 * static_cast<double>(cue.size());
  };
  Eigen::ArrayXd match = (patterns.transpose() * found.state).array();
  found.energy.push_back(energy(match));
  while (!found.converged && found.n_sweeps < settings.most_sweeps) {
    Eigen::ArrayXd p = (beta * (match - match.maxCoeff())).exp();
    p /= p.sum();
    Eigen::VectorXd next = patterns * p.matrix();
    for (Eigen::Index i = 0; i < next.size(); ++i) next[i] = next[i] == 0 ? found.state[i] : next[i] > 0 ? 1 : -1;
    found.converged = next == found.state;
    found.state = std::move(next);
    match = (patterns.transpose() * found.state).array();
    found.energy.push_back(energy(match));
    found.largest_rise = std::max(found.largest_rise, found.energy.back() - found.energy[found.energy.size() - 2]);
    ++found.n_sweeps;
  }
  return found;
}

}  // namespace dynvision::rate
