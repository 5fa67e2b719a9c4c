// Node: what an operation is to the compiled path, and what the plan must know of it.
//
// Pointwise operations are roles of a pipeline (kernels/pipeline/roles.hpp); neighbouring ones become one loop. A
// convolution, a pooling, or any operation of a tensor alone is a stage of its own, computed for many steps at once.
// What sees the moment in its own way, or is a solver that is not linear, goes step by step.
#pragma once
#include <dynvision/dynamics/solver.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/zero_if_absent.hpp>

#include <array>

namespace dynvision::run {

enum class NodeKind {
  map,       // pipeline
  lateral,   // pipeline: an operand from the layer's own past
  incoming,  // pipeline: an operand from another layer
  external,  // pipeline: an operand from outside
  bias,      // pipeline: an operand that is always there
  scale,     // pipeline
  step,      // pipeline: the solver
  record,    // pipeline
  delay,     // pipeline, its last operation
  convolution,
  max_pool,
  zero,     // zeros where nothing has arrived
  batch,    // any other function of a tensor
  meeting,  // an operand arrives by an integration that is no functor
  moment,   // sees single steps
};
constexpr bool in_pipeline(NodeKind kind) { return kind <= NodeKind::delay; }

template <class Op>
concept RecurrenceOperation = requires {
  Op::is_recurrence;
};
template <class Op>
concept IncomingOperation = requires {
  Op::comes_from_later;
};
template <class Op>
concept PointwiseOperation = requires(Op const& op) {
  { op.pointwise() } -> kernels::MapFunctor;
};

template <class Op> inline constexpr bool is_convolution = false;
template <int In, int Out, int K, int Stride, class... With>
inline constexpr bool is_convolution<Conv<In, Out, K, Stride, With...>> = true;

template <class Op> struct PoolNumbers { static constexpr bool is_max = false; };
template <int K, int Stride, int Margin> struct PoolNumbers<MaxPool<K, Stride, Margin>> {
  static constexpr bool is_max = K * K <= 255;
  static constexpr int kernel = K, stride = Stride, margin = Margin;
};

template <class Op> inline constexpr bool is_bias = false;
template <class K> inline constexpr bool is_bias<AddBias<K>> = true;

template <class Op> inline constexpr bool is_linear_step = false;
template <class Op>
requires requires { typename Op::solver; }
inline constexpr bool is_linear_step<Op> = LinearSolver<typename Op::solver>;

template <class Op> constexpr NodeKind kind_of() {
  if constexpr (RecurrenceOperation<Op> || IncomingOperation<Op>) {
    if constexpr (!kernels::CombineFunctor<typename Op::integration>) return NodeKind::meeting;
    return RecurrenceOperation<Op> ? NodeKind::lateral : NodeKind::incoming;
  } else if constexpr (std::is_same_v<Op, AddInput>) {
    return NodeKind::external;
  } else if constexpr (is_bias<Op>) {
    return NodeKind::bias;
  } else if constexpr (std::is_same_v<Op, InputAdaption>) {
    return NodeKind::scale;
  } else if constexpr (std::is_same_v<Op, Record>) {
    return NodeKind::record;
  } else if constexpr (std::is_same_v<Op, ZeroIfAbsent>) {
    return NodeKind::zero;
  } else if constexpr (requires { Op::is_memory; }) {
    return NodeKind::delay;
  } else if constexpr (is_linear_step<Op>) {
    return NodeKind::step;
  } else if constexpr (PointwiseOperation<Op>) {
    return NodeKind::map;
  } else if constexpr (is_convolution<Op>) {
    return NodeKind::convolution;
  } else if constexpr (PoolNumbers<Op>::is_max) {
    return NodeKind::max_pool;
  } else {
    return SimpleOperation<Op> ? NodeKind::batch
                               : NodeKind::moment;  // both: a function of a tensor unless it is trained
  }
}

template <class Op> constexpr bool is_affine_lateral() {
  if constexpr (RecurrenceOperation<Op>) return requires {
      Op::lateral_type::is_affine;
    };
  return false;
}
template <class Op> constexpr bool is_opaque_lateral() {
  if constexpr (RecurrenceOperation<Op>) {
    return !is_affine_lateral<Op>() && !requires(Op const& op) { op.lateral.convolutions(); };
  }
  return false;
}

// The first convolutions of a lateral connection that work on the topographic plane of the layer.
template <class Op> constexpr int convolutions_on_plane() {
  if constexpr (RecurrenceOperation<Op>) {
    if constexpr (requires { Op::lateral_type::on_plane; }) return Op::lateral_type::on_plane;
  }
  return 0;
}

struct Source {         // of an operand, or of the solver's r
  int layer = -1;       // -1: none
  int delay = 0;        // [steps]
  bool stored = false;  // whether that layer has stored its state of a step before this place is reached
};

struct Node {
  NodeKind kind{};
  int layer = 0, position = 0;
  kernels::Shape in{}, out{};
  bool on = true;                                  // a connection or a bias that exists; a factor that is not 1
  bool identity = false;                           // a map that is left out
  bool learns = false;                             // a solver whose tau learns
  bool additive = true;                            // an integration through which gradients pass unchanged
  bool affine = false;                             // a lateral connection that is w r + b
  bool opaque = false;                             // a lateral connection that cannot be looked into
  kernels::Needs needs = kernels::Needs::nothing;  // of a map
  int t_feedforward = 0;                           // [steps] of Delay
  Source source{};
};

// Stages of a layer: runs of pipeline operations, ending at Delay, and single others.
struct StageBounds {
  int first = 0, last = 0;
};
template <class... Ops> constexpr auto stages_of(List<Ops...>) {
  constexpr int n = static_cast<int>(sizeof...(Ops));
  struct {
    std::array<StageBounds, static_cast<std::size_t>(n)> stage{};
    int count = 0;
  } all;
  NodeKind const kinds[] = {kind_of<Ops>()...};
  for (int i = 0; i < n; ++i) {
    bool const joins = i > 0 && in_pipeline(kinds[i]) && in_pipeline(kinds[i - 1]) && kinds[i - 1] != NodeKind::delay;
    if (joins) {
      all.stage[static_cast<std::size_t>(all.count - 1)].last = i;
    } else {
      all.stage[static_cast<std::size_t>(all.count++)] = {i, i};
    }
  }
  return all;
}

}  // namespace dynvision::run
