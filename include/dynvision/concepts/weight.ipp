// The convolution, and a kernel at its start.
#pragma once
#include <dynvision/concepts/weight.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace dynvision {

DYNVISION_INLINE void Weight::parametrise(Composition& at, Parametrisations const& by) {
  map = by;
  weight = map.start(at, weight, groups);
}

DYNVISION_INLINE std::array<std::int64_t, 4> Weight::sizes() const {
  std::array<std::int64_t, 4> all{1, 1, 1, 1};
  auto const copy = [&](at::IntArrayRef w) {
    if (w.size() == 3) {
      all = {w[0] * w[1], w[2], 1, 1};
    } else {
      std::copy_n(w.begin(), std::min<std::size_t>(w.size(), 4), all.begin());
    }
  };
  map.empty() ? copy(weight.sizes()) : copy(map.sizes(weight));
  return all;
}

DYNVISION_INLINE Tensor Weight::effective() const {
  if (map.empty()) return weight;
  EffectiveWeights* const now = EffectiveWeights::now();
  return now == nullptr ? map(weight) : now->find(*this);
}

DYNVISION_INLINE Tensor Weight::convolve(Tensor const& x, Tensor const& with_bias) const {
  Tensor const w = effective();
  if (w.dim() == 3) return multiply(x, w, with_bias);
  bool const is_product =
      w.size(1) == x.size(1) && x.size(2) == 1 && x.size(3) == 1 && w.numel() == w.size(0) * w.size(1);
  if (is_product && padding == 0) return linear(x.flatten(1), w.flatten(1), with_bias).unsqueeze(2).unsqueeze(3);
  return conv2d(x, w.dim() == 2 ? w.unsqueeze(2).unsqueeze(3) : w, with_bias, stride, padding, groups);
}

DYNVISION_INLINE Tensor Weight::multiply(Tensor const& x, Tensor const& matrices, Tensor const& with_bias) const {
  Tensor const b = with_bias.defined() ? with_bias.flatten() : with_bias, w = matrices.flatten(0, 1);
  if (x.size(2) != 1 || x.size(3) != 1) return conv2d(x, w.unsqueeze(2).unsqueeze(3), b, 1, 0, groups);
  Tensor const rows = x.flatten(1);
  return (groups == 1 ? linear(rows, w, b) : linear_of_groups(rows, matrices, b)).unsqueeze(2).unsqueeze(3);
}

DYNVISION_INLINE EffectiveWeights::EffectiveWeights()
    : with_gradient_(at::GradMode::is_enabled()), before_(std::exchange(now(), this)) {}

DYNVISION_INLINE EffectiveWeights::~EffectiveWeights() { now() = before_; }

DYNVISION_INLINE EffectiveWeights*& EffectiveWeights::now() {
  thread_local EffectiveWeights* one = nullptr;
  return one;
}

DYNVISION_INLINE Tensor EffectiveWeights::find(Weight const& of) {
  if (at::GradMode::is_enabled() && !with_gradient_) return of.map(of.weight);
  for (Made const& made : made_) {
    if (made.of == &of && made.raw.is_same(of.weight)) return made.effective;
  }
  at::AutoGradMode const as_the_run(with_gradient_);  // also where it is met first in a step without gradient
  made_.push_back({&of, of.weight, of.map(of.weight)});
  return made_.back().effective;
}

DYNVISION_INLINE Weight feedforward_kernel(Composition& at, int out, int kernel_size, bool bias) {
  Weight kernel{.padding = kernel_size / 2};
  std::array<std::int64_t, 4> const sizes{out, at.channels, kernel_size, kernel_size};
  double const inputs = static_cast<double>(at.channels) * kernel_size * kernel_size;
  switch (at.options.feedforward_init) {
    case FeedforwardInit::truncated_normal:
      kernel.weight = at.truncated_normal(sizes, 0.004);
      break;
    case FeedforwardInit::kaiming_uniform:
      kernel.weight = at.uniform(sizes, 1 / std::sqrt(inputs));
      if (bias) kernel.bias = at.uniform({out}, 1 / std::sqrt(inputs));
      return kernel;
    case FeedforwardInit::kaiming_normal:
      kernel.weight = at.normal(sizes, std::sqrt(2 / inputs));
      break;
  }
  if (bias) kernel.make_bias(at);
  return kernel;
}

}  // namespace dynvision
