// UnitNumber: a number that all units have in common, [], or each channel (C,1,1) or unit (C,H,W) for itself, as an operand of
// a pipeline; and its gradient, which adds up over steps and samples.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

class UnitNumber {
 public:
  UnitNumber(Tensor const& x, kernels::Shape const& in, PreparedRun const& run)
      : like_(x.detach()), shape_(in), value_(run.of_units(x, in)) {}

  void* address() const { return value_.mutable_data_ptr(); }
  // Where the gradient of the samples of a group is added up, number by number, (B,C,H,W) in the arithmetic dtype.
  void* gradient(PreparedRun const& run);
  // Of all groups, in the shape of the number; undefined: there is none. The next run begins anew.
  Tensor take_gradient();

 private:
  void add_up();

  Tensor like_;  // as it was given
  kernels::Shape shape_;
  Tensor value_;       // (1,C,H,W), in the dtype of the signals
  Tensor gradient_{};  // of the group
  Tensor sum_{};       // of the groups before, in the shape of the number
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/unit_number.ipp>
#endif
