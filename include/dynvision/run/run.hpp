// A model through time, by default on the compiled path (run/compiled.hpp).
//
//   run::Activity const activity = run::run(model, images, {.n_timesteps = 20, .record = true});
//
// run::unroll (run/unroll.hpp) gives the same to rounding, one step after the other: it defines what a model computes, and
// compiles in a fraction of the time. docs/concepts/paths.md says when to take it.
#pragma once
#include <dynvision/run/compiled.hpp>

namespace dynvision::run {

template <class Model> Activity run(Model const& model, Stimulus const& stimulus, Settings const& settings = {}) {
  return compiled(model, stimulus, settings);
}

// From images, or features (B,N), (B,T,N): see present(), run/features.hpp.
template <class Model> Activity run(Model const& model, Tensor const& images, Settings const& settings = {}) {
  return compiled(model, images, settings);
}

}  // namespace dynvision::run
