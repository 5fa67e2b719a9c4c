// What a condition gave for a batch of images, put together from the branches that it passes through.
//
//   ConditionRecords const r(plan, tree, condition, folder, batch, layers);
//   r.guess(image, t), r.label(image, t), r.avg(layer, image, t)          t: recorded step
//
// Residual steps come at the end; labels are those of what was shown so many steps before.
#pragma once
#include <dynvision/experiments/plan/recorded_steps.hpp>
#include <dynvision/experiments/run/branch_folder.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

class ConditionRecords {
 public:
  ConditionRecords(Plan const& plan, Tree const& tree, PlannedCondition const& condition, BranchFolder const& folder,
                   std::int64_t batch) {
    n_steps_ = static_cast<std::int64_t>(condition.n_steps);
    Schedule const& schedule = plan.conditions[condition.condition].schedule;
    auto const n_residual = static_cast<std::size_t>(tree.settings.n_residual_timesteps);
    label_.assign(n_residual, no_label);
    for (int const k : schedule.labels(tree.settings.dt)) label_.push_back(k);
    std::size_t last = Branch::none;
    for (RecordedStep const& step : recorded_steps(tree, condition)) {
      if (step.branch != last) pieces_.emplace_back(folder.read({step.branch, batch}));
      last = step.branch;
      steps_.push_back({pieces_.size() - 1, step.place});
      shown_.push_back(step.shown);
    }
  }

  std::int64_t n_steps() const { return n_steps_; }
  std::int64_t n_images() const { return pieces_.front().n_images; }
  std::vector<std::string> const& layers() const { return pieces_.front().layers; }
  bool shown(std::int64_t t) const { return shown_[static_cast<std::size_t>(t)]; }

  // Which image's class counts at a step: 0: the sample's, k: that of the k-th other one, -1: none.
  int label_of(std::int64_t t) const { return label_[static_cast<std::size_t>(t)]; }
  // The first one that counts.
  int first_label_of() const {
    auto const first = std::find_if(label_.begin(), label_.end(), [](int k) { return k != no_label; });
    return first == label_.end() ? no_label : *first;
  }
  std::int64_t guess(std::int64_t image, std::int64_t t) const { return at(t).guess_at(image, step(t)); }
  double guess_confidence(std::int64_t image, std::int64_t t) const {
    return at(t).guess_confidence_at(image, step(t));
  }
  double confidence(std::int64_t image, std::int64_t t, int k) const { return at(t).confidence_at(image, step(t), k); }
  std::int64_t rank(std::int64_t image, std::int64_t t, int k) const { return at(t).rank_at(image, step(t), k); }
  double avg(std::size_t layer, std::int64_t image, std::int64_t t) const {
    return at(t).avg_at(layer, image, step(t));
  }
  double std(std::size_t layer, std::int64_t image, std::int64_t t) const {
    return at(t).std_at(layer, image, step(t));
  }

 private:
  struct Piece {
    Tensor guess, guess_confidence, confidence, rank;
    std::vector<std::string> layers{};
    std::vector<Tensor> avg{}, std{};
    std::int64_t n_images, n_steps, n_labels;

    explicit Piece(TensorMap const& all)
        : guess(all.at("guess")),
          guess_confidence(all.at("guess_confidence")),
          confidence(all.at("confidence")),
          rank(all.at("rank")),
          n_images(guess.size(0)),
          n_steps(guess.size(1)),
          n_labels(confidence.size(2)) {
      for (auto const& [name, tensor] : all) {
        if (!name.ends_with(".avg")) continue;
        layers.push_back(name.substr(0, name.size() - 4));
        avg.push_back(tensor), std.push_back(all.at(layers.back() + ".std"));
      }
    }
    std::int64_t place(std::int64_t image, std::int64_t t) const { return image * n_steps + t; }
    std::int64_t guess_at(std::int64_t i, std::int64_t t) const {
      return guess.const_data_ptr<std::int64_t>()[place(i, t)];
    }
    double guess_confidence_at(std::int64_t i, std::int64_t t) const {
      return guess_confidence.const_data_ptr<double>()[place(i, t)];
    }
    double confidence_at(std::int64_t i, std::int64_t t, int k) const {
      return confidence.const_data_ptr<double>()[place(i, t) * n_labels + k];
    }
    std::int64_t rank_at(std::int64_t i, std::int64_t t, int k) const {
      return rank.const_data_ptr<std::int64_t>()[place(i, t) * n_labels + k];
    }
    double avg_at(std::size_t l, std::int64_t i, std::int64_t t) const {
      return avg[l].const_data_ptr<double>()[place(i, t)];
    }
    double std_at(std::size_t l, std::int64_t i, std::int64_t t) const {
      return std[l].const_data_ptr<double>()[place(i, t)];
    }
  };
  Piece const& at(std::int64_t t) const { return pieces_[steps_[static_cast<std::size_t>(t)].first]; }
  std::int64_t step(std::int64_t t) const { return steps_[static_cast<std::size_t>(t)].second; }

  std::int64_t n_steps_ = 0;
  std::vector<Piece> pieces_{};
  std::vector<std::pair<std::size_t, std::int64_t>> steps_{};  // by recorded step: piece, step in it
  std::vector<bool> shown_{};
  std::vector<int> label_{};
};

}  // namespace dynvision::experiments
