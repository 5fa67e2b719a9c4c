// Map: a pointwise nonlinearity, y = f(x), fused with its neighbours.
#pragma once
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>

namespace dynvision::run {

// An operation that offers itself as a function of one number; its adjoint is written, or derived.
template <class Op>
concept PointwiseOperation = requires(Op const& op) {
  { op.pointwise() } -> kernels::MapFunctor;
};

namespace roles {

struct Map {
  template <class Op> static constexpr bool is_kind_of() {
    static_assert(
        !requires(Op const& op) { op.pointwise(); } || PointwiseOperation<Op>,
        "dynvision: pointwise() needs a functor with V forward(V x), and both Needs needs and V adjoint(V g, V x, "
        "V y) or neither (docs/how-to/own-adjoint.md)");
    return PointwiseOperation<Op>;
  }
  template <class Op> static auto role(Op const& op) { return kernels::Map<decltype(op.pointwise())>{op.pointwise()}; }
  template <class Op> static void describe(Op const& op, Node& node) {
    auto const map = role(op);
    node.passes_signal = node.passes_gradient = map.identity();
    node.is_static = true;
    if (node.passes_signal) return;
    node.reads_input = map.needs() == kernels::Needs::input;
    node.reads_output = map.needs() == kernels::Needs::output;
  }
};

}  // namespace roles
}  // namespace dynvision::run
