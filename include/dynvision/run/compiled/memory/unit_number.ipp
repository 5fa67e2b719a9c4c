// Gradients group by group.
#pragma once
#include <dynvision/run/compiled/memory/unit_number.hpp>

namespace dynvision::run {

DYNVISION_INLINE void* UnitNumber::gradient(PreparedRun const& run) {
  if (!gradient_.defined() || gradient_.size(0) != run.batch) {
    add_up();
    gradient_ = run.layout.zeros(run.batch, shape_, run.options.dtype(run.engine.arithmetic()));
  }
  return gradient_.mutable_data_ptr();
}

DYNVISION_INLINE Tensor UnitNumber::take_gradient() {
  add_up();
  return std::exchange(sum_, Tensor{});
}

DYNVISION_INLINE void UnitNumber::add_up() {
  if (!gradient_.defined()) return;
  Tensor const g = sum_to(like_, std::exchange(gradient_, Tensor{}));
  sum_ = sum_.defined() ? sum_.add(g) : g;
}

}  // namespace dynvision::run
