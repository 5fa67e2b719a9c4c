// NodeFunctions: what both sweeps ask of a node, whatever its kind. One table of functions for each kind.
//
// A kind is a struct with some of these members (run/compiled/roles, run/compiled/stages); one that it lacks is null, and
// not called. What a kind prepares for its node (weights, numbers, sums of gradients) it keeps in itself.
//
//   a role of a pipeline:
//     operand(ForwardContext&, Node, Arguments&, RoleArguments&)       says where what it takes beside the signal lies
//     adjoint_operand(ReverseContext&, Node, Arguments&, RoleArguments&, AdjointArguments&, AdjointRoleArguments&)
//                                                                      the same again, for the adjoint
//     prepare_adjoint(ReverseContext&, Node)                           before the gradients of states are gathered: adds what
//                                                                      the pipeline itself will write there
//     scatter(ReverseContext&, Node, Tensor g)                         what becomes of the operand's gradient (n B,C,H,W)
//     handed_on(ForwardContext& or ReverseContext&, Node, int s) -> Tensor  of DelayBy: what leaves it where Delay would hand
//                                                                      on the states from index s on; undefined: nothing
//     hand_back(ReverseContext&, Node, int s, int t, Tensor g, bool is_free)  the gradient of that, at step t and later
//   a stage of its own, of signals (n B,C,H,W):
//     forward(ForwardContext&, Node, Tensor x) -> Tensor               x, the result: undefined where absent
//     adjoint(ReverseContext&, Node)                                   ReverseContext::g, of the result, becomes that of x
//     forward_again(ReverseContext&, Node, Tensor x) -> Tensor         for Node::is_recomputed
//   both:
//     finish(GradientSums&)                   adds the gradients of its parameters, after its last use in a reverse sweep
//     release_forward_weight()                the adjoint, or nothing, comes next
//     flops(Shape) -> Flops                   of one sample and step
#pragma once
#include <dynvision/core/tensor.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>
#include <dynvision/run/compiled/graph/node.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>

namespace dynvision::run {

struct ForwardContext;
struct ReverseContext;

struct Flops {  // of convolutions; a multiplication and an addition are two
  double planned = 0, by_definition = 0;
};

struct NodeFunctions {
  void (*operand)(void*, ForwardContext&, Node const&, kernels::Arguments&, kernels::RoleArguments&) = nullptr;
  void (*adjoint_operand)(void*, ReverseContext&, Node const&, kernels::Arguments&, kernels::RoleArguments&,
                          kernels::AdjointArguments&, kernels::AdjointRoleArguments&) = nullptr;
  void (*prepare_adjoint)(void*, ReverseContext&, Node const&) = nullptr;
  void (*scatter)(void*, ReverseContext&, Node const&, Tensor const& g) = nullptr;
  Tensor (*handed_on)(void*, ForwardContext&, Node const&, int s) = nullptr;
  Tensor (*handed_on_again)(void*, ReverseContext&, Node const&, int s) = nullptr;
  void (*hand_back)(void*, ReverseContext&, Node const&, int s, int t, Tensor const& g, bool is_free) = nullptr;
  Tensor (*forward)(void*, ForwardContext&, Node const&, Tensor const& x) = nullptr;
  void (*adjoint)(void*, ReverseContext&, Node const&) = nullptr;
  Tensor (*forward_again)(void*, ReverseContext&, Node const&, Tensor const& x) = nullptr;
  void (*finish)(void*, GradientSums&) = nullptr;
  void (*release_forward_weight)(void*) = nullptr;
  Flops (*flops)(void const*, Node const&) = nullptr;
};

template <class K> constexpr NodeFunctions functions_of() {
  NodeFunctions all;
  if constexpr (requires { &K::operand; }) {
    all.operand = [](void* self, ForwardContext& at, Node const& node, kernels::Arguments& arguments,
                     kernels::RoleArguments& role) { static_cast<K*>(self)->operand(at, node, arguments, role); };
  }
  if constexpr (requires { &K::adjoint_operand; }) {
    all.adjoint_operand = [](void* self, ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                             kernels::RoleArguments& role, kernels::AdjointArguments& adjoint,
                             kernels::AdjointRoleArguments& of_role) {
      static_cast<K*>(self)->adjoint_operand(at, node, arguments, role, adjoint, of_role);
    };
  }
  if constexpr (requires { &K::prepare_adjoint; }) {
    all.prepare_adjoint = [](void* self, ReverseContext& at, Node const& node) {
      static_cast<K*>(self)->prepare_adjoint(at, node);
    };
  }
  if constexpr (requires { &K::scatter; }) {
    all.scatter = [](void* self, ReverseContext& at, Node const& node, Tensor const& g) {
      static_cast<K*>(self)->scatter(at, node, g);
    };
  }
  if constexpr (requires { &K::hand_back; }) {
    all.handed_on = [](void* self, ForwardContext& at, Node const& node, int s) -> Tensor {
      return static_cast<K*>(self)->handed_on(at, node, s);
    };
    all.handed_on_again = [](void* self, ReverseContext& at, Node const& node, int s) -> Tensor {
      return static_cast<K*>(self)->handed_on(at, node, s);
    };
    all.hand_back = [](void* self, ReverseContext& at, Node const& node, int s, int t, Tensor const& g, bool is_free) {
      static_cast<K*>(self)->hand_back(at, node, s, t, g, is_free);
    };
  }
  if constexpr (requires { &K::forward; }) {
    all.forward = [](void* self, ForwardContext& at, Node const& node, Tensor const& x) -> Tensor {
      return static_cast<K*>(self)->forward(at, node, x);
    };
  }
  if constexpr (requires { &K::adjoint; }) {
    all.adjoint = [](void* self, ReverseContext& at, Node const& node) { static_cast<K*>(self)->adjoint(at, node); };
  }
  if constexpr (requires { &K::forward_again; }) {
    all.forward_again = [](void* self, ReverseContext& at, Node const& node, Tensor const& x) -> Tensor {
      return static_cast<K*>(self)->forward_again(at, node, x);
    };
  }
  if constexpr (requires { &K::finish; }) {
    all.finish = [](void* self, GradientSums& sums) { static_cast<K*>(self)->finish(sums); };
  }
  if constexpr (requires { &K::release_forward_weight; }) {
    all.release_forward_weight = [](void* self) { static_cast<K*>(self)->release_forward_weight(); };
  }
  if constexpr (requires { &K::flops; }) {
    all.flops = [](void const* self, Node const& node) -> Flops { return static_cast<K const*>(self)->flops(node); };
  }
  return all;
}
template <class K> inline constexpr NodeFunctions node_functions = functions_of<K>();

}  // namespace dynvision::run
