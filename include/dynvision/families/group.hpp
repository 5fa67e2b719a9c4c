// Group: operations of an area that keep together when the order of operations is another one, and their name in it.
//
//   Front<...>          what stands before the first convolution, in every order
//   Convolutions<...>   "layer": convolutions, and the recurrence at its target
//   TimeStep<...>       "tstep": the solver, and its noise
//   Readout<...>        "readout": what only the head reads
//
// Any other operation is a group of its own under its label ("addext", "tstep", ...), and so is a List of operations; an
// empty List stands for what the choice of policies leaves out.
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/list.hpp>

namespace dynvision::families {

template <class... Ops> struct Front {
  static constexpr std::string_view group = "front";
  using operations = List<Ops...>;
};
template <class... Ops> struct Convolutions {
  static constexpr std::string_view group = "layer";
  using operations = List<Ops...>;
};
template <class... Ops> struct TimeStep {
  static constexpr std::string_view group = "tstep";
  using operations = List<Ops...>;
};
template <class... Ops> struct Readout {
  static constexpr std::string_view group = "readout";
  using operations = List<Ops...>;
};

template <class Op> struct Group {
  static constexpr std::string_view name = label_of<Op>();
  using operations = List<Op>;
};
template <> struct Group<List<>> {
  static constexpr std::string_view name{};
  using operations = List<>;
};
template <class First, class... Rest> struct Group<List<First, Rest...>> {
  static constexpr std::string_view name = label_of<First>();
  using operations = List<First, Rest...>;
};
template <class G>
requires requires { G::group; }
struct Group<G> {
  static constexpr std::string_view name = G::group;
  using operations = typename G::operations;
};

template <class G> using operations_of = typename Group<G>::operations;
template <class G> using front_of = std::conditional_t<Group<G>::name == "front", operations_of<G>, List<>>;

// Index of the first group of this name; their number where there is none.
template <class... Groups> constexpr int index_of(std::string_view name) {
  int index = 0;
  ((Group<Groups>::name != name && (++index, true)) && ...);
  return index;
}

constexpr bool is_label_of_order(std::string_view label) {
  for (std::string_view const known : {"layer", "addext", "addskip", "addfeedback", "tstep", "nonlin", "supralin",
                                       "record", "delay", "pool", "norm", "addbias", "readout"}) {
    if (label == known) return true;
  }
  return false;
}

}  // namespace dynvision::families
