// Branch: frames that all conditions which see the first of them see together; nodes of the tree of conditions, in one run.
#pragma once
#include <dynvision/experiments/protocol/frame.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace dynvision::experiments {

struct Branch {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t parent = none;            // what was shown before; none: nothing
  std::size_t depth = 0;                // [steps] before it, idle ones included
  std::vector<Frame> frames{};          // at least one
  std::vector<std::size_t> children{};  // what follows, in the order of the conditions
  std::size_t recorded_from = 0;        // [steps] of this branch that are idle in all conditions; they are not recorded
  std::size_t image_from = 0;  // [steps] of this branch that do not depend on the image: blanks before the first one

  std::size_t end() const { return depth + frames.size(); }
  bool is_recorded() const { return recorded_from < frames.size(); }
};

}  // namespace dynvision::experiments
