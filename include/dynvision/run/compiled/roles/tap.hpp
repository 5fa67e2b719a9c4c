// Tap: an operation through which the signal passes unchanged: Record, y = r(t); Delay, which stores it as the state.
//
// What leaves Delay, r(t - t_feedforward), is read from the states by the sweeps.
#pragma once
#include <dynvision/concepts/flags.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>

namespace dynvision::run::roles {

struct Record {
  template <class Op> static constexpr bool is_kind_of() { return std::is_same_v<Op, dynvision::Record>; }
  template <class Op> static kernels::Tap role(Op const&) { return {}; }
  template <class Op> static void describe(Op const&, Node& node) {
    node.records = node.sees_time = true;
    node.passes_signal = node.passes_gradient = true;
  }
};

struct Delay {
  template <class Op> static constexpr bool is_kind_of() { return MemoryOperation<Op>; }
  static constexpr bool ends_pipeline = true;
  template <class Op> static kernels::Tap role(Op const&) { return {}; }
  template <class Op> static void describe(Op const& op, Node& node) {
    node.stores = node.sees_time = true;
    node.t_feedforward = op.steps;
    node.passes_signal = node.passes_gradient = true;
  }
};

}  // namespace dynvision::run::roles
