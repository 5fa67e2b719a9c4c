// needed_steps: until which step each part of a model is needed, from its results backwards.
//
//   end(part) = max over what reads it of end(reader) - delay        at least n_steps, where it gives a result
//
// A part is what of a layer is computed together: up to where its state is stored, or behind. All of its steps before the
// last one that is needed count as needed.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/graph/node.hpp>

#include <vector>

namespace dynvision::run {

// Parts of nodes and of states; whether what leaves a node is a result, as that of the last one is. By part: the step behind
// the last one that is needed, 0 where none is.
std::vector<int> needed_steps(std::vector<Node> const& nodes, std::vector<int> const& part,
                              std::vector<int> const& part_of_state, std::vector<bool> const& is_result, int n_steps);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/graph/needed_steps.ipp>
#endif
