// return_to_baseline: how long the responses of each layer take to come back after an image has gone.
//
//   e(t) = mean |r(t)| - mean |r| at rest in the dark
//   the smallest k with |e| <= fraction max e in all steps from k after the image on; (k + 1) dt [ms]; NaN: not within the run
//
// An Euler layer with dt/tau = 0.4: 12 ms, 6 = ceil(ln 0.05/ln 0.6) steps.
//
//   auto const found = stability::return_to_baseline(shown, dark);      found[0].layer, found[0].ms
//
// Errors: analysis.148 (settings, no rest in the dark).
#pragma once
#include <dynvision/analysis/stability/fixed_points.hpp>

namespace dynvision::stability {

struct ReturnSettings {
  int n_shown = 20, n_after = 100;  // [steps]
  double fraction = 0.05;           // of the largest response above the baseline
  FixedPointSettings rest{.n_random = 0};
};

struct ReturnToBaseline {
  std::string layer;
  double ms;
  double baseline, peak;  // mean |r|; the largest e
};

// Where the model without the image comes to rest.
inline run::State rest_in_the_dark(StepMap const& dark, FixedPointSettings const& settings = {.n_random = 0}) {
  FixedPoints const rest = fixed_points(dark, settings);
  if (rest.points.empty()) {
    fail("analysis", 148,
         {"return to baseline of a model that does not come to rest in the dark: max |F(x) - x| = ",
          rest.outcomes.front().residual, " after ", rest.outcomes.front().n_steps,
          " steps: expected a fixed point, see fixed_points()"});
  }
  return rest.points.front().state;
}

// Of the model with the image, and of the same model without it, which rests at `start`.
inline std::vector<ReturnToBaseline> return_to_baseline(StepMap const& shown, StepMap const& dark,
                                                        run::State const& start, ReturnSettings const& settings = {}) {
  if (settings.n_shown < 1 || settings.n_after < 1 || !(settings.fraction > 0)) {
    fail("analysis", 148,
         {"return to baseline: n_shown = ", settings.n_shown, ", n_after = ", settings.n_after,
          ", fraction = ", settings.fraction, ": expected positive numbers"});
  }
  run::Activity const on = shown.run_on(start, settings.n_shown, false, true);
  run::Activity const off = dark.run_on(on.state.detached(), settings.n_after, false, true);
  std::vector<ReturnToBaseline> all;
  for (std::size_t l = 0; l < on.responses.size(); ++l) {
    auto const mean = [](Signal const& r) { return r.defined() ? r.abs().mean().item<double>() : 0; };
    run::LayerState const& one = start.layers[l];
    double const baseline = one.past.empty() ? 0 : mean(one.past.back());
    double peak = 0;
    std::vector<double> after;
    for (Signal const& r : on.responses[l].steps) peak = std::max(peak, mean(r) - baseline);
    for (Signal const& r : off.responses[l].steps) {
      after.push_back(mean(r) - baseline), peak = std::max(peak, after.back());
    }
    std::size_t k = after.size();
    while (k > 0 && std::abs(after[k - 1]) <= settings.fraction * peak) --k;
    bool const returns = k < after.size();
    all.push_back({on.responses[l].layer,
                   returns ? static_cast<double>(k + 1) * dark.dt() : std::numeric_limits<double>::quiet_NaN(),
                   baseline, peak});
  }
  return all;
}

inline std::vector<ReturnToBaseline> return_to_baseline(StepMap const& shown, StepMap const& dark,
                                                        ReturnSettings const& settings = {}) {
  return return_to_baseline(shown, dark, rest_in_the_dark(dark, settings.rest), settings);
}

}  // namespace dynvision::stability
