// Adapter: brings the response of one area to the channels and the size of another.
//
//   R( W * h + b )       W (D,C,k,k), at the resolution of h; R: nearest neighbour to the size of the target
//
// W exists where the channels differ, or where it is asked for. It is made when the model is composed, so it is
// learned, saved and loaded like any parameter. Parameters: conv. It has its bias whatever Options::bias says, as in the
// Python toolbox; NoBias leaves it out.
// Initialisation: normal, cut at +-2, std = min(0.001, 1/sqrt(C D)); bias 0.
#pragma once
#include <dynvision/concepts/path.hpp>
#include <dynvision/concepts/weight.hpp>
#include <dynvision/connections/integration.hpp>
#include <dynvision/connections/weight_norm.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/list.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace dynvision {

// Policies of AddSkip and AddFeedback, beside an integration, NoBias, parametrisations (WeightNorm, ...) and As<path>.
template <int K, int Stride = 1> struct Through {  // a K x K convolution, even where the channels agree
  using policy = policies::Adapter;
  static constexpr int kernel_size = K, stride = Stride;
  static_assert(K >= 1 && Stride >= 1, "dynvision: Through<K, Stride> needs numbers of at least 1");
};
template <class T> using IsThrough = std::bool_constant<PolicyOf<T, policies::Adapter>>;

struct Adapter {
  Weight conv;                    // absent where the channels agree
  std::optional<double> scale{};  // explicit scale factor; without one the size of the target counts
  bool resize = true;

  // Policies: Through, NoBias, parametrisations.
  template <class... With> void compose(Composition& at, int from, int to) {
    using T = pick<IsThrough, Through<1>, With...>;
    if (from == to && !(IsThrough<With>::value || ...)) return;
    make(at, from, to, T::kernel_size, T::stride, !has<NoBias, With...>);
    conv.parametrise(at, Parametrisations::of<With...>());
  }
  void parameters(auto&& visit) { conv.parameters("conv.", visit); }

  Tensor operator()(Tensor const& h, Size target) const;  // (B,C,H,W) -> (B,D,H',W')

 private:
  void make(Composition& at, int from, int to, int kernel_size, int stride, bool bias);
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/adapter.ipp>
#endif
