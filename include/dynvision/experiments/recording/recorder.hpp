// Recorder: shows a model images, one after the other, and gives what its units do in windows of time, as a physiologist
// records them.
//
//   auto const recorder = start_recording(model, {.layers = {"V4"}, .bins = {{70, 170}}, .n_timesteps = 90});
//   Tensor const rates = recorder.look_at(images);           (N,C,H,W) -> (presentation, neuroid, time_bin) float32
//   recorder.neuroids()[7].id                                "V4.c000.y00.x07"
//
// Time: 0 ms is the onset of the image. Step t covers [s + t d, s + (t + 1) d) with d = dt * ms_per_model_ms, s =
// onset_offset_ms: the time that a signal takes to the first layer and that the model leaves out. The image is there for
// presentation_ms (of the recording, as all times here), then comes a blank. A time bin is the mean of the steps that it
// overlaps (analysis/time_bins.hpp); one that is not within n_timesteps is an error which says how many it takes. Idle steps of
// `run` come before, unrecorded.
//
// With a source and a sink in place of a tensor, memory does not depend on the number of images:
//
//   recorder.look_at(n, [&](std::int64_t first, std::int64_t count) { return images_of(first, count); },
//                    [&](std::int64_t first, Tensor const& rates) { write(rates); });
//
// `model`: of a type, or AnyModel, in evaluation; it shares its parameters with the recorder. Noise of the model is another
// trial for each group of images, the same in every call.
//
// Errors: experiments.160 … experiments.165, analysis.119.
#pragma once
#include <dynvision/analysis/time_bins.hpp>
#include <dynvision/experiments/recording/neuroids.hpp>
#include <dynvision/run/run.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct RecordingSettings {
  std::vector<std::string> layers{};      // "V4"; "outputs": the head's
  std::vector<analysis::TimeBin> bins{};  // [ms]
  double presentation_ms = 100;           // the image is shown; a whole number of steps
  double ms_per_model_ms = 1;             // of the recording, in one of the model
  double onset_offset_ms = 0;             // when the first step begins, after the onset
  int n_timesteps = 0;                    // [steps] of a trial
  NeuroidChoice neuroids{};
  std::int64_t batch_size = 64;           // images at once, at most
  std::int64_t memory_budget = 64 << 20;  // [bytes] of the traces of a batch: fewer images, at least one
  run::Settings run{};                    // idle steps, blanks, noise
};

template <class Model> class Recorder {
 public:
  Recorder(Model const& model, RecordingSettings settings)
      : model_(model),
        settings_(std::move(settings)),
        n_shown_(shown_steps()),
        bins_(settings_.bins, {.dt = step_ms(),
                               .n = static_cast<std::size_t>(std::max(settings_.n_timesteps, 0)),
                               .first = settings_.onset_offset_ms}) {
    if (is_in_training()) fail("experiments", 164, "a model in training: expected one in evaluation, train(false)");
    layers_ = neuroids_of(model_.parts(), model_.options, n_outputs(), settings_.layers, settings_.neuroids);
    begin_ = bins_.steps(0).first;
    for (std::size_t b = 0; b < bins_.size(); ++b) {
      begin_ = std::min(begin_, bins_.steps(b).first);
      end_ = std::max(end_, bins_.steps(b).first + bins_.steps(b).shares.size());
    }
    double bytes = 0;  // of one image
    for (LayerNeuroids const& layer : layers_) {
      n_neuroids_ += layer.index.size();
      bytes += static_cast<double>(layer.index.size() * (end_ - begin_ + bins_.size()) * c10::elementSize(dtype()));
    }
    auto const fit = static_cast<std::int64_t>(static_cast<double>(settings_.memory_budget) / bytes);
    batch_size_ = std::clamp<std::int64_t>(fit, 1, std::max<std::int64_t>(settings_.batch_size, 1));
  }

  RecordingSettings const& settings() const { return settings_; }
  double step_ms() const { return model_.options.dt * settings_.ms_per_model_ms; }
  std::int64_t batch_size() const { return batch_size_; }
  std::size_t n_neuroids() const { return n_neuroids_; }
  std::size_t n_bins() const { return bins_.size(); }
  std::vector<Neuroid> neuroids() const {
    std::vector<Neuroid> all;
    for (LayerNeuroids const& layer : layers_) {
      for (std::size_t i = 0; i < layer.index.size(); ++i) all.push_back(layer[i]);
    }
    return all;
  }

  // (N,C,H,W) -> (N, neuroid, time_bin) float32, on the host
  Tensor look_at(Tensor const& images) const {
    check(images);
    std::vector<Tensor> rates;
    look_at(
        images.size(0), [&](std::int64_t first, std::int64_t count) { return images.narrow(0, first, count); },
        [&](std::int64_t, Tensor const& some) { rates.push_back(some); });
    return cat(rates, 0);
  }

  // read(first, count) -> (count,C,H,W); take(first, rates), (count, neuroid, time_bin), which may return false to stop.
  template <class Read, class Take> void look_at(std::int64_t n_images, Read const& read, Take const& take) const {
    if (n_images < 1) fail("experiments", 165, {"expected at least one image, found ", n_images});
    for (std::int64_t first = 0, group = 0; first < n_images; ++group) {
      std::int64_t const count = std::min(batch_size_, n_images - first);
      Tensor const images = read(first, count);
      check(images);
      Tensor const rates = rates_of(images, group);
      if constexpr (requires { take(first, rates) ? 0 : 1; }) {
        if (!take(first, rates)) return;
      } else {
        take(first, rates);
      }
      first += count;
    }
  }

 private:
  bool is_in_training() const {
    if constexpr (requires { model_.is_different_in_training(); }) {
      return model_.is_different_in_training() && model_.in_training();
    } else if constexpr (Model::is_different_in_training) {
      return model_.in_training;
    }
    return false;
  }
  // Of the head, whatever its type is; 0 without one, or where it is not asked for.
  int n_outputs() const {
    std::array<int, 3> const image = model_.options.input_dims;
    if (std::find(settings_.layers.begin(), settings_.layers.end(), outputs_layer) == settings_.layers.end()) return 0;
    at::AutoGradMode const no_gradient(false);
    using run::run;
    Tensor const blank =
        zeros({1, image[0], image[1], image[2]}, at::TensorOptions(dtype()).device(model_.options.device));
    Tensor const outputs =
        run(model_, run::present_to(model_.options, blank, 1, 0), run::Settings{.noise = false}).outputs;
    return outputs.defined() ? static_cast<int>(outputs.size(2)) : 0;
  }
  at::ScalarType dtype() const { return model_.options.dtype; }

  int shown_steps() const {
    RecordingSettings const& s = settings_;
    for (double const number : {s.ms_per_model_ms, s.presentation_ms}) {
      if (!(number > 0) || !std::isfinite(number)) {
        fail("experiments", 162,
             {"presentation_ms = ", s.presentation_ms, ", ms_per_model_ms = ", s.ms_per_model_ms,
              ": expected positive numbers"});
      }
    }
    double const exact = s.presentation_ms / step_ms(), n = std::round(exact);
    if (std::abs(exact - n) > 1e-6 || n < 1) {
      double const below = std::floor(exact) * step_ms();
      fail("experiments", 162,
           {"presentation_ms = ", s.presentation_ms, " is no multiple of the step of ", step_ms(), " ms: expected ",
            below > 0 ? joined({below, " or "}) : "", below + step_ms(), " ms"});
    }
    return static_cast<int>(std::min(n, 1e9));
  }

  void check(Tensor const& images) const {
    std::array<int, 3> const want = model_.options.input_dims;
    if (images.defined() && images.dim() == 4 && images.size(1) == want[0] && images.size(2) == want[1] &&
        images.size(3) == want[2]) {
      return;
    }
    fail("experiments", 163,
         {"images: expected (N,", want[0], ",", want[1], ",", want[2], "), found ",
          images.defined() ? shape_text(images.sizes()) : "none"});
  }

  run::Probe probe_of(LayerNeuroids const& layer) const {
    int const before = settings_.run.start.step + settings_.run.idle_timesteps;
    double const dt = model_.options.dt;
    run::Probe probe{.where = layer.layer};
    probe.over.space = layer.over_space;
    probe.from = (before + static_cast<int>(begin_)) * dt;
    probe.to = (before + static_cast<int>(end_)) * dt;
    if (!layer.all && !layer.over_space) {
      for (std::size_t i = 0; i < layer.index.size(); ++i) {
        Neuroid const one = layer[i];
        probe.units.push_back({static_cast<int>(one.channel), static_cast<int>(one.y), static_cast<int>(one.x)});
      }
    }
    return probe;
  }

  // (B,T,U) of the steps from begin_ to end_, of a layer; absent: zero
  Tensor traces_of(run::Activity const& activity, LayerNeuroids const& layer, std::int64_t n_images) const {
    auto const n_steps = static_cast<std::int64_t>(end_ - begin_);
    Tensor traces;
    bool chosen = layer.all;
    if (layer.layer == outputs_layer) {
      traces = activity.outputs.narrow(1, static_cast<std::int64_t>(begin_), n_steps);
    } else {
      traces = activity.probe(layer.layer).values;
      if (!traces.defined()) {  // no signal has come so far
        return zeros({n_images, n_steps, static_cast<std::int64_t>(layer.index.size())}, at::TensorOptions(dtype()));
      }
      chosen = chosen || !layer.over_space;
    }
    traces = traces.flatten(2);
    if (traces.size(0) == 1 && n_images > 1) traces = traces.expand({n_images, -1, -1});
    if (chosen) return traces;
    std::vector<Tensor> some;
    for (std::int64_t const k : layer.index) some.push_back(traces.narrow(2, k, 1));
    return cat(some, 2);
  }

  Tensor rates_of(Tensor const& images, std::int64_t group) const {
    at::AutoGradMode const no_gradient(false);
    run::Settings own = settings_.run;
    own.n_timesteps = static_cast<int>(end_);  // what comes later is not asked for
    if (!own.seed) own.seed = settings_.neuroids.seed;
    own.trial = own.trial.value_or(0) + static_cast<std::uint64_t>(group);
    for (LayerNeuroids const& layer : layers_) {
      if (layer.layer != outputs_layer) own.probes.push_back(probe_of(layer));
    }
    run::Stimulus stimulus =
        run::present_to(model_.options, images.to(model_.options.device), own.n_timesteps, own.non_input_value);
    std::vector<bool> shown(end_, false);
    std::fill_n(shown.begin(), std::min<std::size_t>(end_, static_cast<std::size_t>(n_shown_)), true);
    stimulus.masked(shown);
    using run::run;  // with those of the model's name space
    auto const activity = run(model_, stimulus, own);
    std::vector<Tensor> layers;
    for (LayerNeuroids const& layer : layers_) {
      Tensor const traces = traces_of(activity, layer, images.size(0));  // (B,T,U)
      std::vector<Tensor> bins;
      for (std::size_t b = 0; b < bins_.size(); ++b) {
        analysis::TimeBins::Steps const& of = bins_.steps(b);
        Tensor sum;
        for (std::size_t i = 0; i < of.shares.size(); ++i) {
          Tensor const r = traces.select(1, static_cast<std::int64_t>(of.first - begin_ + i));
          sum = sum.defined() ? sum.add_(r, of.shares[i] / of.total) : r.mul(of.shares[i] / of.total);
        }
        bins.push_back(sum.to(at::kCPU, at::kFloat).unsqueeze(2));
      }
      layers.push_back(cat(bins, 2));
    }
    return layers.size() == 1 ? layers[0] : cat(layers, 1);
  }

  Model model_;
  RecordingSettings settings_;
  int n_shown_;  // [steps]
  analysis::TimeBins bins_;
  std::vector<LayerNeuroids> layers_{};
  std::size_t begin_ = 0, end_ = 0;  // steps that some bin overlaps
  std::size_t n_neuroids_ = 0;
  std::int64_t batch_size_ = 1;
};

template <class Model> Recorder<Model> start_recording(Model const& model, RecordingSettings settings) {
  return Recorder<Model>(model, std::move(settings));
}

}  // namespace dynvision::experiments
