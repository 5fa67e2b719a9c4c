// CoupledJacobian: J among layers that act on each other, as Spectra takes an operator: y = J x of the numbers of their state,
// one after the other. J^T has the same eigenvalues, and its products take a third of the time.
//
// Units whose next response depends on nothing, as that of units below threshold does, are in no mode but those of eigenvalue 0,
// and left out with their histories: about half of a layer of rectified units, and half of the time of Arnoldi's method.
#pragma once
#include <dynvision/analysis/stability/coupled_layers.hpp>
#include <dynvision/records/progress.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace dynvision::stability {

class CoupledJacobian {
 public:
  using Scalar = double;
  CoupledJacobian(StepJacobian const& J, CoupledLayers const& layers, Tensor const& random, bool transposed,
                  Progress* progress)
      : J_(J),
        layers_(layers),
        transposed_(transposed),
        progress_(progress),
        whole_(zeros({J.size()}, at::TensorOptions(at::kDouble))) {
    // J_ij v_j sums to 0 for almost no v but where the row is 0.
    Tensor const y = J.times(within(J.layout(), layers.among, random), layers.among);
    double const* const next = y.const_data_ptr<double>();
    for (StateBlock const& b : J.layout().blocks()) {
      if (!layers.among[b.layer]) continue;
      std::int64_t const newest = b.first - static_cast<std::int64_t>(b.age) * b.n;
      for (std::int64_t i = 0; i < b.n; ++i) {
        if (next[newest + i] != 0) places_.push_back(b.first + i);
      }
    }
  }
  Eigen::Index rows() const { return static_cast<Eigen::Index>(places_.size()); }
  Eigen::Index cols() const { return rows(); }
  void perform_op(double const* x, double* y) const {
    double* const to = whole_.data_ptr<double>();
    for (std::size_t i = 0; i < places_.size(); ++i) to[places_[i]] = x[i];
    Tensor const result = transposed_ ? J_.transposed_times(whole_, layers_.among) : J_.times(whole_, layers_.among);
    double const* const from = result.const_data_ptr<double>();
    for (std::size_t i = 0; i < places_.size(); ++i) y[i] = from[places_[i]];
    ++n_products;
    if (progress_ != nullptr) progress_->step();
  }
  // Where each number lies in the state of all layers, ascending.
  std::vector<std::int64_t> const& places() const { return places_; }
  mutable int n_products = 0;

 private:
  StepJacobian const& J_;
  CoupledLayers const& layers_;
  bool transposed_;
  Progress* progress_;
  mutable Tensor whole_;
  std::vector<std::int64_t> places_{};
};

}  // namespace dynvision::stability
