// Lateral: a connection from a layer to itself, within the area.
//
//   rec(h): (B,C,H,W) -> (B,D,H,W)     h: the layer's response one delay ago, D: channels where the signal arrives
//
// A lateral connection is a struct with
//   static constexpr int state_channels;             C
//   static constexpr int target_channels;            D (image_channels: the image's)
//   void compose(Composition& at, bool bias, bool weight_norm, int target)    makes its parameters
//   void parameters(auto&& visit)
//   Tensor operator()(Tensor const& h) const
// One that is a row of convolutions may say so, std::array<Weight const*, N> convolutions() const, in the order in which
// they are applied: the compiled path then has its adjoint. (static constexpr int on_plane: the first ones of them work on
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
concept Lateral = std::default_initializable<L> &&
    requires(L& lateral, L const& fixed, Tensor const& h, Composition& at, ParameterVisitor const& visit) {
  { L::state_channels } -> std::convertible_to<int>;
  { L::target_channels } -> std::convertible_to<int>;
  lateral.compose(at, true, false, 1);
  lateral.parameters(visit);
  { fixed(h) } -> std::convertible_to<Tensor>;
};

// The convolutions that lateral connections are made of: stride 1, padding floor(K/2), weights uniform in +-max, bias 0.
Weight lateral_kernel(Composition& at, int in, int out, int kernel_size, int groups, bool bias);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/lateral.ipp>
#endif
