// A reference model that a golden file asks for: which network it is, with which numbers, and what its parameters are
// called in the original's code.
#pragma once
#include <dynvision/alexnet.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/resnet.hpp>
#include <dynvision/run/compiled.hpp>

#include "configuration.hpp"

#include <functional>
#include <optional>
#include <regex>

namespace golden {

using namespace dynvision;

enum class Family { cornet_rt, cordsnet, alexnet, resnet };

// The network of a file: by its class, or, where numbers of the original code are stored, by the names of its parameters.
inline Family family_of(std::string const& cls, std::vector<Parameter> const& parameters) {
  auto const has = [&](std::string_view name) {
    return std::any_of(parameters.begin(), parameters.end(), [&](Parameter const& p) { return p.name == name; });
  };
  if (cls.find("CorNetRT") != std::string::npos || has("V1.conv_input.weight")) return Family::cornet_rt;
  if (cls.find("CordsNet") != std::string::npos || has("conv_bias.0")) return Family::cordsnet;
  if (cls.find("AlexNet") != std::string::npos || has("features.0.weight")) return Family::alexnet;
  if (cls.find("ResNet") != std::string::npos || has("layer1.0.conv1.weight")) return Family::resnet;
  unknown("class \"" + cls + "\" is no reference model that is known here");
}

// The name that a parameter of the original code has in the library.
inline std::string own_name(Family family, std::string name) {
  auto const replaced = [&](char const* pattern, auto&& with) {
    std::smatch found;
    if (!std::regex_match(name, found, std::regex(pattern))) return false;
    name = with(found);
    return true;
  };
  using M = std::smatch const&;
  if (family == Family::cornet_rt) {
    replaced("(\\w+)\\.conv1\\.(.*)", [](M m) { return m.str(1) + ".conv2." + m.str(2); }) ||
        replaced("(\\w+)\\.conv_input\\.(.*)", [](M m) { return m.str(1) + ".conv." + m.str(2); }) ||
        replaced("(\\w+)\\.norm_input\\.(.*)", [](M m) { return m.str(1) + ".mid_modules." + m.str(2); }) ||
        replaced("(\\w+)\\.norm1\\.(.*)", [](M m) { return "norm_" + m.str(1) + "." + m.str(2); }) ||
        replaced("decoder\\.linear\\.(.*)", [](M m) { return "classifier.2." + m.str(1); });
  } else if (family == Family::cordsnet) {
    auto const layer = [](M m, int times, int plus) { return std::to_string(std::stoi(m.str(1)) * times + plus); };
    replaced("inp_conv\\.(.*)", [](M m) { return "layer0.conv." + m.str(1); }) ||
        replaced("inp_skip\\.(.*)", [](M m) { return "addskip_layer2.conv." + m.str(1); }) ||
        replaced("area_conv\\.(\\d)\\.(.*)",
                 [&](M m) { return "layer" + layer(m, 1, 1) + ".recurrence.conv." + m.str(2); }) ||
        replaced("area_area\\.(\\d)\\.(.*)", [&](M m) { return "layer" + layer(m, 1, 1) + ".conv." + m.str(2); }) ||
        replaced("conv_bias\\.(\\d)", [&](M m) { return "addbias_layer" + layer(m, 1, 1) + ".bias"; }) ||
        replaced("skip_area\\.(\\d)\\.(.*)",
                 [&](M m) { return "addskip_layer" + layer(m, 2, 4) + ".conv." + m.str(2); }) ||
        replaced("out_fc\\.(.*)", [](M m) { return "classifier.3." + m.str(1); });
  } else if (family == Family::alexnet) {
    std::map<std::string, std::string> const own{{"features.0", "layer1.conv"},    {"features.3", "layer2.conv"},
                                                 {"features.6", "layer3.conv"},    {"features.8", "layer4.conv"},
                                                 {"features.10", "layer5.conv"},   {"classifier.1", "classifier.2"},
                                                 {"classifier.4", "classifier.5"}, {"classifier.6", "classifier.7"}};
    replaced("(\\w+\\.\\d+)\\.(\\w+)",
             [&](M m) { return own.contains(m.str(1)) ? own.at(m.str(1)) + "." + m.str(2) : m.str(); });
  }
  return name;
}

// A model without its type.
struct AnyReference {
  std::shared_ptr<void> model{};
  std::function<run::Activity(run::Stimulus const&, run::Settings const&, Path)> run;
  std::function<void(bool)> train;
  Parameters parameters{};
  int n_residual_timesteps = 0;
};

template <class M> AnyReference any(std::shared_ptr<M> model) {
  return {model,
          [model](run::Stimulus const& x, run::Settings const& s, Path path) {
            return path == Path::compiled ? dynvision::run::compiled(*model, x, s)
                                          : dynvision::run::unroll(*model, x, s);
          },
          [model](bool on) { model->train(on); }, model->parameters(), model->n_residual_timesteps()};
}

template <int Depth>
std::optional<AnyReference> resnet_of(std::vector<int> const& blocks, bool deep, Options const& o) {
  constexpr resnet::Plan plan = resnet::plan_of<Depth>();
  std::vector<int> const own(plan.blocks, plan.blocks + (plan.small_images ? 3 : 4));
  if (own != blocks || plan.bottleneck != deep) return {};
  return any(std::make_shared<ResNet<Depth>>(o));
}

// Depth by the blocks that there are parameters of.
inline AnyReference resnet_with(std::vector<Parameter> const& parameters, Options const& options) {
  std::vector<int> blocks;
  bool deep = false;
  for (Parameter const& p : parameters) {
    std::smatch found;
    if (!std::regex_match(p.name, found, std::regex("layer(\\d)\\.(\\d+)\\.conv(\\d)\\.weight"))) continue;
    auto const stage = static_cast<std::size_t>(std::stoi(found.str(1)));
    blocks.resize(std::max(blocks.size(), stage));
    blocks[stage - 1] = std::max(blocks[stage - 1], std::stoi(found.str(2)) + 1);
    deep = deep || found.str(3) == "3";
  }
  std::optional<AnyReference> model;
  auto const attempt = [&](auto... depths) {
    ((model || (model = resnet_of<decltype(depths)::value>(blocks, deep, options))), ...);
  };
  attempt(std::integral_constant<int, 18>{}, std::integral_constant<int, 34>{}, std::integral_constant<int, 50>{},
          std::integral_constant<int, 101>{}, std::integral_constant<int, 152>{}, std::integral_constant<int, 20>{},
          std::integral_constant<int, 32>{}, std::integral_constant<int, 44>{}, std::integral_constant<int, 56>{},
          std::integral_constant<int, 110>{}, std::integral_constant<int, 1202>{});
  if (!model) unknown("a ResNet with other blocks than any of the published ones");
  return *model;
}

}  // namespace golden
