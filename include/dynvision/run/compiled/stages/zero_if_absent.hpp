// Zeros where no signal has arrived yet.
#pragma once
#include <dynvision/operations/zero_if_absent.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::stages {

struct ZeroIfAbsent {
  template <class Op> static constexpr bool is_kind_of() { return std::is_same_v<Op, dynvision::ZeroIfAbsent>; }
  template <class Op> static void describe(Op const&, Node& node) {
    node.presence = Presence::always;
    node.sees_time = true;
  }
  template <class Op> ZeroIfAbsent(Op const&, Node const&, PreparedRun&) {}

  Tensor forward(ForwardContext& at, Node const& node, Tensor const& x) const {
    if (x.defined()) return x;
    Tensor const y = at.run.layout.zeros(at.run.rows(at.block.n), node.in, at.run.options);
    if (at.kept != nullptr) at.kept->operand[node.index] = y;  // the gradient ends here
    return y;
  }
  void adjoint(ReverseContext& at, Node const& node) const {
    if (at.values->operand[node.index].defined()) at.g = Tensor{};
  }
};

}  // namespace dynvision::run::stages
