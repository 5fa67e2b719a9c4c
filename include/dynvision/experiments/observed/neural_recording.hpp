// Responses of neurons, or of a model's units, to stimuli, from the files of people and of `dynvision record`.
//
//   NeuralRecording const neurons = read_recording("v4.npz");
//     NPZ: responses (presentation, neuroid) or (presentation, neuroid, time_bin), stimulus_id; and, where they are there, layer,
//          time_bin_start, time_bin_end [ms]
//     CSV: stimulus_id, and a column of numbers for each neuroid
//
//   for (RecordingAgreement const& one : compare_recordings(model, neurons)) one.layer, one.rsa, one.cka, one.cka_debiased
//   analysis::NoiseCeiling const c = recordings_ceiling({animal1, animal2, animal3}).front();              of a time bin: what rsa can reach
//
// Stimuli are found by their stimulus_id, repeated presentations averaged; at least four must be in both. Each layer and time bin of
// the model is compared with each time bin of the neurons: Spearman's correlation of dissimilarities (1 - Pearson; RSA), linear
// and debiased CKA (analysis/population/). Numbers that are missing or not finite are refused.
//
// Errors: experiments.166 … experiments.168, 189, and those of the formats.
#pragma once
#include <dynvision/analysis/population/dissimilarity.hpp>
#include <dynvision/analysis/population/kernel_alignment.hpp>
#include <dynvision/analysis/population/representational_similarity.hpp>
#include <dynvision/analysis/time_bins.hpp>
#include <dynvision/experiments/observed/observed_columns.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct NeuralRecording {
  std::vector<std::string> stimuli{};     // of each presentation
  std::vector<std::string> layers{};      // of each neuroid; empty: not said
  std::vector<analysis::TimeBin> bins{};  // one without times: {0, 0}
  std::vector<double> responses{};        // (presentation, neuroid, time_bin)

  std::size_t n_neuroids() const { return responses.size() / (stimuli.size() * bins.size()); }
  double operator()(std::size_t presentation, std::size_t neuroid, std::size_t bin) const {
    return responses[(presentation * n_neuroids() + neuroid) * bins.size() + bin];
  }
};

namespace observed {

inline NeuralRecording read_arrays(std::filesystem::path const& path) {
  ObservedColumns const ids(path, {}, {"stimulus_id"});
  TensorMap const arrays = read_npz(path);
  if (!arrays.contains("responses")) {
    fail("experiments", 166, {path.string(), ": expected the array responses as well, found none"});
  }
  Tensor const& responses = arrays["responses"];
  NeuralRecording all{.stimuli = ids.texts("stimulus_id")};
  bool const sound = (responses.dim() == 2 || responses.dim() == 3) && responses.numel() > 0 &&
                     responses.size(0) == static_cast<std::int64_t>(all.stimuli.size());
  if (!sound) {
    fail("experiments", 166,
         {path.string(), ": responses: expected (", all.stimuli.size(), ", neuroid) or (", all.stimuli.size(),
          ", neuroid, time_bin), as many as stimulus_id, found ", shape_text(responses.sizes())});
  }
  all.responses = finite_numbers(responses, path.string() + ": responses");
  all.bins.resize(responses.dim() == 3 ? static_cast<std::size_t>(responses.size(2)) : 1);
  for (auto const& [name, edge] :
       {std::pair{"time_bin_start", &analysis::TimeBin::start}, std::pair{"time_bin_end", &analysis::TimeBin::end}}) {
    if (!arrays.contains(name)) continue;
    std::vector<double> const times = finite_numbers(arrays[name], path.string() + ": " + name);
    if (times.size() != all.bins.size()) {
      fail("experiments", 166,
           {path.string(), ": ", name, ": expected ", all.bins.size(), " times, as responses have, found ",
            times.size()});
    }
    for (std::size_t b = 0; b < times.size(); ++b) all.bins[b].*edge = times[b];
  }
  if (auto layers = read_npz_texts(path, "layer"); layers && layers->size() == all.n_neuroids()) {
    all.layers = std::move(*layers);
  }
  return all;
}

inline NeuralRecording read_table(std::filesystem::path const& path) {
  std::vector<std::string> names;
  for (std::string const& column : read_csv(path).columns) {
    if (column != "stimulus_id") names.push_back(column);
  }
  ObservedColumns const table(path, names, {"stimulus_id"});
  if (names.empty())
    fail("experiments", 166, {path.string(), ": expected a column of numbers for each neuroid, found none"});
  NeuralRecording all{.stimuli = table.texts("stimulus_id"), .bins = {{}}};
  for (std::size_t row = 0; row < all.stimuli.size(); ++row) {
    for (std::string const& name : names) all.responses.push_back(table.numbers(name)[row]);
  }
  return all;
}

// (stimulus, neuroid) of one bin, of these neuroids; presentations of a stimulus averaged.
inline std::vector<double> patterns_of(NeuralRecording const& of, std::vector<std::string> const& stimuli,
                                       std::vector<std::size_t> const& neuroids, std::size_t bin) {
  std::vector<double> all;
  for (std::string const& stimulus : stimuli) {
    std::vector<double> sum(neuroids.size(), 0);
    double n = 0;
    for (std::size_t p = 0; p < of.stimuli.size(); ++p) {
      if (of.stimuli[p] != stimulus) continue;
      for (std::size_t u = 0; u < neuroids.size(); ++u) sum[u] += of(p, neuroids[u], bin);
      ++n;
    }
    for (double const value : sum) all.push_back(value / n);
  }
  return all;
}

// Neuroids of each layer, in the order in which layers first occur.
inline std::vector<std::pair<std::string, std::vector<std::size_t>>> by_layer(NeuralRecording const& of) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> all;
  for (std::size_t u = 0; u < of.n_neuroids(); ++u) {
    std::string const layer = of.layers.empty() ? "" : of.layers[u];
    auto found = std::find_if(all.begin(), all.end(), [&](auto const& one) { return one.first == layer; });
    if (found == all.end()) found = all.insert(all.end(), {layer, {}});
    found->second.push_back(u);
  }
  return all;
}

}  // namespace observed

inline NeuralRecording read_recording(std::filesystem::path const& path) {
  return is_zip_file(path) ? observed::read_arrays(path) : observed::read_table(path);
}

struct RecordingAgreement {
  std::string layer{};  // of the model
  analysis::TimeBin model{}, neurons{};
  std::size_t n_stimuli = 0;
  double rsa = analysis::not_defined, cka = analysis::not_defined, cka_debiased = analysis::not_defined;
};

namespace observed {

// Stimuli of the first recording that all of them have, in its order.
inline std::vector<std::string> shared_stimuli(std::vector<NeuralRecording const*> const& all) {
  std::vector<std::string> shared;
  for (std::string const& stimulus : all.front()->stimuli) {
    bool const everywhere = std::all_of(all.begin(), all.end(), [&](NeuralRecording const* one) {
      return std::count(one->stimuli.begin(), one->stimuli.end(), stimulus) > 0;
    });
    if (everywhere && std::count(shared.begin(), shared.end(), stimulus) == 0) shared.push_back(stimulus);
  }
  if (shared.size() < 4) {
    fail("experiments", 168,
         {"expected at least 4 stimuli that ", all.size() == 2 ? "both" : "all", " recordings have, found ",
          shared.size(), ": stimulus_id \"", all.front()->stimuli[0], "\" of one, \"", all.back()->stimuli[0],
          "\" of another"});
  }
  return shared;
}

// Of all neuroids in one bin.
inline std::vector<double> every_pattern(NeuralRecording const& of, std::vector<std::string> const& stimuli,
                                         std::size_t bin) {
  std::vector<std::size_t> every(of.n_neuroids());
  std::iota(every.begin(), every.end(), std::size_t{0});
  return patterns_of(of, stimuli, every, bin);
}

}  // namespace observed

inline std::vector<RecordingAgreement> compare_recordings(NeuralRecording const& model,
                                                          NeuralRecording const& neurons) {
  std::vector<std::string> const shared = observed::shared_stimuli({&neurons, &model});
  std::vector<std::vector<double>> measured, distances;
  for (std::size_t b = 0; b < neurons.bins.size(); ++b) {
    measured.push_back(observed::every_pattern(neurons, shared, b));
    distances.push_back(analysis::dissimilarities({measured.back(), neurons.n_neuroids()}));
  }
  std::vector<RecordingAgreement> all;
  for (auto const& [layer, units] : observed::by_layer(model)) {
    for (std::size_t m = 0; m < model.bins.size(); ++m) {
      std::vector<double> const own = observed::patterns_of(model, shared, units, m);
      std::vector<double> const distance = analysis::dissimilarities({own, units.size()});
      for (std::size_t b = 0; b < neurons.bins.size(); ++b) {
        analysis::Patterns const x{own, units.size()}, y{measured[b], neurons.n_neuroids()};
        RecordingAgreement one{layer, model.bins[m], neurons.bins[b], shared.size()};
        one.rsa = analysis::similarity(distance, distances[b], analysis::Comparison::spearman).value;
        one.cka = analysis::linear_cka(x, y), one.cka_debiased = analysis::debiased_cka(x, y);
        all.push_back(std::move(one));
      }
    }
  }
  return all;
}

// Of each time bin: what a model can reach that is compared with each of these recordings, of all neuroids of several animals, people or
// networks (Spearman's, of the stimuli that all have).
inline std::vector<analysis::NoiseCeiling> recordings_ceiling(std::vector<NeuralRecording> const& all) {
  std::vector<NeuralRecording const*> each;
  for (NeuralRecording const& one : all) each.push_back(&one);
  if (all.size() < 2) fail("experiments", 189, {"a ceiling of ", all.size(), " recordings: expected at least 2"});
  for (NeuralRecording const& one : all) {
    if (one.bins.size() == all[0].bins.size()) continue;
    fail("experiments", 189,
         {"recordings of ", all[0].bins.size(), " and of ", one.bins.size(), " time bins: expected as many in all"});
  }
  std::vector<std::string> const shared = observed::shared_stimuli(each);
  std::vector<analysis::NoiseCeiling> ceilings;
  for (std::size_t b = 0; b < all[0].bins.size(); ++b) {
    std::vector<std::vector<double>> distances;
    for (NeuralRecording const& one : all) {
      std::vector<double> const patterns = observed::every_pattern(one, shared, b);
      distances.push_back(analysis::dissimilarities({patterns, one.n_neuroids()}));
    }
    ceilings.push_back(analysis::noise_ceiling(distances));
  }
  return ceilings;
}

}  // namespace dynvision::experiments
