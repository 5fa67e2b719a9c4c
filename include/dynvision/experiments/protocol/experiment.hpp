// Experiment: conditions that differ in a parameter.
//
//   experiments::Experiment const e{.name = "flash", .parameter = "steps", .conditions = {...}};
//
// From a configuration: config/experiments/read.hpp; experiments.json has those of the Python toolbox and others.
#pragma once
#include <dynvision/experiments/protocol/condition.hpp>

#include <string>
#include <vector>

namespace dynvision::experiments {

struct Experiment {
  std::string name{};
  std::string parameter{};
  std::string question{};  // what it asks, in a sentence
  std::vector<Condition> conditions{};
  std::vector<std::string> with{};  // experiments that are always added: references of its measures
};

}  // namespace dynvision::experiments
