// Patterns, and the labels of steps.
#pragma once
#include <dynvision/run/presentation.hpp>

namespace dynvision {

DYNVISION_INLINE void check_pattern(std::string_view pattern) {
  if (pattern.empty()) fail("data", 141, "pattern: expected characters 0 and 1, found none");
  if (auto const at = pattern.find_first_not_of("01"); at != std::string_view::npos) {
    fail("data", 142,
         {"pattern \"", pattern, "\": expected characters 0 and 1, found '", pattern.substr(at, 1), "' at position ",
          at});
  }
}

DYNVISION_INLINE std::vector<bool> stretch_pattern(std::string_view pattern, std::int64_t n_timesteps) {
  check_pattern(pattern);
  if (n_timesteps < 1) fail("data", 143, {"n_timesteps: expected a number >= 1, found ", n_timesteps});
  auto const n = static_cast<std::size_t>(n_timesteps);
  std::vector<bool> shown(n);
  for (std::size_t t = 0; t < n; ++t) shown[t] = pattern[t * pattern.size() / n] == '1';
  return shown;
}

DYNVISION_INLINE std::string shuffle_pattern(std::string_view pattern, std::mt19937_64& generator) {
  check_pattern(pattern);
  std::string shuffled;
  for (std::int64_t const from : permutation(static_cast<std::int64_t>(pattern.size()), generator)) {
    shuffled += pattern[static_cast<std::size_t>(from)];
  }
  return shuffled;
}

DYNVISION_INLINE std::int64_t reaction_steps(double loss_reaction_time, double dt) {
  if (!(loss_reaction_time >= 0) || !std::isfinite(loss_reaction_time)) {
    fail("data", 144, {"loss_reaction_time: expected a time >= 0 ms, found ", loss_reaction_time});
  }
  if (!(dt > 0) || !std::isfinite(dt)) fail("data", 145, {"dt: expected a time > 0 ms, found ", dt});
  if (loss_reaction_time == 0) return 0;
  double const steps = loss_reaction_time / dt, nearest = std::round(steps);
  bool const whole = std::abs(steps - nearest) <= 1e-6 * std::max(1.0, nearest);
  return static_cast<std::int64_t>(std::clamp(whole ? nearest : std::ceil(steps), 1.0, 1e15));
}

DYNVISION_INLINE std::vector<bool> reaction_mask(std::vector<bool> const& shown, std::int64_t n_reaction_steps) {
  if (n_reaction_steps < 0) fail("data", 146, {"reaction steps: expected a number >= 0, found ", n_reaction_steps});
  std::vector<bool> mask(shown.size(), false);
  std::int64_t left = 0;
  for (std::size_t t = 0; t < shown.size(); ++t) {
    if (shown[t] && (t == 0 || !shown[t - 1])) left = n_reaction_steps;
    if (left > 0) mask[t] = true, --left;
  }
  return mask;
}

DYNVISION_INLINE bool some_label_counts(Presentation const& presentation, int n_timesteps, double dt) {
  if (n_timesteps == 1) return true;  // it is always shown
  std::vector<bool> const shown = stretch_pattern(presentation.pattern, n_timesteps);
  double const t = presentation.loss_reaction_time;
  std::vector<bool> const masked = reaction_mask(shown, t > 0 ? reaction_steps(t, dt) : 0);
  for (std::size_t step = 0; step < shown.size(); ++step) {
    if (shown[step] && !masked[step]) return true;
  }
  return false;
}

DYNVISION_INLINE Tensor step_labels(Tensor const& labels, std::vector<bool> const& shown, std::int64_t n_reaction_steps,
                                    std::int64_t n_residual, std::int64_t non_label_index) {
  auto const n_steps = static_cast<std::int64_t>(shown.size());
  if (!labels.defined() || labels.scalar_type() != at::kLong || labels.dim() < 1 || labels.dim() > 2 || n_steps < 1 ||
      (labels.dim() == 2 && labels.size(1) != n_steps)) {
    fail("data", 147,
         {"labels: expected (B) or (B,", n_steps, ") int64, found ",
          labels.defined() ? shape_text(labels.sizes()) + " " + c10::toString(labels.scalar_type()) : "none"});
  }
  if (n_residual < 0) fail("data", 148, {"residual steps: expected a number >= 0, found ", n_residual});
  if (non_label_index >= 0) {
    fail("data", 148, {"non_label_index: expected a number < 0 (0 and above are classes), found ", non_label_index});
  }
  std::vector<bool> const mask = reaction_mask(shown, n_steps > 1 ? n_reaction_steps : 0);
  Tensor const source = labels.to(at::kCPU).contiguous();
  std::int64_t const batch = source.size(0), given = source.dim() == 2 ? n_steps : 1, length = n_steps + n_residual;
  Tensor const result = host_tensor({batch, length}, at::kLong);
  auto const* const from = source.const_data_ptr<std::int64_t>();
  auto* const to = result.mutable_data_ptr<std::int64_t>();
  for (std::int64_t b = 0; b < batch; ++b) {
    std::fill_n(to + b * length, n_residual, non_label_index);
    for (std::int64_t t = 0; t < n_steps; ++t) {
      std::int64_t const label = from[b * given + (given > 1 ? t : 0)];
      if (label < 0 && label != non_label_index) {
        fail("data", 149, {"label of sample ", b, ": expected a class >= 0 or ", non_label_index, ", found ", label});
      }
      auto const step = static_cast<std::size_t>(t);
      to[b * length + n_residual + t] = shown[step] && !mask[step] ? label : non_label_index;
    }
  }
  return labels.is_cpu() ? result : result.to(labels.device());
}

}  // namespace dynvision
