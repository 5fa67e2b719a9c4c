// A range as a message says it.
#pragma once
#include <dynvision/core/number_range.hpp>
#include <dynvision/core/number_text.hpp>

namespace dynvision {

DYNVISION_INLINE std::string NumberRange::text() const {
  double constexpr most = std::numeric_limits<double>::max();
  bool const bounded_below = low >= -most, bounded_above = high <= most;
  std::string const from = number_text(low), to = number_text(high);
  if (!bounded_below && !bounded_above) return "a finite number";
  if (!bounded_above) return (has_low ? "a number of at least " : "a number above ") + from;
  if (!bounded_below) return (has_high ? "a number of at most " : "a number below ") + to;
  return "a number from " + std::string(has_low ? "" : "above ") + from + " to " + (has_high ? "" : "below ") + to;
}

}  // namespace dynvision
