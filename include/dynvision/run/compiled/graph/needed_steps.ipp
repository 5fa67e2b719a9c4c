// Until nothing changes any more: a delay of a step or more is on every way around.
#pragma once
#include <dynvision/run/compiled/graph/needed_steps.hpp>

#include <algorithm>

namespace dynvision::run {

DYNVISION_INLINE std::vector<int> needed_steps(std::vector<Node> const& nodes, std::vector<int> const& part,
                                               std::vector<int> const& part_of_state,
                                               std::vector<bool> const& is_result, int n_steps) {
  std::vector<int> end(static_cast<std::size_t>(part.empty() ? 0 : *std::max_element(part.begin(), part.end()) + 1), 0);
  bool grows = true;
  auto const reach = [&](int of, int step) {
    int& last = end[static_cast<std::size_t>(of)];
    grows = grows || step > last;
    last = std::max(last, step);
  };
  auto const reach_result = [&](std::size_t p, int step) {  // what leaves Delay was stored before
    reach(part[p], step - (nodes[p].stores ? nodes[p].t_feedforward : 0));
  };
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    if (is_result[p])
      reach(part[p], n_steps);
    else if (p + 1 == nodes.size())
      reach_result(p, n_steps);
  }
  while (grows) {
    grows = false;
    for (std::size_t p = nodes.size(); p-- > 0;) {
      Source const& source = nodes[p].source;
      int const own = end[static_cast<std::size_t>(part[p])];
      if (p > 0) reach_result(p - 1, own);
      if (nodes[p].on && source.layer >= 0)
        reach(part_of_state[static_cast<std::size_t>(source.layer)], own - source.delay);
    }
  }
  return end;
}

}  // namespace dynvision::run
