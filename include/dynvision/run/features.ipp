// Views with one place.
#pragma once
#include <dynvision/run/features.hpp>

namespace dynvision::run {

DYNVISION_INLINE Settings with_places(Settings settings) {
  for (auto& [layer, input] : settings.external) {
    if (input.defined() && input.dim() == 3) input = with_places(input);
  }
  return settings;
}

DYNVISION_INLINE Stimulus present_features(Tensor const& features, int n_timesteps, double non_input_value) {
  if (features.defined() && features.dim() != 2 && features.dim() != 3) {
    fail("run", 182, {"features of shape ", shape_text(features.sizes()), ": expected (B,N) or (B,T,N)"});
  }
  return present(with_places(features), n_timesteps, non_input_value);
}

DYNVISION_INLINE Stimulus present_to(Options const& options, Tensor const& shown, int n_timesteps,
                                     double non_input_value) {
  return present(takes_features(options) ? with_places(shown) : shown, n_timesteps, non_input_value);
}

}  // namespace dynvision::run
