// Steps of a block among those that are given.
#pragma once
#include <dynvision/run/compiled/functions/given_input.hpp>

namespace dynvision::run {

DYNVISION_INLINE GivenInput::Steps GivenInput::steps(PreparedRun const& run, Node const& node,
                                                     Block const& block) const {
  if (!exists()) return {0, 0, 0};
  int const t = run.table.step(node.index, block.first) - run.table.idle, first = std::max(t, 0);
  return {first, first - t, std::min(t + block.n, static_cast<int>(input_.size(1))) - first};
}

DYNVISION_INLINE Tensor GivenInput::rows(PreparedRun const& run, Node const& node, Block const& block,
                                         double otherwise) const {
  auto const [first, from, n] = steps(run, node, block);
  kernels::Shape const& in = node.in;
  Tensor const x = run.of_group(input_).detach().narrow(1, first, n).transpose(0, 1);  // or what broadcasts to it
  Tensor const given = run.layout.of(x.expand({n, run.batch, in.channels, in.height, in.width})
                                         .to(run.dtype())
                                         .reshape({run.rows(n), in.channels, in.height, in.width}));
  if (n == block.n) return given;
  Tensor const all = run.empty(run.rows(block.n), in);
  all.fill_(otherwise);
  kernels::rows_of(all, run.rows(from), run.rows(n)).copy_(given);
  return all;
}

DYNVISION_INLINE void GivenInput::add_gradient(PreparedRun const& run, Node const& node, Block const& block,
                                               Tensor const& g) {
  auto const [first, from, n] = steps(run, node, block);
  if (!g.defined() || n < 1) return;
  if (!gradient_.defined()) gradient_ = zeros(input_.sizes(), input_.options());
  Tensor const of_steps = run.of_group(gradient_).narrow(1, first, n);
  kernels::Shape const& in = node.in;
  Tensor sum = g.reshape({block.n, run.batch, in.channels, in.height, in.width}).narrow(0, from, n).transpose(0, 1);
  for (std::int64_t axis = 0; axis < 5; ++axis) {
    if (of_steps.size(axis) == 1 && sum.size(axis) > 1) sum = sum.sum({axis}, true);
  }
  of_steps.add_(sum);
}

DYNVISION_INLINE void GivenInput::finish(GradientSums& sums) {
  sums.add(sums.index(input_), gradient_, true);
  gradient_ = Tensor{};
}

}  // namespace dynvision::run
