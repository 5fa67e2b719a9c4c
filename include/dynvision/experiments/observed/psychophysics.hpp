// Answers of observers, as a table: x (level of the stimulus), k (right answers), n (answers), condition.
//
//   Observers const people = read_psychophysics("people.csv");            or NPZ, with arrays of these names
//   people.conditions[0], people.answers[0]                               in the order in which conditions first occur
//
//   ThresholdComparison const c = compare_thresholds(model, people, Sigmoid::weibull, 0.1);
//   c.spearman                                                            of the thresholds, over the conditions that both have
//
// A condition has one threshold: F = 1/2 of its psychometric function (analysis/behaviour/psychometric.hpp), fitted to model and
// observers alike. One that does not converge is nan, and does not count.
//
// Errors: experiments.166, experiments.167, analysis.117.
#pragma once
#include <dynvision/analysis/behaviour/psychometric.hpp>
#include <dynvision/analysis/order.hpp>
#include <dynvision/experiments/observed/observed_columns.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace dynvision::experiments {

struct Observers {
  std::vector<std::string> conditions{};
  std::vector<analysis::Answers> answers{};  // of each condition
};

inline Observers read_psychophysics(std::filesystem::path const& path) {
  ObservedColumns const table(path, {"x", "k", "n"}, {"condition"});
  auto const &x = table.numbers("x"), &k = table.numbers("k"), &n = table.numbers("n");
  auto const& condition = table.texts("condition");
  Observers all;
  for (std::size_t row = 0; row < x.size(); ++row) {
    if (!(k[row] >= 0 && k[row] <= n[row] && n[row] > 0) || k[row] != std::floor(k[row]) ||
        n[row] != std::floor(n[row])) {
      fail("experiments", 167,
           {path.string(), ": row ", row + 1, ": k = ", k[row], ", n = ", n[row],
            ": expected whole numbers, 0 <= k <= n, n > 0"});
    }
    auto const found = std::find(all.conditions.begin(), all.conditions.end(), condition[row]);
    auto const at = static_cast<std::size_t>(found - all.conditions.begin());
    if (found == all.conditions.end()) all.conditions.push_back(condition[row]), all.answers.emplace_back();
    all.answers[at].x.push_back(x[row]), all.answers[at].k.push_back(k[row]), all.answers[at].n.push_back(n[row]);
  }
  return all;
}

struct ThresholdComparison {
  std::vector<std::string> conditions{};           // that both have
  std::vector<double> model{}, observers{};        // thresholds; nan: not converged
  double spearman = analysis::not_defined;         // over the conditions with both
  double mean_difference = analysis::not_defined;  // model - observers
};

inline ThresholdComparison compare_thresholds(Observers const& model, Observers const& people,
                                              analysis::Sigmoid sigmoid, double chance) {
  ThresholdComparison all;
  std::vector<double> a, b;
  auto const threshold = [&](analysis::Answers const& answers) {
    analysis::PsychometricFit const fit = analysis::fit_psychometric(sigmoid, answers, chance);
    return fit.converged ? fit.threshold : analysis::not_defined;
  };
  for (std::size_t i = 0; i < people.conditions.size(); ++i) {
    auto const found = std::find(model.conditions.begin(), model.conditions.end(), people.conditions[i]);
    if (found == model.conditions.end()) continue;
    all.conditions.push_back(people.conditions[i]);
    all.model.push_back(threshold(model.answers[static_cast<std::size_t>(found - model.conditions.begin())]));
    all.observers.push_back(threshold(people.answers[i]));
    if (std::isnan(all.model.back()) || std::isnan(all.observers.back())) continue;
    a.push_back(all.model.back()), b.push_back(all.observers.back());
  }
  if (all.conditions.empty()) {
    fail("experiments", 166,
         {"no condition of the observers is one of the model: ",
          expected_one_of(people.conditions.empty() ? "" : people.conditions[0], model.conditions)});
  }
  if (!a.empty()) all.mean_difference = analysis::mean_of(a) - analysis::mean_of(b);
  if (a.size() > 1) all.spearman = analysis::spearman(a, b);
  return all;
}

}  // namespace dynvision::experiments
