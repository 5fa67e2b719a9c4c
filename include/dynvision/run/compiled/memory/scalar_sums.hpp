// ScalarSums: gradients of parameters that are one number, added up by the pipelines of a reverse sweep.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>

namespace dynvision::run {

class ScalarSums {
 public:
  explicit ScalarSums(at::TensorOptions options) : options_(options.dtype(at::kDouble)) {}

  // Where the gradient of number `which` is added up, on the device of the run.
  double* of(int which) { return sums().mutable_data_ptr<double>() + which; }
  void add(int which, Tensor const& gradient) { sums().select(0, which).add_(gradient); }

  // Adds number `which` to the gradient of a parameter, if there is one.
  void finish(GradientSums& gradients, int which, Tensor const& parameter) const;
  void clear() { sums_ = Tensor{}; }

 private:
  Tensor& sums();

  at::TensorOptions options_;
  Tensor sums_{};  // (2)
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/scalar_sums.ipp>
#endif
