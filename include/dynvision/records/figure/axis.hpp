// An axis of a figure: from numbers to a place on it, and where its ticks are.
//
//   linear:       x -> (x - low) / (high - low)          ticks at multiples of 1, 2 or 5 times a power of 10
//   logarithmic:  x -> the same of log10(x); numbers that are not above 0 have no place        ticks at powers of 10, or 1, 2, 5 of them
//
// The range is that of the numbers that it has seen, widened where they are all the same.
#pragma once
#include <dynvision/core/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace dynvision {

class Axis {
 public:
  struct Tick {
    double place;  // 0 ... 1
    std::string text;
  };

  explicit Axis(bool logarithmic = false) : logarithmic_(logarithmic) {}

  bool shows(double x) const { return std::isfinite(x) && (!logarithmic_ || x > 0); }
  void see(double x) {
    if (!shows(x)) return;
    low_ = std::min(low_, scaled(x)), high_ = std::max(high_, scaled(x));
  }
  bool is_empty() const { return !(low_ <= high_); }

  double place(double x) const {
    auto const [low, high] = range();
    return (scaled(x) - low) / (high - low);
  }

  // About n of them.
  std::vector<Tick> ticks(int n) const {
    auto const [low, high] = range();
    double step = nice((high - low) / n);
    if (logarithmic_ && high - low < 2) return ticks_within_powers();
    if (logarithmic_) step = std::max(1.0, std::round(step));
    std::vector<Tick> all;
    for (double at = std::ceil(low / step - 1e-9); at * step <= high + 1e-9 * step; at += 1) {
      double const x = at * step;
      all.push_back({(x - low) / (high - low), logarithmic_ ? power_text(x) : number_text(x == 0 ? 0.0 : x, 6)});
    }
    return all;
  }

 private:
  struct Range {
    double low, high;
  };
  double scaled(double x) const { return logarithmic_ ? std::log10(x) : x; }
  Range range() const {
    if (is_empty()) return {0, 1};
    if (low_ < high_) return {low_, high_};
    double const around = logarithmic_ ? 0.5 : std::max(std::abs(low_) * 0.1, 1e-12);
    return {low_ - around, high_ + around};
  }
  static double nice(double step) {
    double const power = std::pow(10, std::floor(std::log10(step))), x = step / power;
    return power * (x < 1.5 ? 1 : x < 3.5 ? 2 : x < 7.5 ? 5 : 10);
  }
  // Where there are less than two powers of ten: 1, 2 and 5 times one, or the ends.
  std::vector<Tick> ticks_within_powers() const {
    auto const [low, high] = range();
    std::vector<Tick> all;
    for (double power = std::floor(low); power <= high; power += 1) {
      for (double const factor : {1.0, 2.0, 5.0}) {
        double const x = power + std::log10(factor);
        if (x < low - 1e-9 || x > high + 1e-9) continue;
        all.push_back({(x - low) / (high - low), number_text(factor * std::pow(10, power), 3)});
      }
    }
    if (all.size() > 1) return all;
    return {{0, number_text(std::pow(10, low), 3)}, {1, number_text(std::pow(10, high), 3)}};
  }
  static std::string power_text(double exponent) {
    return std::abs(exponent) <= 3 ? number_text(std::pow(10, exponent), 3)
                                   : "1e" + number_text(static_cast<int>(exponent));
  }

  bool logarithmic_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -std::numeric_limits<double>::infinity();
};

}  // namespace dynvision
