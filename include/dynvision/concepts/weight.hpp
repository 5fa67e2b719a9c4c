// Weight: weight and bias of one convolution, or of one linear map.
//
//   y = w * x + b            w (Out, In/groups, K, K), b (Out); zero padding, square
//   y = w x + b              w (Out, In): the same as K = 1
//   y_g = w_g x_g + b_g      w (G, Out/G, In/groups): matrices beside each other, of G groups of channels, or (groups = 1) all of
//                            the same channels: networks of an ensemble
//   w = f(v)                 with parametrisations (concepts/parametrisation.hpp)
//
// Parameters: weight, bias; with parametrisations theirs, and v in place of the weight.
// A kernel of one place meets an image of one place as a matrix product.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/parametrisation.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/core/size.hpp>

#include <array>
#include <cmath>
#include <string_view>

namespace dynvision {

struct Weight {
  Tensor weight{};         // (Out, In/groups, K, K), (Out, In) or (G, Out/G, In/groups); with parametrisations: v
  Tensor bias{};           // (Out) or (G, Out/G), absent without one
  Parametrisations map{};  // w = map(v); none: w = v
  int stride = 1;
  int padding = 0;
  int groups = 1;

  bool exists() const { return weight.defined(); }

  void make_bias(Composition& at, double value = 0) { bias = at.constant({sizes()[0]}, value); }
  // From the weight that was made to raw parameters that start from it.
  void parametrise(Composition& at, Parametrisations const& by);

  std::array<std::int64_t, 4> sizes() const;  // (Out, In/groups, K, K)
  Tensor effective() const;                   // w; see EffectiveWeights

  Tensor operator()(Tensor const& x) const { return convolve(x, bias); }  // (B,In,H,W) -> (B,Out,H',W')
  Tensor without_bias(Tensor const& x) const { return convolve(x, {}); }
  Size out_size(Size in) const { return shrunk(in, sizes()[2], stride, padding); }

  [[gnu::noinline]] void parameters(std::string_view prefix, auto&& visit) {
    auto named = [&](std::string_view name, Tensor& tensor, bool learned) {
      if (!tensor.defined()) return;
      if (learned) {
        visit(joined({prefix, name}), tensor);
      } else {
        visit(joined({prefix, name}), tensor, Fixed{});
      }
    };
    ParameterVisitor const visitor(named);
    map.parameters(visitor, weight);
    visitor("bias", bias);
  }

 private:
  Tensor convolve(Tensor const& x, Tensor const& with_bias) const;
  Tensor multiply(Tensor const& x, Tensor const& matrices, Tensor const& with_bias) const;
};

// While one lives, this thread makes each effective weight once: on the reference path, where a weight meets a signal at
// every step, f is then differentiated once.
class EffectiveWeights {
 public:
  EffectiveWeights();
  ~EffectiveWeights();
  EffectiveWeights(EffectiveWeights const&) = delete;
  EffectiveWeights& operator=(EffectiveWeights const&) = delete;

 private:
  friend struct Weight;
  struct Made {
    Weight const* of;
    Tensor raw, effective;
  };
  static EffectiveWeights*& now();
  Tensor find(Weight const& of);

  std::vector<Made> made_;
  bool with_gradient_;
  EffectiveWeights* before_;
};

// A feedforward kernel at its start; see FeedforwardInit (kaiming: He 2015).
Weight feedforward_kernel(Composition& at, int out, int kernel_size, bool bias);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/weight.ipp>
#endif
