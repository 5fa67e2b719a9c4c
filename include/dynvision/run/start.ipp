// Checks of states, and their frames.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/run/start.hpp>

#include <algorithm>
#include <cmath>

namespace dynvision::run {

DYNVISION_INLINE std::string listed(std::vector<std::string> const& names) {
  std::string all;
  for (std::string const& name : names) (all += all.empty() ? "" : ", ") += name;
  return all;
}

DYNVISION_INLINE void check_start(State const& start, Parts const& parts, std::vector<int> const& capacity,
                                  Options const& options, Stimulus const& stimulus) {
  if (!start.defined()) return;
  Tensor const& frames = stimulus.frames;
  std::vector<int> const channels = channels_of(parts, options.input_dims[0]);
  std::vector<Size> const sizes = sizes_of(parts, {frames.size(3), frames.size(4)});
  if (start.dt != options.dt.value()) {
    fail("run", 155,
         {"a state of a run with dt = ", start.dt, " ms: expected dt = ", options.dt.value(), " ms, as the model's"});
  }
  std::vector<std::string> given;
  for (LayerState const& one : start.layers) given.push_back(one.layer);
  std::vector<std::string> const expected = state_names(parts);
  if (given != expected) {
    fail("run", 156,
         {"a state of the layers ", listed(given), ": expected ", listed(expected), ", as the model has them"});
  }
  std::vector<bool> stored(capacity.size());
  std::vector<std::array<std::int64_t, 3>> shape(capacity.size());
  std::vector<int> const own_state = first_states(parts);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    auto const stores = [&](std::size_t l) {
      stored[l] = true, shape[l] = {channels[i], sizes[i].height, sizes[i].width};
    };
    if (parts[i].type->is_memory) stores(static_cast<std::size_t>(parts[i].layer));
    for (std::size_t k = 0; k < parts[i].type->states.size(); ++k) stores(static_cast<std::size_t>(own_state[i]) + k);
  }
  for (std::size_t l = 0; l < capacity.size(); ++l) {
    LayerState const& one = start.layers[l];
    if (one.past.size() != static_cast<std::size_t>(capacity[l])) {
      fail("run", 157,
           {"a state of ", one.past.size(), " steps of \"", one.layer, "\": expected ", capacity[l],
            ", as many as its longest delay has"});
    }
    for (Signal const& r : one.past) {
      if (!r.defined()) continue;
      if (!stored[l]) fail("run", 154, {"a state of \"", one.layer, "\", which is not stored: it has no Delay"});
      bool const fits = r.dim() == 4 && (r.size(0) == frames.size(0) || r.size(0) == 1) && r.size(1) == shape[l][0] &&
                        r.size(2) == shape[l][1] && r.size(3) == shape[l][2];
      if (!fits) {
        fail("run", 158,
             {"a state of \"", one.layer, "\" of shape ", shape_text(r.sizes()), ": expected ", frames.size(0), "x",
              shape[l][0], "x", shape[l][1], "x", shape[l][2], ", or a batch of 1"});
      }
      if (r.scalar_type() != options.dtype || r.device().type() != options.device.type()) {
        fail(
            "run", 159,
            {"a state of \"", one.layer, "\" of dtype ", c10::toString(r.scalar_type()), " on ", r.device().str(),
             ": expected ", c10::toString(options.dtype), " on ", options.device.str(), ", as the model's parameters"});
      }
    }
  }
}

DYNVISION_INLINE std::vector<DelayLine> delay_lines(State const& start, std::vector<int> const& capacity) {
  std::vector<DelayLine> all;
  for (std::size_t l = 0; l < capacity.size(); ++l) {
    all.emplace_back(capacity[l], start.defined() ? start.step - capacity[l] : 0);
    if (!start.defined()) continue;
    for (Signal const& r : start.layers[l].past) all.back().store(r);
  }
  return all;
}

DYNVISION_INLINE int age_of_first_frame(State const& start, Stimulus const& stimulus) {
  int const first = stimulus.shown.front();
  if (!start.defined() || std::min(first, 0) != start.shown) return 0;
  if (first < 0) return start.frame_age + 1;
  Tensor const now = stimulus.frame(first), &before = start.frame;
  if (!before.defined() || now.sizes() != before.sizes()) return 0;
  // Of one movie it is known which frame it is; another one is the same if its pixels are.
  bool const is_same =
      now.storage().data() == before.storage().data() ? now.data_ptr() == before.data_ptr() : now.equal(before);
  return is_same ? start.frame_age + 1 : 0;
}

DYNVISION_INLINE void keep_noise(State& state, NoiseSource const& noise) {
  state.seed = noise.seed(), state.trial = noise.trial();
}

DYNVISION_INLINE void keep_last_frame(State& state, Stimulus const& stimulus, int age) {
  int const last = stimulus.shown.back();
  state.shown = std::min(last, 0), state.frame_age = age;
  if (last >= 0) state.frame = stimulus.frame(last).detach();
}

}  // namespace dynvision::run
