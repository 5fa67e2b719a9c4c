// Tap: an operation through which the signal passes unchanged: Record, y = r(t); Delay, which stores it as the state, and
// DelayBy.
//
// What leaves Delay, r(t - t_feedforward), is read from the states by the sweeps; what leaves DelayBy between two steps is
// mixed of them (functions/interpolated_states.hpp). A delay of whole steps is Delay's.
#pragma once
#include <dynvision/concepts/flags.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/operations/delay_by.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/run/compiled/functions/interpolated_states.hpp>
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

class DelayBy {
 public:
  template <class Op> static constexpr bool is_kind_of() {
    return MemoryOperation<Op> && requires(Op const& op) { op.interpolated; };
  }
  static constexpr bool ends_pipeline = true;
  template <class Op> static kernels::Tap role(Op const&) { return {}; }
  template <class Op> static void describe(Op const& op, Node& node) {
    DelayTaps const taps = op.interpolated.taps();
    node.stores = node.sees_time = true;
    node.t_feedforward = taps.newest, node.feedforward_span = taps.oldest - taps.newest;
    node.is_recomputed = node.feedforward_span > 0;
    node.passes_signal = node.passes_gradient = true;
  }

  template <class Op> DelayBy(Op const& op, Node const&, PreparedRun& run) : states_(op.interpolated, run) {}

  Tensor handed_on(auto& at, Node const& node, int s) const { return states_.forward(at, {node.layer, s, 0}); }
  void hand_back(ReverseContext& at, Node const& node, int s, int t, Tensor const& g, bool is_free) {
    states_.adjoint(at, {node.layer, s, t}, g, is_free);
  }
  void finish(GradientSums& sums) { states_.finish(sums); }

 private:
  InterpolatedStates states_;
};

}  // namespace dynvision::run::roles
