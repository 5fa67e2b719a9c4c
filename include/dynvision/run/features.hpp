// Features: signals of models without places, (B,N) and (B,T,N) where images have (B,C,H,W) and (B,T,C,H,W).
//
//   Net net({.input_dims = features(100)});                              {100, 1, 1}
//   run::run(net, x, {.external = {{"E", I}}, .record = true})           x (B,T,N) or (B,N), I (B,T,N)
//   activity.response("E").series()                                      (B,T,N)
//
// They are views: a unit is a channel of an image of one place.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

namespace dynvision::run {

// Whether a model has no places.
inline bool takes_features(Options const& options) { return options.input_dims[1] == 1 && options.input_dims[2] == 1; }

// External inputs (B,T,N) as (B,T,N,1,1).
[[gnu::cold]] Settings with_places(Settings settings);

// Features (B,N), shown for n steps, or (B,T,N): see present().
[[gnu::cold]] Stimulus present_features(Tensor const& features, int n_timesteps = 1, double non_input_value = 0);

// What a model of these numbers is shown: images, or features.
[[gnu::cold]] Stimulus present_to(Options const& options, Tensor const& shown, int n_timesteps, double non_input_value);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/features.ipp>
#endif
