// Experiment: conditions that differ in a parameter.
//
//   experiments::Experiment const e{.name = "flash", .parameter = "steps", .conditions = {...}};
//
// From a configuration: config/experiments/read.hpp; experiments.json has those of the Python toolbox and others.
#pragma once
#include <dynvision/experiments/protocol/condition.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::experiments {

// What an experiment can ask for beside the tables that all have: experiments/populations, experiments/measures/write_normalisation.hpp.
inline constexpr std::array<std::string_view, 4> further_measures{"decoding", "similarity", "dimensionality",
                                                                  "normalisation"};

struct Experiment {
  std::string name{};
  std::string parameter{};
  std::string question{};  // what it asks, in a sentence
  std::vector<Condition> conditions{};
  std::vector<std::string> with{};      // experiments that are always added: references of its measures
  std::vector<std::string> measures{};  // of further_measures
};

}  // namespace dynvision::experiments
