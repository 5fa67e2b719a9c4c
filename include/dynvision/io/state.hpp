// States of runs in files: what a run has left, for a run in another program.
//
//   write_state("rest.safetensors", activity.state);
//   settings.start = read_state("rest.safetensors");
//
// A safetensors file: tensors "<layer>.<i>" (B,C,H,W), the i-th state of a layer, oldest first, absent ones left out; "frame",
// if one was shown last. In the metadata: step, dt [ms], shown, frame_age, seed and trial of its noise, if there was any,
// and for each layer its name and its number of states. Histories are not written.
//
// Errors: io.281, io.282.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>
#include <dynvision/run/state.hpp>

#include <charconv>
#include <filesystem>
#include <string>

namespace dynvision {

namespace detail {

template <class T> T state_number(TensorMap const& file, std::string const& name, std::filesystem::path const& path) {
  auto const found = file.metadata.find(name);
  if (found == file.metadata.end()) {
    fail("io", 281, {path.string(), ": no \"", name, "\": expected a file of write_state"});
  }
  std::string const& text = found->second;
  T value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail("io", 282, {path.string(), ": ", name, " = \"", text, "\": expected a number"});
  }
  return value;
}

}  // namespace detail

inline void write_state(std::filesystem::path const& path, run::State const& state) {
  std::vector<TensorMap::Entry> tensors;
  std::map<std::string, std::string> about{{"state.step", number_text(state.step)},
                                           {"state.dt", number_text(state.dt)},
                                           {"state.shown", number_text(state.shown)},
                                           {"state.frame_age", number_text(state.frame_age)},
                                           {"state.layers", number_text(state.layers.size())}};
  if (state.seed) about["state.seed"] = number_text(*state.seed), about["state.trial"] = number_text(state.trial);
  for (std::size_t l = 0; l < state.layers.size(); ++l) {
    run::LayerState const& one = state.layers[l];
    about["state.layer." + number_text(l)] = one.layer;
    about["state.steps." + number_text(l)] = number_text(one.past.size());
    for (std::size_t i = 0; i < one.past.size(); ++i) {
      if (one.past[i].defined()) tensors.emplace_back(one.layer + "." + number_text(i), one.past[i].detach());
    }
  }
  if (state.frame.defined()) tensors.emplace_back("frame", state.frame.detach());
  write_safetensors(path, tensors, about);
}

inline run::State read_state(std::filesystem::path const& path) {
  TensorMap const file = read_safetensors(path);
  auto const number = [&](std::string const& name) { return detail::state_number<int>(file, name, path); };
  run::State state{.step = number("state.step"),
                   .dt = detail::state_number<double>(file, "state.dt", path),
                   .shown = number("state.shown"),
                   .frame_age = number("state.frame_age")};
  if (file.metadata.contains("state.seed")) {
    state.seed = detail::state_number<std::uint64_t>(file, "state.seed", path);
    state.trial = detail::state_number<std::uint64_t>(file, "state.trial", path);
  }
  auto const within = [&](int value, int most, std::string const& name) {
    if (value < 0 || value > most) {
      fail("io", 282, {path.string(), ": ", name, " = ", value, ": expected 0 to ", most});
    }
    return value;
  };
  int const n_layers = within(number("state.layers"), 100'000, "state.layers");
  for (int l = 0; l < n_layers; ++l) {
    std::string const which = number_text(l), steps = "state.steps." + which;
    auto const name = file.metadata.find("state.layer." + which);
    if (name == file.metadata.end()) {
      fail("io", 281, {path.string(), ": no \"state.layer.", which, "\": expected a file of write_state"});
    }
    run::LayerState one{name->second, {}};
    one.past.resize(static_cast<std::size_t>(within(number(steps), 1'000'000, steps)));
    for (std::size_t i = 0; i < one.past.size(); ++i) {
      std::string const tensor = one.layer + "." + number_text(i);
      if (file.contains(tensor)) one.past[i] = file[tensor];
    }
    state.layers.push_back(std::move(one));
  }
  if (file.contains("frame")) state.frame = file["frame"];
  return state;
}

}  // namespace dynvision
