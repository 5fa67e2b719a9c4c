// What a run checks before it starts, and what it keeps: responses and the results of monitored operations.
//
// Names ("V1.tstep") are resolved once, before the first step; within the loop there are only indices.
// "layer" stands for the recurrent convolution: the last convolution or recurrence of a layer.
#pragma once
#include <dynvision/model/part.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

namespace dynvision::run {

[[gnu::cold]] inline void check_input(Options const& options, Stimulus const& stimulus, Settings const& settings) {
  auto const expected = options.input_dims;  // (C,H,W)
  Tensor const& x = stimulus.frames;
  auto const text = [&] { return "image of shape " + shape_text(x.sizes().slice(2)) + ": expected "; };
  if (x.size(2) != expected[0]) {
    fail("run", 101, {text(), expected[0], " channels, as in input_dims"});
  }
  if ((expected[1] > 0 && x.size(3) != expected[1]) || (expected[2] > 0 && x.size(4) != expected[2])) {
    fail("run", 102, {text(), expected[1], "x", expected[2], ", as in input_dims"});
  }
  if (x.scalar_type() != options.dtype) {
    fail("run", 104,
         {"images of dtype ", c10::toString(x.scalar_type()), ": expected ", c10::toString(options.dtype),
          ", as the model's parameters"});
  }
  for (auto const& [name, value] : {std::pair{"idle_timesteps", settings.idle_timesteps},
                                    std::pair{"truncated_bptt_timesteps", settings.truncated_bptt_timesteps},
                                    std::pair{"checkpoint_timesteps", settings.checkpoint_timesteps}}) {
    if (value < 0) fail("run", 105, {name, " = ", value, ": expected at least 0"});
  }
}

class Monitors {
 public:
  [[gnu::cold]] Monitors(Parts const& parts, Settings const& settings) : record_(settings.record) {
    std::vector<std::string> known;
    traces_at_.resize(parts.size());
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {  // the last part is the head
      std::string const layer(parts[i].layer_name);
      if (parts[i].position == 0) {
        layers_.push_back(layer);
        external_.push_back(find_external(settings, layer));
      }
      keep_if_wanted(settings, i, layer, std::string(parts[i].label), known);
      if (is_last_convolution(parts, i)) keep_if_wanted(settings, i, layer, "layer", known);
    }
    for (std::string const& wanted : settings.monitor) {
      if (std::find(known.begin(), known.end(), wanted) == known.end()) {
        fail("run", 122, {"monitor \"", wanted, "\": ", expected_one_of(wanted, known)});
      }
    }
    for (auto const& entry : settings.external) {
      std::string const& name = entry.first;
      Tensor const& input = entry.second;
      if (std::find(layers_.begin(), layers_.end(), name) == layers_.end()) {
        fail("run", 123, {"external input to \"", name, "\": ", expected_one_of(name, layers_)});
      }
      bool const arrives = std::any_of(parts.begin(), parts.end(), [&](Part const& part) {
        return part.layer_name == name && part.label == "addext";
      });
      if (!arrives) fail("run", 125, {"external input to \"", name, "\": expected a layer with AddInput"});
      if (!input.defined() || input.dim() != 5) fail("run", 124, "external input: expected a tensor (B,T,C,H,W)");
    }
    if (record_) {
      for (std::string const& layer : layers_) responses_.push_back({layer, "record"});
    }
  }

  // `place`: index of the operation in the model
  void after(std::size_t place, Signal const& x) {
    for (std::size_t const trace : traces_at_[place]) monitored_[trace].steps.push_back(x);
  }

  bool wants(std::size_t place) const { return !traces_at_[place].empty(); }
  bool has_external(int layer) const { return external_[static_cast<std::size_t>(layer)].defined(); }

  void record(std::vector<Signal> const& responses) {
    if (!record_) return;
    for (std::size_t l = 0; l < responses.size(); ++l) responses_[l].steps.push_back(responses[l]);
  }

  // (B,C,H,W) for a layer at a recorded step, or absent
  Signal external(int layer, int t) const {
    Tensor const& input = external_[static_cast<std::size_t>(layer)];
    return input.defined() && t >= 0 && t < input.size(1) ? input.select(1, t) : Signal{};
  }

  Activity activity(Tensor outputs) { return {std::move(outputs), std::move(responses_), std::move(monitored_)}; }

 private:
  static Tensor find_external(Settings const& settings, std::string_view layer) {
    for (auto const& [name, input] : settings.external) {
      if (name == layer) return input;
    }
    return {};
  }

  static bool is_last_convolution(Parts const& parts, std::size_t i) {
    auto const convolves = [&](std::size_t k) { return parts[k].label == "conv" || parts[k].label == "recurrence"; };
    if (!convolves(i)) return false;
    for (std::size_t k = i + 1; k + 1 < parts.size() && parts[k].layer == parts[i].layer; ++k) {
      if (convolves(k)) return false;
    }
    return true;
  }

  [[gnu::cold]] void keep_if_wanted(Settings const& settings, std::size_t place, std::string const& layer,
                                    std::string const& label, std::vector<std::string>& known) {
    std::string const full = layer + "." + label;
    known.push_back(full);
    if (std::find(known.begin(), known.end(), label) == known.end()) known.push_back(label);
    for (std::string const& wanted : settings.monitor) {
      if (wanted != full && wanted != label) continue;
      traces_at_[place].push_back(monitored_.size());
      monitored_.push_back({layer, label});
      return;
    }
  }

  bool record_;
  std::vector<std::string> layers_;
  std::vector<std::vector<std::size_t>> traces_at_;  // [place]: indices into monitored_
  std::vector<Tensor> external_;                     // [layer]
  std::vector<Trace> responses_, monitored_;
};

}  // namespace dynvision::run
