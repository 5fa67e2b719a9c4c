// ConvolutionChain: convolutions in a row, resized to the target.
//
//   h = R( W2 * (W1 * r) )      R: nearest neighbour
//
// A single 1 x 1 convolution commutes with nearest-neighbour resizing: where the target is smaller only the places that
// are kept are convolved.
#pragma once
#include <dynvision/core/inline.hpp>
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
  void resolve();
  bool is_empty() const { return convolutions.empty() && !resize_; }

  Tensor forward(Tensor const& rows);  // (n B,C,H,W) -> (n B,D,h,w)

  // The gradient with respect to the rows. If resizing comes first it belongs to the resized rows: see scatter(). `room`:
  // as many numbers as the rows have, which nothing looks at, or undefined.
  Tensor reverse(Tensor const& g, Tensor const& rows, bool want, Tensor const& room = {});
  bool resizes_first() const { return resize_first_; }
  void scatter(void const* g, void* to, std::int64_t n) const;

  void release_forward_weight();  // all but the last one are computed again for the adjoint
  void finish(GradientSums& learned);

  Flops flops() const;

 private:
  Tensor resized(Tensor const& x) const;

  kernels::Shape from_, to_, before_resize_{};
  kernels::Layout layout_;
  at::TensorOptions options_;
  kernels::Engine engine_;
  std::optional<kernels::NearestResize> resize_{};
  bool resize_first_ = false;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/convolution_chain.ipp>
#endif
