// A weight in the order that oneDNN's kernels want, put there once for all calls of a run.
//
//   y = w * x + b                       forward
//   gx = w^T * g                        adjoint, the transposed convolution
//
// LibTorch reorders an ordinary weight at every call, which takes as long as the convolution itself
// where few samples meet many channels. The numbers are those of conv2d. Where oneDNN does not take a tensor (another
// device, double) there is no packed weight: see packs().
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

#include <array>

namespace dynvision::kernels {

class OnednnConvolution {
 public:
  // Whether a weight can be packed.
  static bool packs(Tensor const& weight);

  OnednnConvolution(Tensor weight, std::int64_t stride, std::int64_t padding, std::int64_t groups)
      : weight_(weight.contiguous()), stride_{stride, stride}, padding_{padding, padding}, groups_(groups) {}

  Tensor forward(Tensor const& x, Tensor const& bias);

  // g (N,Out,H',W') -> gx (N,In,height,width). One group.
  Tensor adjoint(Tensor const& g, std::int64_t height, std::int64_t width);

  // Each way is packed again when it is needed again.
  void forget_forward() { forward_ = Tensor{}; }
  void forget_adjoint() { adjoint_ = Tensor{}; }

 private:
  std::int64_t covered(std::int64_t size, std::int64_t axis) const;
  Tensor weight_, forward_{}, adjoint_{};
  std::array<std::int64_t, 2> stride_, padding_, one_{1, 1};
  std::int64_t groups_;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/convolution/onednn.ipp>
#endif
