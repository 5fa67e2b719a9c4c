// Unit files: one part of the library each. The class of a file follows from what it holds.
#pragma once
#include <dynvision/connections/depth_pointwise.hpp>
#include <dynvision/connections/depthwise.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/local_depthwise.hpp>
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/connections/point_depthwise.hpp>
#include <dynvision/connections/pointwise.hpp>
#include <dynvision/connections/self.hpp>

#include "judgement.hpp"

#include <variant>

namespace golden {

inline std::string unit_class(File const& file) {
  Json const& c = file.config;
  if (c.value("kind", std::string()) != "unit") unknown(file.name + ": expected kind \"unit\"");
  auto const cls = c.value("cls", std::string());
  if (c.contains("solver")) return "solver";
  if (c.contains("strategy")) return "integration";
  if (file.contains("n_effective")) return "supralinearity";
  if (c.contains("ctor") && c.contains("n_hidden_states")) return "layer";
  if (cls == "Skip" || cls == "Feedback") return "connection";
  if (cls.ends_with("Connection")) return "recurrence";
  if (c.contains("fixed_weight") && file.contains("xs")) return "input adaption";
  if (file.contains("param.conv1.weight") && file.contains("param.conv2.weight")) return "retina";
  if (file.contains("plane_of_arange")) return "topographic map";
  if (!file.names("extended_index_C").empty()) return "channel extension";
  if (file.contains("table") && c.contains("capacity")) return "delay buffer";
  if (file.contains("out_none_input")) return "bias";
  if (file.contains("logits")) return "cross entropy";
  if (c.contains("modes") && file.contains("a")) return "activity";
  if (c.contains("mode") && file.contains("x0")) return "shared activity";
  unknown(file.name + ": no test knows this class of unit file");
}

inline std::vector<std::filesystem::path> units(std::string_view of_class) {
  std::vector<std::filesystem::path> all;
  for (std::filesystem::path const& path : files("unit")) {
    if (unit_class(File(path)) == of_class) all.push_back(path);
  }
  return all;
}

// The options of a unit file that say what it is, and those given.
inline void only_unit_options(File const& file, std::set<std::string> known) {
  known.insert({"format_version", "torch", "kind", "name", "description", "compute_dtype", "seed", "grad_none"});
  file.only_options(file.config, known);
}

// The convolution whose tensors are param.<prefix>…: plain or weight-normalised, with or without bias; else absent.
inline dynvision::Weight stored_kernel(File const& file, std::string const& prefix, at::ScalarType run,
                                       bool depthwise = false) {
  std::string const normalised = "param." + prefix + "parametrizations.weight.original";
  dynvision::Weight kernel;
  if (file.contains(normalised + "1")) {
    kernel.weight = file.leaf(normalised + "1", run);
    kernel.map = dynvision::Parametrisations(dynvision::WeightNorm{file.leaf(normalised + "0", run)});
  } else {
    kernel.weight = file.leaf_or_absent("param." + prefix + "weight", run);
  }
  if (!kernel.exists()) return kernel;
  kernel.bias = file.leaf_or_absent("param." + prefix + "bias", run);
  kernel.padding = static_cast<int>(kernel.weight.size(2) / 2);
  kernel.groups = depthwise ? static_cast<int>(kernel.weight.size(0)) : 1;
  return kernel;
}

// Any lateral connection, chosen when the program runs: the numbers of channels follow from the stored tensors.
// The type arguments of the alternatives are of no consequence: a connection computes with its tensors.
struct AnyLateral {
  static constexpr int state_channels = dynvision::image_channels, target_channels = dynvision::image_channels;
  std::variant<dynvision::NoRecurrence<1>, dynvision::Full<1>, dynvision::Depthwise<1>, dynvision::Pointwise<1>,
               dynvision::DepthPointwise<1>, dynvision::PointDepthwise<1>, dynvision::Self<1>, dynvision::Local<1>,
               dynvision::LocalDepthwise<1>>
      chosen;

  void compose(dynvision::Composition&, bool, int) {}  // the tensors are the file's
  void parameters(auto&& visit) {
    std::visit([&](auto& lateral) { lateral.parameters(visit); }, chosen);
  }
  Tensor operator()(Tensor const& h) const {
    return std::visit([&](auto const& lateral) { return lateral(h); }, chosen);
  }

  bool is_none() const { return std::holds_alternative<dynvision::NoRecurrence<1>>(chosen); }
  Tensor self_bias() const {
    auto const* const self = std::get_if<dynvision::Self<1>>(&chosen);
    return self == nullptr ? Tensor{} : self->bias;
  }

  // From the type's name in a configuration and the tensors param.<prefix>….
  static AnyLateral stored(File const& file, std::string const& type, std::string const& prefix, at::ScalarType run) {
    auto const kernel = [&](char const* name, bool depthwise = false) {
      return stored_kernel(file, prefix + name + ".", run, depthwise);
    };
    auto const on_plane = [&](char const* name) {  // the margin is the connection's own
      dynvision::Weight conv = kernel(name);
      conv.padding = 0;
      return conv;
    };
    AnyLateral any;
    if (type == "none") {
      any.chosen = dynvision::NoRecurrence<1>{};
    } else if (type == "full") {
      any.chosen = dynvision::Full<1>{.conv = kernel("conv")};
    } else if (type == "depthwise") {
      any.chosen = dynvision::Depthwise<1>{.conv = kernel("conv", true)};
    } else if (type == "pointwise") {
      any.chosen = dynvision::Pointwise<1>{.conv = kernel("conv")};
    } else if (type == "depthpointwise") {
      any.chosen = dynvision::DepthPointwise<1>{.depthwise_conv = kernel("depthwise_conv", true),
                                                .pointwise_conv = kernel("pointwise_conv")};
    } else if (type == "pointdepthwise") {
      any.chosen = dynvision::PointDepthwise<1>{.pointwise_conv = kernel("pointwise_conv"),
                                                .depthwise_conv = kernel("depthwise_conv", true)};
    } else if (type == "self") {
      any.chosen = dynvision::Self<1>{.weight = file.leaf("param." + prefix + "weight", run),
                                      .bias = file.leaf_or_absent("param." + prefix + "bias", run)};
    } else if (type == "local") {
      any.chosen = dynvision::Local<1>{.conv = on_plane("conv")};
    } else if (type == "localdepthwise") {
      any.chosen = dynvision::LocalDepthwise<1>{.local_conv = {.conv = on_plane("local_conv.conv")},
                                                .patchy_conv = kernel("patchy_conv", true)};
    } else {
      unknown(file.name + ": recurrence type \"" + type + "\"");
    }
    return any;
  }
};

}  // namespace golden
