// What is kept of each branch of a batch: reduced as soon as it is there, and written.
//
//   ReduceBranches sink(tree, folder, batch, number, settings, n_classes, progress);
//   one_pass(model, tree, batch.pictures, settings.pass, sink);
//
// A branch whose file is there is not asked for again.
//
// Errors: experiments.133 … experiments.135.
#pragma once
#include <dynvision/experiments/run/answers.hpp>
#include <dynvision/experiments/run/branch_folder.hpp>
#include <dynvision/experiments/run/layer_numbers.hpp>
#include <dynvision/experiments/run/one_pass.hpp>
#include <dynvision/experiments/run/shown_batch.hpp>
#include <dynvision/records/progress.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace dynvision::experiments {

// Features of populations, for decoders and similarities (experiments/populations/features.hpp): of these conditions of the plan.
struct KeptPopulations {
  std::vector<std::size_t> conditions{};
  std::string kind = "channels";                                         // names the files
  std::function<Tensor(run::Trace const&, std::int64_t)> features_of{};  // (B,T,P) of a layer and so many images

  // By branch of a tree: whether they are kept of it.
  std::vector<bool> branches(Tree const& tree) const {
    std::vector<bool> all(tree.branches.size(), false);
    for (PlannedCondition const& one : tree.conditions) {
      if (std::find(conditions.begin(), conditions.end(), one.condition) == conditions.end()) continue;
      for (std::size_t const b : one.branches) all[b] = true;
    }
    return all;
  }
};

struct RunPlanSettings {
  OnePassSettings pass{};
  std::int64_t batch_size = 50;
  std::vector<std::string> units{};  // layers of which every unit is kept
  KeptPopulations populations{};
  std::string progress = "experiment";     // label of the progress; empty: none
  std::function<bool()> stop_requested{};  // asked after every branch
};

class ReduceBranches {
 public:
  ReduceBranches(Tree const& tree, BranchFolder const& folder, ShownBatch const& batch, std::int64_t number,
                 RunPlanSettings const& settings, std::int64_t n_classes, Progress* progress)
      : tree_(tree),
        folder_(folder),
        batch_(batch),
        number_(number),
        settings_(settings),
        n_classes_(n_classes),
        progress_(progress),
        keeps_populations_(settings.populations.branches(tree)) {}

  bool wants(std::size_t b) const { return !is_there(folder_, {b, number_}, settings_, keeps_populations_); }
  // Whether all that is kept of a branch lies in its folder.
  static bool is_there(BranchFolder const& folder, BranchKey const& key, RunPlanSettings const& settings,
                       std::vector<bool> const& keeps_populations) {
    std::error_code ignored;
    return folder.has(key) &&
           (!keeps_populations[key.branch] ||
            std::filesystem::is_regular_file(folder.features_file(key, settings.populations.kind), ignored));
  }
  bool stop_requested() {
    stopped = stopped || (settings_.stop_requested && settings_.stop_requested());
    return stopped;
  }

  // Pieces of a branch come one after the other; its file is written with the last one.
  void take(std::size_t b, std::size_t from, run::Activity const& activity) {
    check(activity);
    parts_.push_back(reduced(activity, keeps_populations_[b]));
    auto const n_steps = static_cast<std::size_t>(activity.outputs.size(1));
    if (from + n_steps < tree_.branches[b].frames.size()) return;
    std::vector<TensorMap::Entry> all;
    std::vector<TensorMap::Entry> units, features;
    for (std::size_t i = 0; i < parts_.front().size(); ++i) {
      std::vector<Tensor> pieces;
      for (auto const& part : parts_) pieces.push_back(part[i].second);
      std::string const& name = parts_.front()[i].first;
      bool const is_units = name.ends_with(units_), is_features = name.ends_with(features_);
      if (is_features) widen(pieces);
      TensorMap::Entry entry{name, pieces.size() > 1 ? cat(pieces, 1) : pieces[0]};
      if (is_units) entry.first.resize(name.size() - units_.size());
      if (is_features) entry.first.resize(name.size() - features_.size());
      (is_units ? units : is_features ? features : all).push_back(std::move(entry));
    }
    parts_.clear();
    if (!units.empty()) write_safetensors(folder_.units_file({b, number_}), units);
    if (!features.empty()) {
      write_safetensors(folder_.features_file({b, number_}, settings_.populations.kind), features);
    }
    folder_.write({b, number_}, all);
    std::size_t const n_frames = tree_.branches[b].frames.size();
    auto const done = static_cast<std::int64_t>(n_frames) * batch_.labels.size(0);
    image_steps += static_cast<double>(done);
    if (progress_ != nullptr) progress_->step(done);
  }

  bool stopped = false;
  double image_steps = 0;

 private:
  void check(run::Activity const& activity) const {
    if (!activity.outputs.defined()) {
      fail("experiments", 134, "a model without a head: expected one that answers, as experiments ask for a class");
    }
    if (activity.outputs.size(2) != n_classes_) {
      fail("experiments", 133,
           {"a model of ", activity.outputs.size(2), " classes for images of ", n_classes_,
            ": expected as many (n_classes, or another data set)"});
    }
  }
  static constexpr std::string_view units_ = ".units", features_ = ".features";

  // Features of pieces in which nothing has reached the layer are 0, as many as it has.
  static void widen(std::vector<Tensor>& pieces) {
    std::int64_t widest = 0;
    for (Tensor const& one : pieces) widest = std::max(widest, one.size(2));
    for (Tensor& one : pieces) {
      if (one.size(2) < widest) one = host_tensor({one.size(0), one.size(1), widest}, at::kFloat).zero_();
    }
  }
  std::vector<TensorMap::Entry> reduced(run::Activity const& activity, bool keeps_populations) const {
    std::int64_t const n = batch_.labels.size(0);
    Answers const answers = answers_of(activity.outputs, batch_.labels);
    std::vector<TensorMap::Entry> all{{"guess", answers.guess},
                                      {"guess_confidence", answers.guess_confidence},
                                      {"confidence", answers.confidence},
                                      {"rank", answers.rank}};
    std::vector<std::string_view> names;
    for (run::Trace const& trace : activity.responses) {
      names.push_back(trace.layer);
      LayerNumbers const numbers = layer_numbers(trace, n);
      all.emplace_back(trace.layer + ".avg", numbers.avg);
      all.emplace_back(trace.layer + ".std", numbers.std);
      if (keeps_populations) {
        all.emplace_back(trace.layer + std::string(features_), settings_.populations.features_of(trace, n));
      }
    }
    for (std::string const& layer : settings_.units) {
      if (std::find(names.begin(), names.end(), layer) == names.end()) {
        fail("experiments", 135, {"units of layer \"", layer, "\": ", expected_one_of(layer, names)});
      }
      Tensor units = activity.response(layer).stacked();
      if (!units.defined()) continue;
      if (units.size(0) != n) units = units.expand({n, -1, -1, -1, -1});
      all.emplace_back(layer + std::string(units_), units.to(at::kCPU, at::kFloat));
    }
    return all;
  }

  Tree const& tree_;
  BranchFolder const& folder_;
  ShownBatch const& batch_;
  std::int64_t number_;
  RunPlanSettings const& settings_;
  std::int64_t n_classes_;
  Progress* progress_;
  std::vector<bool> keeps_populations_;
  std::vector<std::vector<TensorMap::Entry>> parts_{};
};

}  // namespace dynvision::experiments
