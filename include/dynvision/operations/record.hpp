// Record: the signal at this place is the layer's response, r(t), that a run reports.
#pragma once
#include <dynvision/concepts/operation.hpp>

namespace dynvision {

struct Record {
  static constexpr std::string_view label = "record";
  static constexpr bool forgets_state = true;
  static constexpr bool only_once = true;
  Signal operator()(Signal const& x, Moment& now) const {
    now.response() = x;
    return x;
  }
};

}  // namespace dynvision
