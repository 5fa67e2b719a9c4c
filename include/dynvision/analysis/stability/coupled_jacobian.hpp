// CoupledJacobian: J among layers that act on each other, as Spectra takes an operator: y = J x of the numbers of their state,
// one after the other. J^T has the same eigenvalues, and its products take a third of the time.
#pragma once
#include <dynvision/analysis/stability/coupled_layers.hpp>
#include <dynvision/records/progress.hpp>

#include <Eigen/Core>

#include <algorithm>

namespace dynvision::stability {

class CoupledJacobian {
 public:
  using Scalar = double;
  CoupledJacobian(StepJacobian const& J, CoupledLayers const& layers, bool transposed, Progress* progress)
      : J_(J),
        layers_(layers),
        transposed_(transposed),
        progress_(progress),
        whole_(zeros({J.size()}, at::TensorOptions(at::kDouble))) {}
  Eigen::Index rows() const { return layers_.size; }
  Eigen::Index cols() const { return layers_.size; }
  void perform_op(double const* x, double* y) const {
    each([&](double* block, std::int64_t first, std::int64_t n) { std::copy_n(x + first, n, block); }, whole_);
    Tensor result = transposed_ ? J_.transposed_times(whole_, layers_.among) : J_.times(whole_, layers_.among);
    each([&](double* block, std::int64_t first, std::int64_t n) { std::copy_n(block, n, y + first); }, result);
    ++n_products;
    if (progress_ != nullptr) progress_->step();
  }
  template <class F>
  void each(F const& f, Tensor& whole) const {  // f(numbers of a block, where they lie in x, how many)
    std::int64_t at = 0;
    for (StateBlock const& b : J_.layout().blocks()) {
      if (!layers_.among[b.layer]) continue;
      f(whole.data_ptr<double>() + b.first, at, b.n);
      at += b.n;
    }
  }
  mutable int n_products = 0;

 private:
  StepJacobian const& J_;
  CoupledLayers const& layers_;
  bool transposed_;
  Progress* progress_;
  mutable Tensor whole_;
};

}  // namespace dynvision::stability
