// The tensor type, without the operators: at::Tensor, and what an absent signal is.
//
// A signal is a tensor (B,C,H,W), or absent: nothing has arrived yet. An absent signal is an undefined tensor,
// so `x.defined()` asks whether there is one.
#pragma once
#include <dynvision/core/error.hpp>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace dynvision {

using at::Tensor;
using Signal = at::Tensor;  // (B,C,H,W), or undefined: absent

// "2x3x32x32" for messages.
[[gnu::cold]] inline std::string shape_text(at::IntArrayRef sizes) {
  std::string text;
  for (std::int64_t const n : sizes) text += joined({text.empty() ? "" : "x", n});
  return text.empty() ? "scalar" : text;
}

}  // namespace dynvision
