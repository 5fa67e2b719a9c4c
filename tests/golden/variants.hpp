// From a configuration to the compile-time model it asks for: every combination of the DyRCNN family that composes.
//
// Structure (model, recurrence type and target, skip, feedback) picks the type; numbers stay numbers.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <map>
#include <memory>
#include <string>

namespace golden {

struct AnyModel {
  using Run = dynvision::run::Activity (*)(void* model, dynvision::run::Stimulus const&,
                                           dynvision::run::Settings const&);

  std::unique_ptr<void, void (*)(void*)> model;
  Run run;
  dynvision::Parameters parameters;
  int n_residual_timesteps;

  dynvision::run::Activity unroll(dynvision::run::Stimulus const& stimulus,
                                  dynvision::run::Settings const& settings) const {
    return run(model.get(), stimulus, settings);
  }
};

using Make = AnyModel (*)(dynvision::Options const&);
using Variants = std::map<std::string, Make>;

// "DyRCNNx4 full output skip=on feedback=off". Solver and the integration of feedback are chosen when a model runs (see
// variants_of.hpp): a third of the models to compile.
inline std::string variant_key(std::string const& model, std::string const& recurrence, std::string const& target,
                               bool skip, bool feedback) {
  return model + " " + recurrence + " " + target + " skip=" + (skip ? "on" : "off") +
         " feedback=" + (feedback ? "on" : "off");
}

struct Switches {
  bool runge_kutta = false;              // else Euler
  bool multiplicative_feedback = false;  // else additive
  bool compiled_path = false;            // else the reference path
};
inline Switches switches;

void add_x2(Variants&);
void add_x4(Variants&);
void add_x8(Variants&);

}  // namespace golden
