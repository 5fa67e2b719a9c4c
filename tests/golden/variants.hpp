// From a configuration to the compile-time model it asks for: every combination of the DyRCNN family that composes.
//
// Model, recurrence type and target pick the type. Solver, and whether and how skip and feedback signals meet what is there,
// are chosen when the program runs (variants_of.hpp): a twelfth of the models to compile. Numbers stay numbers.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace golden {

enum class Path { unroll, compiled };
enum class Meeting { additive, multiplicative };

struct Switches {
  bool runge_kutta = false;  // else Euler
  std::optional<Meeting> skip = Meeting::additive, feedback{};
};
inline Switches running;  // of the model that runs

struct AnyModel {
  using Run = dynvision::run::Activity (*)(void* model, dynvision::run::Stimulus const&,
                                           dynvision::run::Settings const&, Path);

  std::shared_ptr<void> model{};
  Run of_type = nullptr;
  Switches switches{};
  dynvision::Parameters parameters{};
  int n_residual_timesteps = 0;

  dynvision::run::Activity run(dynvision::run::Stimulus const& stimulus, dynvision::run::Settings const& settings,
                               Path path) const {
    running = switches;
    return of_type(model.get(), stimulus, settings, path);
  }
};

using Make = AnyModel (*)(dynvision::Options const&, Switches const&);
using Variants = std::map<std::string, Make>;

// "DyRCNNx4 full output"; "DyRCNNx4 no history": as the original runs without a step in its history, see deviations.hpp
inline std::string variant_key(std::string const& model, std::string const& recurrence, std::string const& target) {
  return model + " " + recurrence + " " + target;
}
inline std::string no_history_key(std::string const& model) { return model + " no history"; }

void add_x2(Variants&);
void add_x4(Variants&);
void add_x8(Variants&);

inline Variants const& variants() {
  static Variants const all = [] {
    Variants v;
    add_x2(v);
    add_x4(v);
    add_x8(v);
    return v;
  }();
  return all;
}

inline std::vector<std::string> layer_names_of(std::string const& model) {
  if (model == "DyRCNNx2") return {"layer1", "layer2"};
  return {"V1", "V2", "V4", "IT"};
}

}  // namespace golden
