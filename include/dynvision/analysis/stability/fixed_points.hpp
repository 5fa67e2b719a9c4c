// fixed_points: states that a model comes to rest at under an input that stays on, F(x) = x.
//
//   iterate x <- F(x) until max |F(x) - x| <= tolerance, from a run that begins with nothing and from random states
//
// Over the whole state, histories included. Iteration finds stable fixed points alone. A float32 model is run in float32
// first, until its rounding is reached, then in float64. Starts go through time as one batch; those that have come to rest
// leave it. Two within `same` of each other are one. What does not come to rest is reported with period and amplitude, what
// grows without bound as diverged; neither is an error.
//
//   stability::FixedPoints const found = stability::fixed_points(map);
//   found.points.front().state                    found.outcomes[k]: of start k, 0: the run from nothing
//
// Random states: every stored response normal, of the root mean square that the run from nothing has after its first steps
// (1 where that is 0); named states times a number of 0.5 to 1.5.
// Closed forms: one unit u/(1 - w); all units active (I - W)^(-1) u.
// Errors: analysis.140 (noise), 147 (settings).
#pragma once
#include <dynvision/analysis/stability/oscillation.hpp>

namespace dynvision::stability {

struct FixedPointSettings {
  double tolerance = 1e-10;  // of max |F(x) - x|
  int max_steps = 20000;
  int n_random = 10;  // starts, beside the run from nothing
  std::uint64_t seed = 0;
  double same = 1e-4;           // max |x - y| of two that are one
  int oscillation_steps = 512;  // that are looked at where nothing comes to rest
  std::string progress = "fixed points";
};

struct FixedPoint {
  run::State state{};
  double residual = 0;  // max |F(x) - x|
  int n_starts = 0;     // that have led here
};

enum class Ending { fixed_point, not_converged, diverged };

struct Outcome {  // of one start
  Ending ending = Ending::not_converged;
  int point = -1;             // which fixed point; -1: none
  int n_steps = 0;            // found after so many, counted in blocks of steps
  double residual = 0;        // at the end
  Oscillation oscillation{};  // where it did not converge
};

struct FixedPoints {
  std::vector<FixedPoint> points{};
  std::vector<Outcome> outcomes{};  // of every start
};

// Sample i of a batch of states.
inline run::State sample_of(run::State const& all, std::int64_t i) {
  run::State one = with_each(all, [&](Tensor const& r) { return r.narrow(0, std::min(i, r.size(0) - 1), 1).clone(); });
  if (one.frame.defined()) one.frame = one.frame.narrow(0, 0, 1);
  return one;
}
// Of states that have been run for the same number of steps.
inline run::State batch_of(std::vector<run::State> const& states) {
  run::State all = states.front();
  for (std::size_t l = 0; l < all.layers.size(); ++l) {
    for (std::size_t age = 0; age < all.layers[l].past.size(); ++age) {
      if (!all.layers[l].past[age].defined()) continue;
      std::vector<Tensor> samples;
      for (run::State const& one : states) samples.push_back(one.layers[l].past[age]);
      all.layers[l].past[age] = cat(samples, 0);
    }
  }
  return all;
}

inline double largest_difference(run::State const& a, run::State const& b, std::int64_t sample = 0) {
  double largest = 0;
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    for (std::size_t age = 0; age < a.layers[l].past.size(); ++age) {
      Tensor const &x = a.layers[l].past[age], &y = b.layers[l].past[age];
      if (!x.defined() || !y.defined()) continue;
      double const d = x[sample].sub(y[sample]).abs().max().item<double>();
      if (!(d <= largest)) largest = d;  // nan stays
      if (std::isnan(d)) return d;
    }
  }
  return largest;
}

inline run::State random_state(run::State const& like, std::uint64_t seed) {
  run::State state = like;
  for (run::LayerState& one : state.layers) {
    bool const is_response = one.layer.find('.') == std::string::npos;
    for (Signal& r : one.past) {
      if (!r.defined()) continue;
      Tensor const normal = random_vector(r.numel(), seed).view(r.sizes());
      double const scale = r.square().mean().sqrt().item<double>();
      r = is_response ? normal.mul(scale > 0 ? scale : 1.0) : r.mul(normal.erf().mul(0.5).add(1));
      seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;  // another one for every response
    }
  }
  return state;
}

// Runs all starts on until each has come to rest, or has not.
class Relaxation {
 public:
  Relaxation(StepMap const& map, FixedPointSettings const& settings, std::vector<run::State> starts)
      : map_(map), settings_(settings), states_(std::move(starts)), outcomes_(states_.size()) {}

  // single: down to the rounding of float32; what oscillates is left to the next stage, for a last look.
  void run(bool single, Progress* progress) {
    std::vector<std::size_t> at_work;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (outcomes_[i].ending != Ending::diverged) at_work.push_back(i);
    }
    int const first = n_steps_;
    for (int chunk = 7; !at_work.empty() && n_steps_ < settings_.max_steps; chunk = std::min(2 * chunk, 63)) {
      std::vector<run::State> own;
      for (std::size_t const i : at_work) own.push_back(states_[i]);
      run::State const before = map_.advance(batch_of(own), chunk, single), after = map_.advance(before, 1, single);
      n_steps_ += chunk + 1;
      if (progress != nullptr) progress->step(chunk + 1);
      std::vector<std::size_t> left;
      for (std::size_t k = 0; k < at_work.size(); ++k) {
        auto const sample = static_cast<std::int64_t>(k);
        std::size_t const i = at_work[k];
        states_[i] = sample_of(after, sample);
        Outcome& outcome = outcomes_[i];
        outcome.residual = largest_difference(after, before, sample), outcome.n_steps = n_steps_;
        double largest = 0;
        states_[i].each_response([&](Tensor const& r) { largest = std::max(largest, r.abs().max().item<double>()); });
        if (!std::isfinite(outcome.residual) || !std::isfinite(largest)) {
          outcome.ending = Ending::diverged;
        } else if (outcome.residual <= (single ? 4e-6 * largest : settings_.tolerance)) {
          if (!single) outcome.ending = Ending::fixed_point;
        } else {
          left.push_back(i);
        }
      }
      at_work = left;
    }
    if (single && !at_work.empty()) n_steps_ = std::max(first, settings_.max_steps - 512);  // a last look in float64
  }

  FixedPoints result() {
    FixedPoints all{.outcomes = outcomes_};
    for (std::size_t i = 0; i < states_.size(); ++i) {
      Outcome& outcome = all.outcomes[i];
      if (outcome.ending == Ending::not_converged) {
        outcome.oscillation = oscillation_of(map_, states_[i], settings_.oscillation_steps);
      }
      if (outcome.ending != Ending::fixed_point) continue;
      for (std::size_t k = 0; k < all.points.size() && outcome.point < 0; ++k) {
        if (largest_difference(all.points[k].state, states_[i]) <= settings_.same) outcome.point = static_cast<int>(k);
      }
      if (outcome.point < 0) {
        outcome.point = static_cast<int>(all.points.size());
        all.points.push_back({states_[i], outcome.residual, 0});
      }
      ++all.points[static_cast<std::size_t>(outcome.point)].n_starts;
    }
    return all;
  }

 private:
  StepMap const& map_;
  FixedPointSettings settings_;
  std::vector<run::State> states_;
  std::vector<Outcome> outcomes_;
  int n_steps_ = 0;
};

inline FixedPoints fixed_points(StepMap const& map, FixedPointSettings const& settings = {}) {
  if (!(settings.tolerance > 0) || settings.max_steps < 1 || settings.n_random < 0 || settings.oscillation_steps < 8) {
    fail("analysis", 147,
         {"fixed points: tolerance = ", settings.tolerance, ", max_steps = ", settings.max_steps,
          ", n_random = ", settings.n_random, ", oscillation_steps = ", settings.oscillation_steps,
          ": expected positive numbers, and 8 steps or more of an oscillation"});
  }
  run::State const rest = map.rest();
  map.check_is_autonomous();
  std::vector<run::State> starts{rest};
  for (int k = 0; k < settings.n_random; ++k) {
    starts.push_back(random_state(rest, settings.seed + 1000 * static_cast<std::uint64_t>(k + 1)));
  }
  std::optional<Progress> progress;
  if (!settings.progress.empty()) progress.emplace(settings.progress, settings.max_steps);
  Relaxation course(map, settings, std::move(starts));
  if (map.in_single_precision()) course.run(true, progress ? &*progress : nullptr);
  course.run(false, progress ? &*progress : nullptr);
  return course.result();
}

}  // namespace dynvision::stability
