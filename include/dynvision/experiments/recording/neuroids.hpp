// Neuroids: the units of a model as a physiologist lists them, "V4.c012.y03.x05", and a seeded sample of those of a layer.
//
//   all units of a layer of (C,H,W), channel by channel, row by row; n of them drawn without replacement, in the same order
//   over space: one of each channel, "V4.c012", the mean of its places
//   outputs: the head's, one of each class, "outputs.c003"
//
// Errors: experiments.160, experiments.161.
#pragma once
#include <dynvision/analysis/facts.hpp>
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/permutation.hpp>
#include <dynvision/model/part.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::experiments {

inline constexpr std::string_view outputs_layer = "outputs";

struct Neuroid {
  std::string id, layer;
  std::int64_t channel = 0, y = -1, x = -1;  // -1: the mean of all places
  bool operator==(Neuroid const&) const = default;
};

struct NeuroidChoice {
  std::int64_t n = 0;       // of each layer; 0: all
  std::uint64_t seed = 0;   // of the sample
  bool over_space = false;  // channels, averaged over their places
};

// The units of one layer, and which of its numbers (C,H,W) they are, in rising order.
struct LayerNeuroids {
  std::string layer;
  std::int64_t channels = 0, height = 1, width = 1;
  bool over_space = false;
  bool all = true;
  std::vector<std::int64_t> index{};  // of (C,H,W), or (C) over space

  Neuroid operator[](std::size_t i) const {
    auto const digits = [](char axis, std::int64_t value, std::int64_t n) {
      std::string const text = number_text(value);
      std::size_t const width = std::max<std::size_t>(axis == 'c' ? 3 : 2, number_text(n - 1).size());
      return std::string(".") + axis + std::string(width - std::min(width, text.size()), '0') + text;
    };
    std::int64_t const places = height * width, k = index.at(i);
    if (over_space || layer == outputs_layer) return {layer + digits('c', k, channels), layer, k};
    Neuroid one{"", layer, k / places, k % places / width, k % width};
    one.id = layer + digits('c', one.channel, channels) + digits('y', one.y, height) + digits('x', one.x, width);
    return one;
  }
};

// Of the layers that are named; `n_classes`: of the head, where it is asked for and there.
inline std::vector<LayerNeuroids> neuroids_of(Parts const& parts, Options const& options, int n_classes,
                                              std::vector<std::string> const& layers, NeuroidChoice const& choice) {
  Facts facts;
  std::vector<std::string_view> names;
  for (std::string_view const name : layer_names(parts)) {
    facts.layers.push_back({.name = std::string(name)});
    names.push_back(name);
  }
  analysis::find_responses(facts, parts, channels_of(parts, options.input_dims[0]),
                           sizes_of(parts, {options.input_dims[1], options.input_dims[2]}));
  bool const outputs = n_classes > 0 || std::find(layers.begin(), layers.end(), outputs_layer) == layers.end();
  if (outputs) names.push_back(outputs_layer);
  if (layers.empty()) fail("experiments", 160, {"no layer to record: ", expected_one_of("", names)});
  std::vector<LayerNeuroids> all;
  for (std::string const& layer : layers) {
    auto const found = std::find(names.begin(), names.end(), layer);
    if (found == names.end()) fail("experiments", 160, {"layer \"", layer, "\": ", expected_one_of(layer, names)});
    if (std::count(layers.begin(), layers.end(), layer) > 1) {
      fail("experiments", 160, {"layer \"", layer, "\" twice: expected each once"});
    }
    LayerNeuroids one{layer, n_classes};
    if (auto const l = static_cast<std::size_t>(found - names.begin()); l < facts.layers.size()) {
      LayerFacts const& about = facts.layers[l];
      one = {layer, about.channels, about.size.height, about.size.width, choice.over_space};
    }
    bool const by_channel = one.over_space || layer == outputs_layer;
    std::int64_t const n_all = one.channels * (by_channel ? 1 : one.height * one.width);
    if (choice.n < 0 || choice.n > n_all) {
      fail("experiments", 161,
           {"n_neuroids = ", choice.n, ": expected 0 (all) to ", n_all, ", as many as ", layer, " has"});
    }
    std::seed_seq seed{choice.seed, choice.seed >> 32U, static_cast<std::uint64_t>(all.size())};
    std::mt19937_64 generator(seed);
    one.all = choice.n == 0 || choice.n == n_all;
    one.index = one.all ? std::vector<std::int64_t>{} : permutation(n_all, generator);
    if (one.all) {
      for (std::int64_t k = 0; k < n_all; ++k) one.index.push_back(k);
    } else {
      one.index.resize(static_cast<std::size_t>(choice.n));
      std::sort(one.index.begin(), one.index.end());
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace dynvision::experiments
