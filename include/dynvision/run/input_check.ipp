// What fits a model.
#pragma once
#include <dynvision/run/features.hpp>
#include <dynvision/run/input_check.hpp>
#include <dynvision/run/start.hpp>

#include <cmath>

namespace dynvision::run {

DYNVISION_INLINE void check_can_be_saved(Tensor const& x, std::string_view what) {
  if (!x.is_inference()) return;
  fail("run", 108,
       {"a run with gradient: ", what, " of shape ", shape_text(x.sizes()),
        " was made in c10::InferenceMode: expected a tensor made outside of it, such as its clone() there"});
}

DYNVISION_INLINE void check_stimulus(Options const& options, Stimulus const& stimulus) {
  auto const expected = options.input_dims;  // (C,H,W)
  Tensor const& x = stimulus.frames;
  if (!x.defined() || x.dim() != 5) {
    fail("run", 118,
         {"a stimulus with frames of shape ", x.defined() ? shape_text(x.sizes()) : "none",
          ": expected (B,F,C,H,W); present() makes a stimulus of images (B,C,H,W)"});
  }
  at::IntArrayRef const shape{x.sizes().data() + 2, 3};
  if (x.numel() == 0) fail("run", 116, {"frames of shape ", shape_text(x.sizes()), ": expected at least one of each"});
  if (takes_features(options) && (x.size(3) != 1 || x.size(4) != 1)) {
    fail("run", 102,
         {"images of ", x.size(3), "x", x.size(4), " places for a model of ", expected[0],
          " features, by its input_dims: expected (B,N) or (B,T,N)"});
  }
  if (takes_features(options) && x.size(2) != expected[0]) {
    fail("run", 101,
         {"features (B,T,N) = ", x.size(0), "x", x.size(1), "x", x.size(2), ": expected N = ", expected[0],
          ", as in input_dims"});
  }
  if (x.size(2) == 1 && expected[0] > 1 && x.size(4) == expected[0]) {  // (B,T,N), taken for images of one channel
    fail("run", 101,
         {"image of shape ", shape_text(shape), ": expected ", expected[0], " channels, as in input_dims; a model of ",
          expected[0], " features (B,T,N) has input_dims {", expected[0], ", 1, 1}"});
  }
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
  if (x.device().type() != options.device.type()) {
    fail("run", 109,
         {"images on ", x.device().str(), ": expected ", options.device.str(), ", as the model's parameters"});
  }
  if (stimulus.shown.empty()) fail("run", 114, "a stimulus of no steps: expected at least one");
  for (std::size_t t = 0; t < stimulus.shown.size(); ++t) {
    int const index = stimulus.shown[t];
    if (index >= nothing && index < x.size(1)) continue;
    fail("run", 119,
         {"frame ", index, " at step ", t, ": expected 0 to ", x.size(1) - 1, ", or blank (", blank, ") or nothing (",
          nothing, ")"});
  }
}

DYNVISION_INLINE void check_external_inputs(Parts const& parts, Options const& options, Stimulus const& stimulus,
                                            Settings const& settings) {
  if (settings.external.empty()) return;
  Tensor const& frames = stimulus.frames;
  std::vector<int> const channels = channels_of(parts, options.input_dims[0]);
  std::vector<Size> const sizes = sizes_of(parts, {frames.size(3), frames.size(4)});
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    bool const is_modulation = parts[i].label() == "modulation";
    if (!is_modulation && parts[i].label() != "addext") continue;
    std::string_view const layer = parts[i].layer_name;
    Tensor const x = is_modulation ? settings.modulation_of(layer) : settings.external_to(layer);
    if (!x.defined() || x.dim() != 5) continue;  // see Monitors
    std::array<std::int64_t, 5> const expected{frames.size(0), x.size(1), channels[i], sizes[i].height, sizes[i].width};
    bool fits = x.size(1) > 0;
    for (std::size_t axis = 0; axis < 5; ++axis) {
      std::int64_t const n = x.sizes()[axis];
      fits = fits && (n == expected[axis] || n == 1);
    }
    if (!fits && expected[3] == 1 && expected[4] == 1) {
      fail("run", 126,
           {"external input to \"", parts[i].layer_name, "\" (B,T,N) = ", x.size(0), "x", x.size(1), "x", x.size(2),
            x.size(3) * x.size(4) == 1 ? "" : " with places", ": expected ", expected[0], "xTx", expected[2],
            ", or 1 in place of any of them"});
    }
    if (!fits) {
      fail("run", 126,
           {"external input to \"", parts[i].layer_name, "\" of shape ", shape_text(x.sizes()), ": expected ",
            expected[0], "xTx", expected[2], "x", expected[3], "x", expected[4], ", or 1 in place of any of them"});
    }
    if (x.scalar_type() != options.dtype || x.device().type() != options.device.type()) {
      fail("run", 127,
           {"external input to \"", parts[i].layer_name, "\" of dtype ", c10::toString(x.scalar_type()), " on ",
            x.device().str(), ": expected ", c10::toString(options.dtype), " on ", options.device.str(),
            ", as the model's parameters"});
    }
  }
}

DYNVISION_INLINE void check_tau_factors(Parts const& parts, Settings const& settings) {
  for (auto const& [layer, factors] : settings.tau_factors) {
    std::vector<std::string_view> evolving;
    Part const* of_layer = nullptr;
    for (Part const& part : parts) {
      if (part.type->check_tau == nullptr) continue;
      evolving.push_back(part.layer_name);
      if (part.layer_name == layer) of_layer = &part;
    }
    if (of_layer == nullptr) {
      fail("run", 197, {"factors of tau of \"", layer, "\", which has no Evolve: ", expected_one_of(layer, evolving)});
    }
    for (std::size_t t = 0; t < factors.size(); ++t) {
      if (!(factors[t] > 0) || !std::isfinite(factors[t])) {
        fail("run", 198,
             {"factor of tau of \"", layer, "\" at step ", t, " = ", factors[t], ": expected a positive number"});
      }
      of_layer->type->check_tau(of_layer->object, of_layer->layer_name, factors[t]);
    }
  }
}

DYNVISION_INLINE void check_input(Parts const& parts, std::vector<int> const& capacity, Options const& options,
                                  Stimulus const& stimulus, Settings const& settings) {
  check_stimulus(options, stimulus);
  check_external_inputs(parts, options, stimulus, settings);
  check_tau_factors(parts, settings);
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
  check_start(settings.start, parts, capacity, options, stimulus);
}

}  // namespace dynvision::run
