// Flags: what an operation or a lateral connection says of itself, as `static constexpr bool NAME = true`.
//
// A flag counts by its value, so `= false` is the same as no flag. This is the one place that asks for them by name.
#pragma once
#include <string_view>

namespace dynvision {

// --- of operations

template <class Op> constexpr std::string_view label_of() {
  if constexpr (requires { Op::label; }) {
    return Op::label;
  } else {
    return "operation";
  }
}

template <class Op>
concept OnlyOnce = requires {  // may be in a layer only once
  requires Op::only_once;
};
template <class Op>
concept ActiveWithoutInput = requires {  // makes a signal where there is none yet
  requires Op::active_without_input;
};
template <class Op>
concept ForgetsState = requires {  // sees the moment, but reads no stored state
  requires Op::forgets_state;
};
template <class Op>
concept MemoryOperation = requires {  // stores its signal as the layer's state; `steps` later it is handed on
  requires Op::is_memory;
};
template <MemoryOperation Op> int feedforward_steps(Op const& op) {
  if constexpr (requires { op.steps(); }) {
    return op.steps();
  } else {
    return op.steps;
  }
}
template <class Op>
concept EvolutionOperation = requires {  // the solver
  requires Op::is_evolution;
};
template <class Op>
concept RecurrenceOperation = requires {  // has a lateral connection, `lateral`, of `lateral_type`
  requires Op::is_recurrence;
};
// Has a connection from the layer `source`, `incoming`; comes_from_later: from a later one than this.
template <class Op>
concept IncomingOperation = requires {
  Op::source;
  Op::incoming;
};
template <IncomingOperation Op> constexpr bool comes_from_later() {
  return requires { requires Op::comes_from_later; };
}

// --- of lateral connections

template <class L>
concept KeepsChannels = requires {  // needs as many channels at the target as the state has
  requires L::keeps_channels;
};
template <class L>
concept SilentLateral = requires {  // there is none
  requires L::silent;
};
template <class L>
concept AffineLateral = requires {  // w r + b, with tensors `weight` [1] and `bias` [1] or absent
  requires L::is_affine;
};

}  // namespace dynvision
