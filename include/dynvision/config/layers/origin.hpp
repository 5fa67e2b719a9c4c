// Where the value of a key came from.
#pragma once
#include <dynvision/config/tree/value.hpp>

#include <string>
#include <utility>

namespace dynvision::config {

// In the order in which they count; a later one goes before an earlier one.
enum class Layer { structs, defaults, data, workflow, experiments, study, mode, section, scope, both, command_line };

inline std::string name_of(Layer layer) {
  constexpr char const* names[]{"default", "defaults", "data",   "workflow", "experiments", "study",
                                "mode",    "scoped",   "scoped", "scoped",   "command line"};
  return names[static_cast<int>(layer)];
}

struct Origin {
  Layer layer = Layer::structs;
  std::string mode{};  // whose payload it is
  Place place{};
  Json value{};

  std::string text() const {
    if (layer == Layer::structs) return "default";
    std::string const of = layer == Layer::mode ? "mode " + mode : name_of(layer);
    return place.source.empty() ? of : place.text() + " (" + of + ")";
  }
};

}  // namespace dynvision::config
