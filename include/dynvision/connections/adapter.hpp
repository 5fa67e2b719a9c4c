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
#include <dynvision/core/list.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace dynvision {

// Policies of AddSkip and AddFeedback, beside an integration, NoBias, WeightNorm and As<path>.
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

  // Policies: Through, NoBias, WeightNorm.
  template <class... With> void compose(Composition& at, int from, int to) {
    using T = pick<IsThrough, Through<1>, With...>;
    if (from == to && !(IsThrough<With>::value || ...)) return;
    make(at, from, to, T::kernel_size, T::stride, !has<NoBias, With...>);
    if constexpr (has<WeightNorm, With...>) conv.normalise();
  }
  void parameters(auto&& visit) { conv.parameters("conv.", visit); }

  Tensor operator()(Tensor const& h, Size target) const {  // (B,C,H,W) -> (B,D,H',W')
    Tensor const y = conv.exists() ? conv(h) : h;
    if (!resize) return y;
    if (!scale) return nearest(y, target);
    auto const scaled = [&](std::int64_t n) { return static_cast<std::int64_t>(static_cast<double>(n) * *scale); };
    return nearest(y, scaled(y.size(2)), scaled(y.size(3)), scale);
  }

 private:
  void make(Composition& at, int from, int to, int kernel_size, int stride, bool bias) {
    conv = {.stride = stride, .padding = kernel_size / 2};
    double const std = std::min(0.001, 1 / std::sqrt(static_cast<double>(from) * to));
    conv.weight = at.truncated_normal({to, from, kernel_size, kernel_size}, std);
    if (bias) conv.make_bias(at);
  }
};

}  // namespace dynvision
