// How accuracy falls with noise, s the share of the signal (ssnr): s = 1 is the clean image.
//
//   relative(s)         (acc(s) - 1/K) / (acc(clean) - 1/K); clean: the largest s
//   area                of relative over s by trapezoids, over the range of s
//   ssnr_half           first s at which relative reaches 0.5, linear between; nan if it never does, or is above from the first
//   recurrence_gain(s)  acc(s) - acc(s) of another network: recurrence silenced, or trained without
//
//   Robustness const r = robustness(ssnr, accuracies, 1.0 / n_classes);
//   double const acc = accuracy_at(curve, shown);         // of accuracy over time (T)
//
// Accuracy is read at the last step with the stimulus, or as the mean of the second half of it. The largest over time
// (the original's) is biased upward: a maximum of noisy numbers.
//
// Errors: analysis.103, analysis.116.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/response/evoked.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct Robustness {
  std::vector<double> relative;
  double area = not_defined, ssnr_half = not_defined;
};

inline Robustness robustness(std::span<double const> ssnr, std::span<double const> accuracy, double chance) {
  if (ssnr.size() != accuracy.size() || ssnr.size() < 2) {
    fail("analysis", 116,
         {accuracy.size(), " accuracies for ", ssnr.size(), " levels of noise: expected as many, and at least two"});
  }
  for (std::size_t i = 1; i < ssnr.size(); ++i) {
    if (!(ssnr[i] > ssnr[i - 1])) {
      fail("analysis", 116, {"ssnr ", ssnr[i], " behind ", ssnr[i - 1], ": expected ascending levels"});
    }
  }
  if (!(chance >= 0 && chance < 1)) fail("analysis", 116, {"chance ", chance, ": expected 1 / number of classes"});
  Robustness result;
  for (double const one : accuracy) result.relative.push_back(ratio(one - chance, accuracy.back() - chance));
  std::vector<double> const& y = result.relative;
  if (has_nan(y)) return result;
  double area = 0;
  for (std::size_t i = 1; i < y.size(); ++i) area += (ssnr[i] - ssnr[i - 1]) * (y[i] + y[i - 1]) / 2;
  result.area = area / (ssnr.back() - ssnr.front());
  if (y[0] == 0.5) result.ssnr_half = ssnr[0];
  for (std::size_t i = 1; i < y.size() && std::isnan(result.ssnr_half); ++i) {
    if (y[i - 1] < 0.5 && y[i] >= 0.5) {
      result.ssnr_half = ssnr[i - 1] + (0.5 - y[i - 1]) / (y[i] - y[i - 1]) * (ssnr[i] - ssnr[i - 1]);
    }
  }
  return result;
}

inline std::vector<double> recurrence_gain(std::span<double const> accuracy, std::span<double const> without) {
  if (accuracy.size() != without.size()) {
    fail("analysis", 116,
         {accuracy.size(), " accuracies beside ", without.size(), " without recurrence: expected as many"});
  }
  std::vector<double> gain;
  for (std::size_t i = 0; i < accuracy.size(); ++i) gain.push_back(accuracy[i] - without[i]);
  return gain;
}

enum class AccuracyAt { last_shown, second_half, largest };

// Of accuracy over time (T), where a step without a label is nan.
inline double accuracy_at(std::span<double const> accuracy, Shown const& shown,
                          AccuracyAt at = AccuracyAt::last_shown) {
  shown.check(accuracy.size());
  if (at == AccuracyAt::largest) {
    double best = not_defined;
    for (double const one : accuracy) {
      if (!(one <= best)) best = std::isnan(one) ? best : one;
    }
    return best;
  }
  if (shown.t_off == shown.t_on) return not_defined;
  std::size_t const begin = at == AccuracyAt::last_shown ? shown.t_off - 1 : (shown.t_on + shown.t_off) / 2;
  double sum = 0;
  for (std::size_t t = begin; t < shown.t_off; ++t) sum += accuracy[t];
  return sum / static_cast<double>(shown.t_off - begin);
}

inline constexpr std::array<Described<Robustness>, 2> robustness_numbers{{
    {"area", "", "of relative accuracy over ssnr", [](Robustness const& x) { return x.area; }},
    {"ssnr_half", "", "ssnr of half of the clean accuracy above chance",
     [](Robustness const& x) { return x.ssnr_half; }},
}};

}  // namespace dynvision::analysis
