// Weight: weight and bias of one convolution, plain or weight-normalised (Salimans & Kingma 2016).
//
//   y = w * x + b            w (Out, In/groups, K, K), b (Out); zero padding, square
//   w = g v/|v|              weight-normalised: g (Out,1,1,1), norm over all axes but the first
//
// Parameters: weight, bias; weight-normalised: parametrizations.weight.original0 (g), .original1 (v), bias.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/policy.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/core/size.hpp>

#include <array>
#include <cmath>
#include <string_view>

namespace dynvision {

struct Weight {
  Tensor weight{};     // (Out, In/groups, K, K); weight-normalised: the direction v
  Tensor bias{};       // (Out), absent without one
  Tensor magnitude{};  // (Out,1,1,1), absent if plain
  int stride = 1;
  int padding = 0;
  int groups = 1;

  bool exists() const { return weight.defined(); }

  void make_bias(Composition& at, double value = 0) { bias = at.constant({weight.size(0)}, value); }
  void normalise();  // to a weight-normalised kernel of the same value

  Tensor operator()(Tensor const& x) const { return convolve(x, bias); }  // (B,In,H,W) -> (B,Out,H',W')
  Tensor without_bias(Tensor const& x) const { return convolve(x, {}); }
  Size out_size(Size in) const { return shrunk(in, weight.size(2), stride, padding); }

  [[gnu::noinline]] void parameters(std::string_view prefix, auto&& visit) {
    auto const named = [&](std::string_view name, Tensor& tensor) {
      if (tensor.defined()) visit(joined({prefix, name}), tensor);
    };
    named("parametrizations.weight.original0", magnitude);
    named(magnitude.defined() ? "parametrizations.weight.original1" : "weight", weight);
    named("bias", bias);
  }

 private:
  Tensor convolve(Tensor const& x, Tensor const& with_bias) const;
  Tensor norm() const { return weight.norm(2, {1, 2, 3}, true); }
};

// A feedforward kernel at its start; see FeedforwardInit (kaiming: He 2015).
Weight feedforward_kernel(Composition& at, int out, int kernel_size, bool bias);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/weight.ipp>
#endif
