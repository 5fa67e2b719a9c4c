// A lateral kernel at its start.
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

DYNVISION_INLINE Weight lateral_kernel(Composition& at, int in, int out, int kernel_size, int groups, bool bias) {
  Weight kernel{.padding = kernel_size / 2, .groups = groups};
  kernel.weight = at.uniform({out, in / groups, kernel_size, kernel_size}, at.max_weight(0.05));
  if (bias) kernel.make_bias(at);
  return kernel;
}

}  // namespace dynvision
