// What an experiment is run on: a trained run or a configuration with weights, and the models of its conditions.
#pragma once
#include <dynvision/config/tree/value.hpp>
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/experiments/tables/table_keys.hpp>
#include <dynvision/variants/any_model.hpp>

#include "study.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace program {

// The experiments of the configuration files, in the order in which they are named; each with those that are always added.
dynvision::config::Value experiments_of(StudyWords const& words);
std::vector<dynvision::experiments::Experiment> read_experiments(dynvision::config::Value const& section,
                                                                 std::vector<std::string> const& names, double dt);

class ExperimentStudy {
 public:
  // `run`: a folder as dynvision train leaves it, or empty; then `weights` and the words say all.
  ExperimentStudy(std::filesystem::path run, std::filesystem::path weights, StudyWords const& words);

  Study& study() { return study_; }
  Study const& study() const { return study_; }
  // Where the weights of a training state are; an error names those that are there.
  std::filesystem::path weights_of(std::string const& status) const;
  // Of a condition: with its options, without weights.
  dynvision::AnyModel model_without_weights(dynvision::experiments::ModelSide const& side) const;
  dynvision::AnyModel model_of(dynvision::experiments::ModelSide const& side) const;
  dynvision::experiments::PlanSettings plan_settings(dynvision::experiments::ModelSide const& side) const;
  // Every condition: its weights are there, and the model has what it changes.
  void check(std::vector<dynvision::experiments::Experiment> const& experiments) const;
  // What the tables say of the model. `category`: a key in which several models differ, or empty.
  dynvision::experiments::TableKeys keys(std::string const& category) const;

 private:
  dynvision::AnyModel const& kept_model(dynvision::experiments::ModelSide const& side) const;
  std::vector<std::pair<dynvision::Tensor, dynvision::Tensor>> numbers_of_options(
      dynvision::AnyModel const& model, dynvision::experiments::ModelSide const& side) const;
  void load_file(dynvision::AnyModel const& model, std::filesystem::path const& file) const;

  std::filesystem::path run_, weights_;
  StudyWords words_;
  Study study_;
  mutable std::map<std::string, dynvision::AnyModel> models_{};  // without weights, by their options
};

}  // namespace program
