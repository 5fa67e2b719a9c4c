// ConvolutionChain: convolutions in a row, resized to the target.
//
//   h = R( W2 * (W1 * r) )      R: nearest neighbour
//
// A single 1 x 1 convolution commutes with nearest-neighbour resizing: where the target is smaller only the places that
// are kept are convolved.
#pragma once
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/kernels/resample/nearest.hpp>
#include <dynvision/run/compiled/functions/convolution.hpp>
#include <dynvision/run/compiled/memory/node_functions.hpp>

#include <c10/util/SmallVector.h>

#include <optional>

namespace dynvision::run {

class ConvolutionChain {
 public:
  ConvolutionChain(kernels::Shape from, kernels::Shape to, kernels::Layout layout, at::TensorOptions options,
                   kernels::Engine engine)
      : from_(from), to_(to), layout_(layout), options_(options), engine_(engine) {}

  std::vector<Convolution> convolutions;

  // Call when all convolutions are there.
  void resolve() {
    kernels::Shape out = from_;
    for (Convolution const& c : convolutions) out = c.out(out);
    if (out.height == to_.height && out.width == to_.width) return;
    bool const smaller = to_.height * to_.width < out.height * out.width;
    resize_first_ = convolutions.size() <= 1 && smaller && (convolutions.empty() || convolutions[0].pointwise());
    resize_.emplace(resize_first_ ? from_ : out, to_.height, to_.width, layout_);
    before_resize_ = resize_first_ ? from_ : out;
  }
  bool is_empty() const { return convolutions.empty() && !resize_; }

  Tensor forward(Tensor const& rows) {  // (n B,C,H,W) -> (n B,D,h,w)
    Tensor x = resize_first_ ? resized(rows) : rows;
    for (Convolution& c : convolutions) x = c.forward(x);
    return resize_ && !resize_first_ ? resized(x) : x;
  }

  // The gradient with respect to the rows. If resizing comes first it belongs to the resized rows: see scatter(). `room`:
  // as many numbers as the rows have, which nothing looks at, or undefined.
  Tensor reverse(Tensor const& g, Tensor const& rows, bool want, Tensor const& room = {}) {
    Tensor gx = g;
    if (resize_ && !resize_first_) {
      Tensor const wide = layout_.zeros(g.size(0), before_resize_, options_);
      kernels::ProfilerScope const mark("dynvision::resize_backward");
      resize_->adjoint(engine_, g.const_data_ptr(), wide.mutable_data_ptr(), g.size(0));
      gx = wide;
    }
    c10::SmallVector<Tensor, 4> inputs{resize_first_ && !convolutions.empty() ? resized(rows) : rows};
    for (std::size_t i = 0; i + 1 < convolutions.size(); ++i) inputs.push_back(convolutions[i].forward(inputs.back()));
    for (std::size_t i = convolutions.size(); i-- > 0;) {
      gx = convolutions[i].reverse(gx, inputs[i], want || i > 0, i == 0 && !resize_first_ ? room : Tensor{});
    }
    return gx;
  }
  bool resizes_first() const { return resize_first_; }
  void scatter(void const* g, void* to, std::int64_t n) const {
    kernels::ProfilerScope const mark("dynvision::resize_backward");
    resize_->adjoint(engine_, g, to, n);
  }

  void release_forward_weight() {  // all but the last one are computed again for the adjoint
    if (!convolutions.empty()) convolutions.back().release_forward_weight();
  }
  void finish(GradientSums& learned) {
    for (Convolution& c : convolutions) c.finish(learned);
  }

  Flops flops() const {
    kernels::Shape at = from_;
    double all = 0;
    for (Convolution const& c : convolutions) all += c.flops(at), at = c.out(at);
    if (!resize_first_ || convolutions.empty()) return {all, all};
    return {convolutions[0].flops({from_.channels, to_.height, to_.width}), all};
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
