// dynvision experiment run: what networks do when they are shown experiments; tables of it.
#pragma once
#include "study.hpp"

#include <string>
#include <vector>

namespace program {

struct FurtherTablesArguments {
  std::vector<std::string> measures;  // of all experiments, in place of their own; "none"
  std::string features, decoder;
};

struct ExperimentRunArguments {
  StudyWords study;
  std::vector<std::string> names;  // of experiments, or groups of them
  std::string run, weights, out, images, category;
  std::vector<std::string> units;
  FurtherTablesArguments tables;
  bool dry_run = false, json = false, reference_path = false, separate_blanks = false;
};

int run_experiments(ExperimentRunArguments const& arguments);

}  // namespace program
