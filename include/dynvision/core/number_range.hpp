// NumberRange: numbers that are allowed, in a message "a number from 0 to below 1".
#pragma once
#include <dynvision/core/inline.hpp>

#include <limits>
#include <string>

namespace dynvision {

// Finite numbers within these bounds.
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool has_low = true, has_high = true;  // whether the bound is one of them

  constexpr bool holds(double x) const {
    double constexpr largest = std::numeric_limits<double>::max();
    return x >= -largest && x <= largest && (has_low ? x >= low : x > low) && (has_high ? x <= high : x < high);
  }
  std::string text() const;  // "a number above 0"
  bool operator==(NumberRange const&) const = default;
};
constexpr NumberRange above(double low) { return {.low = low, .has_low = false}; }
constexpr NumberRange at_least(double low) { return {.low = low}; }
constexpr NumberRange between(double low, double high) { return {.low = low, .high = high}; }  // both included
constexpr NumberRange from_to_below(double low, double high) { return {.low = low, .high = high, .has_high = false}; }

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/core/number_range.ipp>
#endif
