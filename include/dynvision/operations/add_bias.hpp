// Bias of a layer's drive: one number for each place and channel, each channel, or all.
//
//   y = x + b       AddBias<Spatial> b (C,H,W)   AddBias<Feature> b (C,1,1)   AddBias<Uniform> b []      parameter: bias
//
// The bias is there before any input: an absent signal becomes the bias itself, in a model at the size of this place and
// for the whole batch: (B,C,H,W).
// A spatial bias needs the image size (Options::input_dims), and images of that size.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>

namespace dynvision {

template <class Kind> struct AddBias {
  static constexpr std::string_view label = "addbias";
  static constexpr bool forgets_state = true;
  static constexpr bool active_without_input = true;
  static constexpr std::string_view path = "addbias_{}";
  static constexpr Fault fault = has<Kind, Spatial, Feature, Uniform> ? Fault::none : Fault::policy;

  Tensor bias;
  int channels = 0;

  void compose(Composition& at) {
    channels = at.channels;
    bias = at.constant(numbers_of<Kind>(at, "bias"), 0);
  }
  void parameters(auto&& visit) { visit("bias", bias); }

  Signal operator()(Signal const& x, Moment& now) const {
    if (x.defined()) return x.add(bias);
    Tensor const alone = bias.unsqueeze(0);
    return now.size.height > 0 ? alone.expand({now.batch, channels, now.size.height, now.size.width}) : alone;
  }
};

}  // namespace dynvision
