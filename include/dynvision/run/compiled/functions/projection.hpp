// ProjectionRun: the response of a layer at an earlier step, on its way to a node: lateral, skip and feedback connections.
//
//   h = R( W2 * (W1 * r) )       convolutions, resized (functions/convolution_chain.hpp)
//   h = w r + b                  a connection of one weight and one bias; without resizing computed within the pipeline
//   h = R( rec(r) )              a connection that cannot be looked into: run as it is, differentiated by autograd
//
// r: the states of one step, or those of several ones, where the delay is interpolated (functions/interpolated_states.hpp).
#pragma once
#include <dynvision/concepts/flags.hpp>
#include <dynvision/connections/lateral.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/run/compiled/functions/convolution_chain.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/functions/interpolated_states.hpp>
#include <dynvision/run/compiled/functions/learned_parameters.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>
#include <dynvision/run/compiled/memory/scalar_sums.hpp>

#include <optional>

namespace dynvision::run {

template <class Op>
concept ProjectionOperation = RecurrenceOperation<Op> || IncomingOperation<Op>;

template <class Op> constexpr bool is_affine_lateral() {
  if constexpr (RecurrenceOperation<Op>) return AffineLateral<typename Op::lateral_type>;
  return false;
}
template <class Op> constexpr bool has_convolutions() {
  if constexpr (RecurrenceOperation<Op>) return requires(Op const& op) {
      op.lateral.convolutions();
    };
  return IncomingOperation<Op>;
}
// The first convolutions of a lateral connection that work on the topographic plane of the layer.
template <class Op> constexpr int convolutions_on_plane() {
  if constexpr (RecurrenceOperation<Op>) {
    if constexpr (requires { Op::lateral_type::on_plane; }) return Op::lateral_type::on_plane;
  }
  return 0;
}

// What the plan must know of a projection. `stored`: the node's own layer has stored its state of the step before.
template <ProjectionOperation Op>
void describe_projection(Op const& op, Node& node, bool stored, bool feedforward_only) {
  node.presence = Presence::with_source;
  node.sees_time = true;
  if constexpr (RecurrenceOperation<Op>) {
    node.on = op.on && !feedforward_only;
    node.source = {node.layer, op.delay, stored};
  } else {
    node.on = op.incoming.on && (op.incoming.feedforward || !feedforward_only);
    node.source = {op.incoming.from, op.incoming.delay,
                   op.incoming.from < node.layer || (op.incoming.from == node.layer && stored)};
  }
  InterpolatedDelay const* const interpolated = interpolated_delay(op);
  if (!node.on || interpolated == nullptr) return;
  DelayTaps const taps = interpolated->taps();
  node.source.delay = taps.newest, node.source.span = taps.oldest - taps.newest;
}

class ProjectionRun {
 public:
  template <ProjectionOperation Op>
  [[gnu::cold]] ProjectionRun(Op& op, Node const& node, PreparedRun& run)
      : chain_(run.state_shape[static_cast<std::size_t>(node.source.layer)], node.in, run.layout, run.options,
               run.engine),
        sums_(run.options) {
    if (InterpolatedDelay const* const delay = interpolated_delay(op)) interpolated_.emplace(*delay, run);
    auto const add = [&](Weight const& w) {
      chain_.convolutions.emplace_back(w, run.layout, run.dtype(), run.gradients);
    };
    if constexpr (IncomingOperation<Op>) {
      if (op.incoming.adapter.conv.exists()) add(op.incoming.adapter.conv);
    } else if constexpr (is_affine_lateral<Op>()) {
      auto const number = [](Tensor const& x) { return x.defined() ? number_of(x) : 0.0; };
      is_affine_ = true;
      weight_ = number(op.lateral.weight), bias_ = number(op.lateral.bias);
      parameters_ = {op.lateral.weight, op.lateral.bias};
    } else {
      constexpr int on_plane = convolutions_on_plane<Op>();
      bool const loops = run.engine.backend == kernels::Backend::loops;
      if constexpr (!has_convolutions<Op>() || on_plane > 0) {
        if (!has_convolutions<Op>() || !loops) {
          op_ = &op;
          lateral_ = [](void* one, Tensor const& r) -> Tensor { return static_cast<Op*>(one)->lateral(r); };
          parameters_ = learned_parameters(op);
        }
      }
      if constexpr (has_convolutions<Op>()) {
        if (lateral_ == nullptr) {
          [[maybe_unused]] int i = 0;
          for (Weight const* const w : op.lateral.convolutions()) {
            add(*w);
            if constexpr (on_plane > 0) {
              if (i++ >= on_plane) continue;
              chain_.convolutions.back().put_on_plane(run.state_shape[static_cast<std::size_t>(node.source.layer)],
                                                      run.engine);
            }
          }
        }
      }
    }
    chain_.resolve();
  }

  // Whether a pipeline reads the states themselves, with set_affine(): states().
  bool is_direct() const { return lateral_ == nullptr && chain_.is_empty(); }
  // The address of each state during a block, null: nothing arrives.
  void** states(ForwardContext& at, Node const& node, std::int64_t size);
  void set_affine(kernels::RoleArguments& role) const;
  // Where a pipeline adds up the gradients of w and b, one after the other.
  double* affine_sums() { return sums_.of(0); }

  // What arrives during a block; undefined: nothing.
  Tensor forward(ForwardContext& at, Node const& node);

  // The states of the source that arrive during a block, (n B,C,H,W).
  Tensor rows(ReverseContext& at, Node const& node) const;
  // Of the gradient of what has arrived: the gradients of the parameters, and of the states.
  void adjoint(ReverseContext& at, Node const& node, Tensor const& g);

  void finish(GradientSums& sums);
  void release_forward_weight() { chain_.release_forward_weight(); }
  Flops flops() const { return chain_.flops(); }

 private:
  Tensor forward(PreparedRun& run, Node const& node, Tensor const& rows);
  void add_state_gradient(ReverseContext& at, Node const& node, Tensor const& g, bool is_free);
  static Tensor resized(Tensor const& h, Node const& node) { return nearest(h, node.in.height, node.in.width); }

  ConvolutionChain chain_;
  bool is_affine_ = false;
  double weight_ = 1, bias_ = 0;      // of an affine connection
  std::vector<Tensor> parameters_{};  // of it, or those that autograd differentiates for
  ScalarSums sums_;
  std::optional<InterpolatedStates> interpolated_{};
  void* op_ = nullptr;  // of a connection that cannot be looked into
  Tensor (*lateral_)(void* op, Tensor const& r) = nullptr;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/projection.ipp>
#endif
