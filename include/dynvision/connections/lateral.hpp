// Lateral: a connection from a layer to itself, within the area.
//
//   rec(h): (B,C,H,W) -> (B,D,H,W)     h: the layer's response one delay ago, D: channels where the signal arrives
//
// A lateral connection is a struct with
//   static constexpr int state_channels;             C
//   static constexpr int target_channels;            D (image_channels: the image's)
//   void compose(Composition& at, bool bias, Parametrisations const& weights, int target)    makes its parameters
//   void compose(Composition& at, bool bias, int target)                                     the same, if its weights take no
//                                                                                            parametrisation (WeightNorm, ...)
//   void parameters(auto&& visit)
//   Tensor operator()(Tensor const& h) const
// One that is a row of convolutions may say so, std::array<Weight const*, N> convolutions() const, in the order in which
// they are applied: the compiled path then has its adjoint, and makes their weights once a run. (static constexpr int on_plane: the first ones of them work on
// the topographic plane.) Full, Depthwise, Pointwise, DepthPointwise, PointDepthwise, Self, Local, LocalDepthwise and NoRecurrence
// are written <C, K, D = C>: channels of the state, kernel size, channels of the target.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/weight.hpp>
#include <dynvision/core/inline.hpp>

#include <concepts>

namespace dynvision {

template <class L>
concept ParametrisedLateral = requires(L& lateral, Composition& at, Parametrisations const& weights) {
  lateral.compose(at, true, weights, 1);
};

template <class L>
concept Lateral = std::default_initializable<L> &&
    requires(L& lateral, L const& fixed, Tensor const& h, Composition& at, ParameterVisitor const& visit) {
  { L::state_channels } -> std::convertible_to<int>;
  { L::target_channels } -> std::convertible_to<int>;
  requires ParametrisedLateral<L> || requires { lateral.compose(at, true, 1); };
  lateral.parameters(visit);
  { fixed(h) } -> std::convertible_to<Tensor>;
};

// Whether its weights take parametrisations, and all of these. It takes any unless it says which:
//   template <class P> static constexpr bool takes_parametrisation = ...;
template <class L, class Policy> constexpr bool takes_parametrisation() {
  if constexpr (!Parametrisation<Policy>) {
    return true;
  } else if constexpr (requires { L::template takes_parametrisation<Policy>; }) {
    return L::template takes_parametrisation<Policy>;
  } else {
    return ParametrisedLateral<L>;
  }
}
template <class L, class... With> constexpr bool takes_parametrisations() {
  return (takes_parametrisation<L, With>() && ...);
}

// How weights of lateral connections begin.
inline constexpr PartNumber max_weight_init{.name = "max_weight_init",
                                            .help = "bound of recurrent weights at the start; 0.001 unless given",
                                            .field = &Options::max_weight_init,
                                            .one_for_all = true};

// The convolutions that lateral connections are made of: stride 1, padding floor(K/2), weights uniform in +-max, bias 0.
Weight lateral_kernel(Composition& at, int in, int out, int kernel_size, int groups, bool bias);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/lateral.ipp>
#endif
