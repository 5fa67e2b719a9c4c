// States on their way to a node, and their gradients.
#pragma once
#include <dynvision/run/compiled/functions/projection.hpp>

namespace dynvision::run {

DYNVISION_INLINE void ProjectionRun::set_affine(kernels::RoleArguments& role) const {
  if (is_affine_) role.is_affine = true, role.w = weight_, role.b = bias_;
}

DYNVISION_INLINE void** ProjectionRun::states(ForwardContext& at, Node const& node, std::int64_t size) {
  if (!interpolated_) {
    int const s = at.block.first - at.run.table.lag(node.index, node.source);
    return at.run.side_by_side(at.run.state_data(at.segment, node.source.layer, s), at.block.n, size);
  }
  at.run.alive.push_back(interpolated_->forward(at, InterpolatedStates::by(at.run, node, at.block)));
  return at.run.steps_of(at.run.alive.back(), at.block.n, false, size);
}

DYNVISION_INLINE Tensor ProjectionRun::rows(ReverseContext& at, Node const& node) const {
  if (interpolated_) return interpolated_->forward(at, InterpolatedStates::by(at.run, node, at.block));
  return at.state_rows(node.source.layer, at.block.first - at.run.table.lag(node.index, node.source), at.block.n);
}

DYNVISION_INLINE void ProjectionRun::add_state_gradient(ReverseContext& at, Node const& node, Tensor const& g,
                                                        bool is_free) {
  if (interpolated_) return interpolated_->adjoint(at, InterpolatedStates::by(at.run, node, at.block), g, is_free);
  int const s = at.block.first - at.run.table.lag(node.index, node.source);
  at.add_state_gradient(node.source.layer, s, at.run.table.step(node.index, at.block.first), g, is_free);
}

DYNVISION_INLINE Tensor ProjectionRun::forward(ForwardContext& at, Node const& node) {
  if (interpolated_) {
    Tensor const rows = interpolated_->forward(at, InterpolatedStates::by(at.run, node, at.block));
    return rows.defined() ? forward(at.run, node, rows) : rows;
  }
  std::optional<int> const s = at.run.table.source_index(node.index, at.block.first);
  return s ? forward(at.run, node, at.run.state_rows(at.segment, node.source.layer, *s, at.block.n)) : Tensor{};
}

DYNVISION_INLINE void ProjectionRun::adjoint(ReverseContext& at, Node const& node, Tensor const& g) {
  PreparedRun& run = at.run;
  int const l = node.source.layer, s = at.block.first - run.table.lag(node.index, node.source);
  int const t = run.table.step(node.index, at.block.first);
  if (is_direct()) return add_state_gradient(at, node, g, false);  // the pipeline has multiplied by w
  Tensor const rows = this->rows(at, node);
  bool const wanted = interpolated_ ? interpolated_->learns() || interpolated_->reaches_states(
                                                                     at, InterpolatedStates::by(at.run, node, at.block))
                                    : at.first_attached(l, s, t) < at.block.n;
  if (lateral_ != nullptr) {
    Tensor const gx = adjoint_by_autograd(
        run, [&](Tensor const& r) { return resized(lateral_(op_, r), node); }, rows, parameters_, g);
    if (wanted) add_state_gradient(at, node, gx, false);
    return;
  }
  Tensor of_chain = g;
  if (is_affine_) {
    sums_.add(0, g.mul(chain_.forward(rows)).sum());
    sums_.add(1, g.sum());
    of_chain = run.layout.of(g.mul(weight_));
  }
  // Not where the gradient would be kept, and with it all states of this segment, until another one is reversed.
  Tensor const room = l == node.layer && s >= at.segment.first ? std::exchange(at.room, Tensor{}) : Tensor{};
  Tensor const gx = chain_.reverse(of_chain, rows, wanted, room);
  if (!wanted) return;
  if (chain_.resizes_first() && interpolated_) {
    Tensor const of_rows = run.layout.zeros(rows.size(0), run.state_shape[static_cast<std::size_t>(l)], run.options);
    chain_.scatter(gx.const_data_ptr(), of_rows.mutable_data_ptr(), rows.size(0));
    add_state_gradient(at, node, of_rows, true);
  } else if (chain_.resizes_first()) {
    std::int64_t const size = gx.numel() / at.block.n;
    at.scatter(l, s, t, [&](void* to, int i) { chain_.scatter(run.at(gx.const_data_ptr(), i * size), to, run.batch); });
  } else {
    add_state_gradient(at, node, gx, !gx.is_same(g));
  }
}

DYNVISION_INLINE void ProjectionRun::finish(GradientSums& sums) {
  chain_.finish(sums);
  if (interpolated_) interpolated_->finish(sums);
  if (!is_affine_) return;
  for (int i = 0; i < 2; ++i) sums_.finish(sums, i, parameters_[static_cast<std::size_t>(i)]);
  sums_.clear();
}

DYNVISION_INLINE Tensor ProjectionRun::forward(PreparedRun& run, Node const& node, Tensor const& rows) {
  if (lateral_ != nullptr) {
    return in_signal_dtype(run, resized(lateral_(op_, in_parameter_dtype(run, rows)), node));
  }
  Tensor const h = chain_.forward(rows);
  return is_affine_ ? h.mul(weight_).add(bias_) : h;
}

}  // namespace dynvision::run
