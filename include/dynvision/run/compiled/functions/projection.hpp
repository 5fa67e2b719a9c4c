// ProjectionRun: a response of the past on its way to a place of the model, without its type.
//
//   h = R( W2 * (W1 * r) )      convolutions in a row, resized to the target;  or h = w r + b, computed in the pipeline
//
// A single 1 x 1 convolution commutes with nearest-neighbour resizing: where the target is smaller only the
// places that are kept are convolved.
#pragma once
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/kernels/resample/nearest.hpp>
#include <dynvision/run/compiled/functions/convolution.hpp>

#include <c10/util/SmallVector.h>

#include <optional>

namespace dynvision::run {

class ProjectionRun {
 public:
  ProjectionRun(kernels::Shape from, kernels::Shape to, kernels::Layout layout, at::TensorOptions options,
                kernels::Engine engine)
      : from_(from), to_(to), layout_(layout), options_(options), engine_(engine) {}

  std::vector<Convolution> chain;

  // Call when the chain is complete.
  void resolve() {
    kernels::Shape out = from_;
    for (Convolution const& c : chain) out = c.out(out);
    if (out.height == to_.height && out.width == to_.width) return;
    bool const smaller = to_.height * to_.width < out.height * out.width;
    resize_first_ = chain.size() <= 1 && smaller && (chain.empty() || chain[0].pointwise());
    resize_.emplace(resize_first_ ? from_ : out, to_.height, to_.width, layout_);
    before_resize_ = resize_first_ ? from_ : out;
  }
  bool resizes() const { return resize_.has_value(); }
  bool trivial() const { return chain.empty() && !resize_; }

  Tensor forward(Tensor const& rows) {  // (n B,C,H,W) -> (n B,D,h,w)
    Tensor x = resize_first_ ? resized(rows) : rows;
    for (Convolution& c : chain) x = c.forward(x);
    return resize_ && !resize_first_ ? resized(x) : x;
  }

  // The gradient with respect to the rows. If resizing comes first it belongs to the resized rows: see scatter().
  Tensor reverse(Tensor const& g, Tensor const& rows, bool want) {
    Tensor gx = g;
    if (resize_ && !resize_first_) {
      Tensor const wide = layout_.zeros(g.size(0), before_resize_, options_);
      kernels::ProfilerScope const mark("dynvision::resize_backward");
      resize_->adjoint(engine_, g.const_data_ptr(), wide.mutable_data_ptr(), g.size(0));
      gx = wide;
    }
    c10::SmallVector<Tensor, 4> inputs{resize_first_ && !chain.empty() ? resized(rows) : rows};
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) inputs.push_back(chain[i].forward(inputs.back()));
    for (std::size_t i = chain.size(); i-- > 0;) gx = chain[i].reverse(gx, inputs[i], want || i > 0);
    return gx;
  }
  bool scatters() const { return resize_first_; }
  void scatter(void const* g, void* to, std::int64_t n) const {
    kernels::ProfilerScope const mark("dynvision::resize_backward");
    resize_->adjoint(engine_, g, to, n);
  }

  void rest() {  // all but the last one are computed again for the reverse
    if (!chain.empty()) chain.back().rest();
  }
  void finish(GradientSums& learned) {
    for (Convolution& c : chain) c.finish(learned);
  }

 private:
  Tensor resized(Tensor const& x) const {
    kernels::Shape const out{x.size(1), to_.height, to_.width};
    Tensor const y = layout_.empty(x.size(0), out, options_);
    kernels::ProfilerScope const mark("dynvision::resize");
    resize_->forward(engine_, x.const_data_ptr(), y.mutable_data_ptr(), x.size(0));
    return y;
  }

  kernels::Shape from_, to_, before_resize_{};
  kernels::Layout layout_;
  at::TensorOptions options_;
  kernels::Engine engine_;
  std::optional<kernels::NearestResize> resize_{};
  bool resize_first_ = false;
};

}  // namespace dynvision::run
