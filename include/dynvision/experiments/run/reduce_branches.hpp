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
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct RunPlanSettings {
  OnePassSettings pass{};
  std::int64_t batch_size = 50;
  std::vector<std::string> units{};        // layers of which every unit is kept
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
        progress_(progress) {}

  bool wants(std::size_t b) const { return !folder_.has({b, number_}); }
  bool stop_requested() {
    stopped = stopped || (settings_.stop_requested && settings_.stop_requested());
    return stopped;
  }

  // Pieces of a branch come one after the other; its file is written with the last one.
  void take(std::size_t b, std::size_t from, run::Activity const& activity) {
    check(activity);
    parts_.push_back(reduced(activity));
    auto const n_steps = static_cast<std::size_t>(activity.outputs.size(1));
    if (from + n_steps < tree_.branches[b].frames.size()) return;
    std::vector<TensorMap::Entry> all;
    std::vector<TensorMap::Entry> units;
    for (std::size_t i = 0; i < parts_.front().size(); ++i) {
      std::vector<Tensor> pieces;
      for (auto const& part : parts_) pieces.push_back(part[i].second);
      TensorMap::Entry entry{parts_.front()[i].first, pieces.size() > 1 ? cat(pieces, 1) : pieces[0]};
      (entry.first.ends_with(".units") ? units : all).push_back(std::move(entry));
    }
    parts_.clear();
    for (TensorMap::Entry& one : units) one.first.resize(one.first.size() - std::string_view(".units").size());
    if (!units.empty()) write_safetensors(folder_.units_file({b, number_}), units);
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
  std::vector<TensorMap::Entry> reduced(run::Activity const& activity) const {
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
    }
    for (std::string const& layer : settings_.units) {
      if (std::find(names.begin(), names.end(), layer) == names.end()) {
        fail("experiments", 135, {"units of layer \"", layer, "\": ", expected_one_of(layer, names)});
      }
      Tensor units = activity.response(layer).stacked();
      if (!units.defined()) continue;
      if (units.size(0) != n) units = units.expand({n, -1, -1, -1, -1});
      all.emplace_back(layer + ".units", units.to(at::kCPU, at::kFloat));
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
  std::vector<std::vector<TensorMap::Entry>> parts_{};
};

}  // namespace dynvision::experiments
