// The objective: a weighted sum of losses.
//
//   L = sum_k weight_k L_k       terms with weight <= 0 are left out
//
//   WeightedSum objective;
//   objective.add("CrossEntropyLoss", 1.0, CrossEntropy{});
//   objective.add("ActivityLoss", 0.0002, ActivityLoss{});
//   objective.add("sparse", 0.1, [](run::Activity const& a, Tensor const& labels) { return ...; });
#pragma once
#include <dynvision/losses/activity_loss.hpp>
#include <dynvision/losses/cross_entropy.hpp>

#include <functional>
#include <utility>

namespace dynvision {

struct LossPart {  // of one term, for the records
  std::string name;
  double weight = 1;
  double value = 0;  // before weighting
  double count = 0;  // what it is a mean over: labels that count, or samples
};

struct LossValue {
  Tensor total;  // scalar, with gradient
  std::vector<LossPart> parts;
};

class WeightedSum {
 public:
  using Term = std::function<Tensor(run::Activity const&, Tensor const& labels)>;
  using Count = std::function<double(Tensor const& labels)>;

  // `count` says what the term is a mean over, so that batches of different sizes are averaged well (LossAverage);
  // without one it is the samples. `monitored`: what the term looks at in Activity::monitored.
  void add(std::string name, double weight, Term term, Count count = {},
           std::vector<std::string> const& monitored = {}) {
    if (weight > 0) {
      terms_.push_back({std::move(name), weight, std::move(term), std::move(count)});
      monitored_.insert(monitored_.end(), monitored.begin(), monitored.end());
    }
  }
  void add(std::string name, double weight, CrossEntropy loss) {
    add(
        std::move(name), weight,
        [loss](run::Activity const& activity, Tensor const& labels) { return loss(activity.outputs, labels); },
        [loss](Tensor const& labels) { return loss.count(labels); });
  }
  void add(std::string name, double weight, ActivityLoss loss) {
    add(
        std::move(name), weight,
        [loss](run::Activity const& activity, Tensor const&) { return loss(activity.monitored); }, {},
        loss.monitored());
  }

  std::vector<std::string> const& monitored() const { return monitored_; }  // for run::Settings::monitor

  // labels (B,T)
  LossValue operator()(run::Activity const& activity, Tensor const& labels) const {
    if (terms_.empty()) fail("losses", 121, "the objective has no terms: expected at least one with a positive weight");
    LossValue value;
    for (Entry const& entry : terms_) {
      Tensor const part = entry.term(activity, labels);
      double const count = entry.count ? entry.count(labels) : static_cast<double>(labels.size(0));
      value.parts.push_back({entry.name, entry.weight, part.item<double>(), count});
      Tensor const weighted = part.mul(entry.weight);
      value.total = value.total.defined() ? value.total.add(weighted) : weighted;
    }
    return value;
  }

 private:
  struct Entry {
    std::string name;
    double weight;
    Term term;
    Count count;
  };
  std::vector<Entry> terms_;
  std::vector<std::string> monitored_;
};

}  // namespace dynvision
