// Convolutions one after the other, and resizing.
#pragma once
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/run/compiled/functions/convolution_chain.hpp>

namespace dynvision::run {

DYNVISION_INLINE void ConvolutionChain::resolve() {
  kernels::Shape out = from_;
  for (Convolution const& c : convolutions) out = c.out(out);
  if (out.height == to_.height && out.width == to_.width) return;
  bool const smaller = to_.height * to_.width < out.height * out.width;
  resize_first_ = convolutions.size() <= 1 && smaller && (convolutions.empty() || convolutions[0].pointwise());
  resize_.emplace(resize_first_ ? from_ : out, to_.height, to_.width, layout_);
  before_resize_ = resize_first_ ? from_ : out;
}

DYNVISION_INLINE Tensor ConvolutionChain::forward(Tensor const& rows) {
  Tensor x = resize_first_ ? resized(rows) : rows;
  for (Convolution& c : convolutions) x = c.forward(x);
  return resize_ && !resize_first_ ? resized(x) : x;
}

DYNVISION_INLINE Tensor ConvolutionChain::reverse(Tensor const& g, Tensor const& rows, bool want, Tensor const& room) {
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

DYNVISION_INLINE void ConvolutionChain::scatter(void const* g, void* to, std::int64_t n) const {
  kernels::ProfilerScope const mark("dynvision::resize_backward");
  resize_->adjoint(engine_, g, to, n);
}

DYNVISION_INLINE void ConvolutionChain::release_forward_weight() {
  if (!convolutions.empty()) convolutions.back().release_forward_weight();
}

DYNVISION_INLINE void ConvolutionChain::finish(GradientSums& learned) {
  for (Convolution& c : convolutions) c.finish(learned);
}

DYNVISION_INLINE Flops ConvolutionChain::flops() const {
  kernels::Shape at = from_;
  double all = 0;
  for (Convolution const& c : convolutions) all += c.flops(at), at = c.out(at);
  if (!resize_first_ || convolutions.empty()) return {all, all};
  return {convolutions[0].flops({from_.channels, to_.height, to_.width}), all};
}

DYNVISION_INLINE Tensor ConvolutionChain::resized(Tensor const& x) const {
  kernels::Shape const out{x.size(1), to_.height, to_.width};
  Tensor const y = layout_.empty(x.size(0), out, options_);
  kernels::ProfilerScope const mark("dynvision::resize");
  resize_->forward(engine_, x.const_data_ptr(), y.mutable_data_ptr(), x.size(0));
  return y;
}

}  // namespace dynvision::run
