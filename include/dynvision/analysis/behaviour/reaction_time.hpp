// When a network has decided: the first step from which it is sure enough for a while.
//
//   reaction time   (t + 1 - t_on) dt, t >= t_on the first of m rows in which the confidence of the guess is at least
//                   theta; nan if there are none. Defaults: theta 0.6, m 1.
//   by entropy      the same of the normalised entropy, at most theta
//
//   ReactionTimes const rt = reaction_times(said, {.dt = 2, .t_on = 4, .t_off = 24}, {.threshold = 0.6, .rows = 3});
//   rt.ms, rt.accuracy                  // (N): and whether the guess was right at that step; nan: no reaction
//
// Source: Spoerer, Kietzmann, Mehrer, Charest & Kriegeskorte 2020, "Recurrent neural networks can explain flexible trading
// of speed and accuracy" (entropy). Errors: analysis.103, analysis.115.
#pragma once
#include <dynvision/analysis/behaviour/judgements.hpp>
#include <dynvision/analysis/response/trace_rows.hpp>
#include <dynvision/core/error.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace dynvision::analysis {

enum class Certainty { confidence, entropy };

struct ReactionCriterion {
  double threshold = 0.6;
  std::size_t rows = 1;  // for which it must hold
  Certainty of = Certainty::confidence;
};

// The first row of `certainty` from t_on on, if there is one.
inline std::optional<std::size_t> reaction_row(std::span<double const> certainty, std::size_t t_on,
                                               ReactionCriterion const& criterion = {}) {
  if (!(criterion.threshold >= 0 && criterion.threshold <= 1) || criterion.rows == 0) {
    fail("analysis", 115,
         {"a reaction at ", criterion.threshold, " for ", criterion.rows, " rows: expected 0 to 1, for at least one"});
  }
  if (has_nan(certainty)) return std::nullopt;
  std::size_t held = 0;
  for (std::size_t t = t_on; t < certainty.size(); ++t) {
    bool const sure = criterion.of == Certainty::confidence ? certainty[t] >= criterion.threshold
                                                            : certainty[t] <= criterion.threshold;
    held = sure ? held + 1 : 0;
    if (held == criterion.rows) return t + 1 - held;
  }
  return std::nullopt;
}

struct ReactionTimes {
  std::vector<double> ms, accuracy;  // (N)
};

inline ReactionTimes reaction_times(Judgements const& said, Shown const& shown,
                                    ReactionCriterion const& criterion = {}) {
  shown.check(said.n_steps);
  std::vector<double> const& certainty = criterion.of == Certainty::confidence ? said.guess_confidence : said.entropy;
  ReactionTimes result;
  for (std::size_t image = 0; image < said.first_labels.size(); ++image) {
    auto const row = reaction_row(said.of_image(certainty, image), shown.t_on, criterion);
    result.ms.push_back(row ? static_cast<double>(*row + 1 - shown.t_on) * shown.dt : not_defined);
    result.accuracy.push_back(row ? said.of_image(said.accuracy, image)[*row] : not_defined);
  }
  return result;
}

}  // namespace dynvision::analysis
