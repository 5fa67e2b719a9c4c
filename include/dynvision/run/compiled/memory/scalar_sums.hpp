// ScalarSums: gradients of parameters that are one number, added up by the pipelines of a reverse sweep.
#pragma once
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
  void finish(GradientSums& gradients, int which, Tensor const& parameter) const {
    if (!sums_.defined() || !parameter.defined()) return;
    gradients.add(gradients.index(parameter), sums_.select(0, which).expand(parameter.sizes()));
  }
  void clear() { sums_ = Tensor{}; }

 private:
  Tensor& sums() {
    if (!sums_.defined()) sums_ = zeros({2}, options_);
    return sums_;
  }

  at::TensorOptions options_;
  Tensor sums_{};  // (2)
};

}  // namespace dynvision::run
