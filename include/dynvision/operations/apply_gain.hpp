// Gain of a layer's drive: one learned factor for each unit, each channel, or all.
//
//   y = gamma x       ApplyGain<Spatial> gamma (C,H,W)   ApplyGain<Feature> gamma (C,1,1)   ApplyGain<Uniform> gamma []
//
// Parameter: gain, 1 at first. An absent signal stays absent. A spatial gain needs the image size (Options::input_dims),
// and images of that size.
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>

namespace dynvision {

template <class Kind> struct ApplyGain {
  static constexpr std::string_view label = "gain";
  static constexpr std::string_view path = "gain_{}";
  static constexpr Fault fault = has<Kind, Spatial, Feature, Uniform> ? Fault::none : Fault::policy;

  Tensor gain;

  void compose(Composition& at) { gain = at.constant(numbers_of<Kind>(at, "gain"), 1); }
  void parameters(auto&& visit) { visit("gain", gain); }

  Tensor operator()(Tensor const& x) const { return x.mul(gain); }
};

}  // namespace dynvision
