// Populations of a condition for a batch of images: features of each layer at recorded steps, put together from the branches that the
// condition passes through.
//
//   ConditionPopulations const p(tree, condition, folder, "channels", batch);
//   p.copy("V4", 12, rows);               (B,P) of recorded step 12, row by row; 0 where nothing had reached the layer
//
// Held are the branches' features of one batch: 4 bytes for each image, recorded step and feature of all layers.
//
// Errors: experiments.137 (features are missing), those of files.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/experiments/plan/recorded_steps.hpp>
#include <dynvision/experiments/run/branch_folder.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

namespace dynvision::experiments {

class ConditionPopulations {
 public:
  ConditionPopulations(Tree const& tree, PlannedCondition const& condition, BranchFolder const& folder,
                       std::string const& kind, std::int64_t batch)
      : steps_(recorded_steps(tree, condition)) {
    for (RecordedStep const& step : steps_) {
      if (of_branch_.count(step.branch) > 0) continue;
      std::filesystem::path const file = folder.features_file({step.branch, batch}, kind);
      std::error_code ignored;
      if (!std::filesystem::is_regular_file(file, ignored)) {
        fail("experiments", 137, {file.string(), " is missing: run the experiment to its end first"});
      }
      TensorMap const all = read_safetensors(file);
      std::map<std::string, Tensor>& of = of_branch_[step.branch];
      for (auto const& [layer, features] : all) {
        if (of_branch_.size() == 1) layers_.push_back(layer);
        of.emplace(layer, features);
        std::int64_t& n = n_features_[layer];
        n = std::max(n, features.size(2));
        n_images_ = features.size(0);
      }
    }
  }

  std::int64_t n_images() const { return n_images_; }
  std::int64_t n_steps() const { return static_cast<std::int64_t>(steps_.size()); }
  std::vector<std::string> const& layers() const { return layers_; }
  // 0 where nothing has reached the layer in any step.
  std::size_t n_features(std::string const& layer) const { return static_cast<std::size_t>(n_features_.at(layer)); }

  void copy(std::string const& layer, std::int64_t step, double* rows) const {
    RecordedStep const& at = steps_[static_cast<std::size_t>(step)];
    Tensor const& x = of_branch_.at(at.branch).at(layer);
    std::int64_t const n_kept = x.size(1), P = n_features_.at(layer);
    if (x.size(2) == 0) {
      std::fill_n(rows, n_images_ * P, 0.0);
      return;
    }
    float const* const from = x.const_data_ptr<float>();
    for (std::int64_t i = 0; i < n_images_; ++i) std::copy_n(from + (i * n_kept + at.place) * P, P, rows + i * P);
  }

 private:
  std::vector<RecordedStep> steps_;
  std::map<std::size_t, std::map<std::string, Tensor>> of_branch_{};
  std::vector<std::string> layers_{};
  std::map<std::string, std::int64_t> n_features_{};
  std::int64_t n_images_ = 0;
};

}  // namespace dynvision::experiments
