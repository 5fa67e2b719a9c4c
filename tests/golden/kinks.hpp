// What a run in float32 may be apart from exact numbers by, beside the tolerance.
//
// Slopes: a number that changes by more than its tolerance where the inputs change by a rounding error is no better in
// float32. How much it does so is measured in float64, with changes so small that only slopes matter.
//
// Kinks: a gradient jumps where a ReLU, a maximum or an absolute value changes sides. Which side is taken is decided by the
// last digits, so that a run in float32 that is right may be apart by the jump. It is told from an error by what the exact
// numbers do:
//
//   q32 - q64 = sum over some kinks of their jumps, to within tolerance and slopes
//
// The jumps are found in float64: the inputs and parameters are moved along a line by some 1e-7 of their size, and where
// the numbers change the line is halved until the two sides are a 4000th of it apart. A change that is still there is
// no slope but a jump; one that has faded is not. Each jump may be used once, as a whole.
#pragma once
#include "comparison.hpp"

#include <functional>
#include <optional>

namespace golden {

class Kinks {
 public:
  // Everything that a run in float64 compares, with this much of the disturbance; must be the same list each time.
  using Run = std::function<std::vector<Comparison>(Disturbance)>;

  // `single`, `exact`: what was compared in float32 and in float64.
  Kinks(std::vector<Comparison> const& single, std::vector<Comparison> const& exact, Run run)
      : units_(single), centre_(exact), run_(std::move(run)) {
    if (single.size() != exact.size()) return;
    exact_ = in_units(exact);
    residual_ = in_units(single);
    if (exact_.defined() && residual_.defined()) residual_ = residual_.sub(exact_);
  }

  // How many jumps make up the difference; nothing if they do not.
  std::optional<int> explain() {
    if (!exact_.defined() || !residual_.defined() || !residual_.isfinite().all().item<bool>()) return {};
    if (!allow_for_slopes()) return {};
    if (largest(residual_) <= 1) return 0;
    for (std::uint64_t seed = 1; seed <= 24 && runs_ < most_runs; ++seed) {
      disturbance_ = {seed * 7919, seed <= 6 ? 1e-7 : seed <= 12 ? 3e-7 : 1e-6};
      Tensor const end = at(1);
      if (end.defined()) halve(0, exact_, 1, end, 0);
      if (largest(residual_) <= 1) return used_;
    }
    return {};
  }
  int runs() const { return runs_; }

 private:
  static constexpr int most_runs = 400, halvings = 12;
  static constexpr double rounding = 4e-7;  // of a run in float32, as a change of its inputs

  // A number may be apart by what a rounding error of the inputs makes of it: the least of three directions, since one of
  // them may meet a kink.
  bool allow_for_slopes() {
    double const small = 1e-9;
    std::vector<double> slopes(units_.size(), std::numeric_limits<double>::infinity());
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      ++runs_;
      auto const all = run_({seed * 104729, small});
      if (all.size() != units_.size()) return false;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i].computed.sizes().equals(centre_[i].computed.sizes())) return false;
        double const change =
            largest(all[i].computed.sub(centre_[i].computed)) / (units_[i].scale * units_[i].tolerance);
        slopes[i] = std::min(slopes[i], change * rounding / small);
      }
    }
    std::vector<Tensor> wider;
    for (std::size_t i = 0; i < units_.size(); ++i) {
      units_[i].tolerance *= 1 + slopes[i];
      wider.push_back(dynvision::full({units_[i].computed.numel()}, 1 + slopes[i], at::TensorOptions(at::kDouble)));
    }
    exact_ = exact_.div(dynvision::cat(wider, 0));
    residual_ = residual_.div(dynvision::cat(wider, 0));
    return true;
  }

  // All numbers in a row, each in units of what it may be apart.
  Tensor in_units(std::vector<Comparison> const& all) const {
    std::vector<Tensor> rows;
    for (std::size_t i = 0; i < all.size(); ++i) {
      Comparison const& unit = units_[i];
      if (all[i].what != unit.what || !all[i].computed.sizes().equals(unit.computed.sizes())) return {};
      rows.push_back(all[i].computed.reshape({-1}).div(unit.scale * unit.tolerance));
    }
    return rows.empty() ? Tensor{} : dynvision::cat(rows, 0);
  }

  Tensor at(double share) {
    ++runs_;
    auto const all = run_({disturbance_.seed, share * disturbance_.size});
    return all.size() == units_.size() ? in_units(all) : Tensor{};
  }

  void halve(double a, Tensor const& at_a, double b, Tensor const& at_b, int depth) {
    Tensor const change = at_b.sub(at_a);
    if (!(largest(change) > 0.3)) return;  // too small to matter; also where a number is none
    if (depth == halvings) return found(change);
    if (runs_ >= most_runs || largest(residual_) <= 1) return;
    double const middle = (a + b) / 2;
    Tensor const between = at(middle);
    if (!between.defined()) return;
    halve(a, at_a, middle, between, depth + 1);
    halve(middle, between, b, at_b, depth + 1);
  }

  void found(Tensor const& jump) {
    for (Jump const& known : jumps_) {  // on another line
      if (largest(known.change.sub(jump)) < 0.05 * largest(known.change)) return;
    }
    jumps_.push_back({jump});
    for (bool again = true; again;) {
      again = false;
      for (Jump& known : jumps_) {
        Tensor const& j = known.change;
        double const share = residual_.mul(j).sum().item<double>() / j.square().sum().item<double>();
        if (known.used || share < 0.5 || share > 1.5) continue;
        residual_ = residual_.sub(j);
        known.used = again = true;
        ++used_;
      }
    }
  }

  struct Jump {
    Tensor change;
    bool used = false;
  };

  std::vector<Comparison> units_, centre_;
  Run run_;
  Tensor exact_, residual_;
  Disturbance disturbance_;
  std::vector<Jump> jumps_;
  int runs_ = 0, used_ = 0;
};

}  // namespace golden
