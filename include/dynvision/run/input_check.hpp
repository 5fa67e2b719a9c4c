// What a run checks of its images and settings before it starts.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

namespace dynvision::run {

// For a run that is differentiated: what is read again in the backward pass. Autograd cannot save inference tensors.
[[gnu::cold]] inline void check_can_be_saved(Tensor const& x, std::string_view what) {
  if (!x.is_inference()) return;
  fail("run", 108,
       {"a run with gradient: ", what, " of shape ", shape_text(x.sizes()),
        " was made in c10::InferenceMode: expected a tensor made outside of it, such as its clone() there"});
}

[[gnu::cold]] inline void check_input(Options const& options, Stimulus const& stimulus, Settings const& settings) {
  auto const expected = options.input_dims;  // (C,H,W)
  Tensor const& x = stimulus.frames;
  at::IntArrayRef const shape{x.sizes().data() + 2, 3};
  if (x.size(2) != expected[0]) {
    fail("run", 101, {"image of shape ", shape_text(shape), ": expected ", expected[0], " channels, as in input_dims"});
  }
  if ((expected[1] > 0 && x.size(3) != expected[1]) || (expected[2] > 0 && x.size(4) != expected[2])) {
    fail("run", 102,
         {"image of shape ", shape_text(shape), ": expected ", expected[1], "x", expected[2], ", as in input_dims"});
  }
  if (x.scalar_type() != options.dtype) {
    fail("run", 104,
         {"images of dtype ", c10::toString(x.scalar_type()), ": expected ", c10::toString(options.dtype),
          ", as the model's parameters"});
  }
  auto const not_negative = [](std::string_view name, std::int64_t value) {
    if (value < 0) fail("run", 105, {name, " = ", value, ": expected at least 0"});
  };
  not_negative("idle_timesteps", settings.idle_timesteps);
  not_negative("truncated_bptt_timesteps", settings.truncated_bptt_timesteps);
  not_negative("checkpoint_timesteps", settings.checkpoint_timesteps);
  not_negative("samples_at_once", settings.samples_at_once);
  not_negative("memory_budget", settings.memory_budget);
  if (settings.memory_budget > 0 && (settings.checkpoint_timesteps > 0 || settings.samples_at_once > 0)) {
    fail("run", 106, "memory_budget chooses checkpoint_timesteps and samples_at_once: expected these to be 0");
  }
}

}  // namespace dynvision::run
