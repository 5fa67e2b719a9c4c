// Weights with channels fastest in memory ("channels last"): other strides, the same numbers. For run::unroll on a CPU.
//
// LibTorch's convolutions choose the layout of their results by that of their weights, and stay in it from layer to layer.
// Results agree with the usual layout to rounding. Call it before an optimiser takes the parameters. run::run and
// run::compiled have their own layout, whatever that of the parameters is.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/core/parameters.hpp>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_strided_ops.h>

namespace dynvision {

inline void channels_last(Parameters const& parameters) {
  at::AutoGradMode const no_gradient(false);
  for (Parameter const& p : parameters) {
    if (p.tensor.dim() != 4) continue;
    auto const s = p.tensor.sizes();  // (D,C,H,W)
    // Spelt out: with one channel the ordinary strides would pass for channels last and be kept.
    std::int64_t const strides[] = {s[1] * s[2] * s[3], 1, s[1] * s[3], s[1]};
    Tensor const moved = at::_ops::empty_strided::call(symbolic(s), symbolic(strides), p.tensor.scalar_type(),
                                                       at::kStrided, p.tensor.device(), false);
    moved.copy_(p.tensor);
    p.tensor.set_data(moved);
  }
}

}  // namespace dynvision
