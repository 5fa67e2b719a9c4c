// Group normalisation of signals as they are stored, and its adjoint; each sample and group for itself.
//
//   y = weight z + bias,   z = (x - mean) s,   s = 1/sqrt(var + eps)           mean, var: over the n numbers of a group
//   gweight = sum g z,   gbias = sum g,   gx = s (weight g - A - B z),   A = sum weight g/n,   B = sum weight g z/n
//
// The mean is taken twice: m first, and what is left of it, e, from d = x - m. The numbers d are small, so
// that var = sum d^2/n - e^2 keeps its digits. Threads share samples, and the gradients of samples are added up in order:
// the number of threads changes nothing.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

namespace dynvision::kernels {

// For float, double or bfloat16 in either layout, on CPUs with wide registers.
class GroupNorm {
 public:
  GroupNorm(std::int64_t groups, Tensor const& weight, Tensor const& bias, double eps)
      : groups_(groups), weight_(weight), bias_(bias), eps_(eps) {}

  Tensor operator()(Tensor const& given) const;  // (N,C,H,W)

  // gx; add(parameter, gradient) for weight and bias.
  template <class Add> Tensor adjoint(Tensor const& gradient, Tensor const& given, Add const& add) const {
    Gradients const all = gradients(gradient, given);
    add(bias_, all.bias);
    add(weight_, all.weight);
    return all.x;
  }

 private:
  struct Gradients {
    Tensor x, weight, bias;
  };
  Gradients gradients(Tensor const& gradient, Tensor const& given) const;

  std::int64_t groups_;
  Tensor weight_, bias_;
  double eps_;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/norm/group_norm.ipp>
#endif
