// Nothing passes from the layer before: neither its signal, nor a gradient to it.
#pragma once
#include <dynvision/operations/units.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::stages {

struct Units {
  template <class Op> static constexpr bool is_kind_of() {
    return requires(Op const& op) {
      []<int N>(dynvision::Units<N> const&) {}(op);
    };
  }
  template <class Op> static void describe(Op const&, Node& node) { node.presence = Presence::never; }
  template <class Op> Units(Op const&, Node const&, PreparedRun&) {}

  Tensor forward(ForwardContext&, Node const&, Tensor const&) const { return {}; }
  void adjoint(ReverseContext& at, Node const&) const { at.g = Tensor{}; }
};

}  // namespace dynvision::run::stages
