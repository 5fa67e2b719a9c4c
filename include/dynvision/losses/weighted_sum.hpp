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

struct LossValue {
  Tensor total;                                       // scalar, with gradient
  std::vector<std::pair<std::string, double>> parts;  // before weighting, for the records
};

class WeightedSum {
 public:
  using Term = std::function<Tensor(run::Activity const&, Tensor const& labels)>;

  void add(std::string name, double weight, Term term) {
    if (weight > 0) terms_.push_back({std::move(name), weight, std::move(term)});
  }
  void add(std::string name, double weight, CrossEntropy loss) {
    add(std::move(name), weight,
        [loss](run::Activity const& activity, Tensor const& labels) { return loss(activity.outputs, labels); });
  }
  void add(std::string name, double weight, ActivityLoss loss) {
    if (weight > 0) {
      for (std::string const& operation : loss.monitored()) monitored_.push_back(operation);
    }
    add(std::move(name), weight,
        [loss](run::Activity const& activity, Tensor const&) { return loss(activity.monitored); });
  }

  std::vector<std::string> const& monitored() const { return monitored_; }  // for run::Settings::monitor

  // labels (B,T)
  LossValue operator()(run::Activity const& activity, Tensor const& labels) const {
    if (terms_.empty()) fail("losses", 121, "the objective has no terms: expected at least one with a positive weight");
    LossValue value;
    for (Entry const& entry : terms_) {
      Tensor const part = entry.term(activity, labels);
      value.parts.emplace_back(entry.name, part.item<double>());
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
  };
  std::vector<Entry> terms_;
  std::vector<std::string> monitored_;
};

}  // namespace dynvision
