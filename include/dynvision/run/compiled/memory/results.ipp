// Rows of results.
#pragma once
#include <dynvision/run/compiled/memory/results.hpp>

namespace dynvision::run {

DYNVISION_INLINE Tensor Results::step_of_group(Tensor const& all, int t) const {
  return kernels::rows_of(all, t * all_samples_ + first_, samples_);
}

DYNVISION_INLINE Tensor Results::rows(Tensor const& all, int t, int n) const {
  if (samples_ == all_samples_) return kernels::rows_of(all, t * all_samples_, n * all_samples_);
  std::vector<Tensor> steps;
  for (int i = 0; i < n; ++i) steps.push_back(step_of_group(all, t + i));
  Tensor const together = n == 1 ? steps[0] : cat(steps, 0);
  return together.dim() == 4 ? layout_.of(together) : together;
}

DYNVISION_INLINE void Results::put(Tensor const& all, int t, int n, Tensor const& value) const {
  if (t < 0) return;
  bool const alike = value.size(0) != n * samples_;
  if (!alike && samples_ == all_samples_) {
    rows(all, t, n).copy_(value);
    return;
  }
  for (int i = 0; i < n; ++i) {
    step_of_group(all, t + i).copy_(alike ? value : kernels::rows_of(value, i * samples_, samples_));
  }
}

DYNVISION_INLINE void Results::give(std::size_t p, int t, int n, Tensor const& value) {
  probes.see(p, t, n, value, first_, samples_);
  if (watched[p].defined()) put(watched[p], t, n, value);
}

DYNVISION_INLINE void Results::put_head_input(int t, int n, Tensor const& value) {
  if (!head_input.defined()) head_input = zeros({n_steps_ * all_samples_, value.size(1)}, value.options());
  put(head_input, t, n, value);
}

}  // namespace dynvision::run
