// A convolution by loops of the library's own, where these are faster than oneDNN's: float32, on CPUs with AVX2.
//
//   y = w * x + b,   gx = w^T * g,   gw += g x x,   gb += sum g
//
// A 3 x 3 kernel with stride 1 multiplies less (kernels/convolution/winograd.hpp), others are summed
// (kernels/convolution/direct.hpp); those of few channels are left to oneDNN. With AVX-512 oneDNN sums faster than AVX2
// can, so that only what multiplies less is taken there, and only on AMD's CPUs, the first of which multiply 32 bytes at a
// time all the same.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

#include <memory>

namespace dynvision::kernels {

class NativeConvolution {
 public:
  // Whether it is the faster one on this machine. weight (Out,In/groups,K,K)
  static bool suits(Tensor const& weight, std::int64_t stride, std::int64_t padding, std::int64_t groups);

  NativeConvolution(Tensor weight, std::int64_t stride, std::int64_t padding);
  ~NativeConvolution();
  NativeConvolution(NativeConvolution&&) noexcept;
  NativeConvolution& operator=(NativeConvolution&&) noexcept;

  // Signals have channels fastest. Each way has its weight, in an order of its own, made when it is first needed.
  Tensor forward(Tensor const& x, Tensor const& bias);
  // Of inputs of this size, into `to` if it is defined.
  Tensor adjoint(Tensor const& g, std::int64_t height, std::int64_t width, Tensor const& to = {});
  void forget_forward();
  void forget_adjoint();

  // Gradients of weight and bias, added up over many calls. Whether there is a loop of the library's own for them:
  bool sums() const;
  void add(at::ArrayRef<Tensor> g, at::ArrayRef<Tensor> x);
  // The sums, which are then forgotten; undefined if there are none.
  struct Gradients {
    Tensor weight{}, bias{};
  };
  Gradients take();

 private:
  struct Loops;  // the weights in their orders, and the sums
  std::unique_ptr<Loops> loops_;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/convolution/native.ipp>
#endif
