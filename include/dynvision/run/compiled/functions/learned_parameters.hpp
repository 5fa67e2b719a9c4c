// The parameters of an operation, or a head, that learn.
#pragma once
#include <dynvision/concepts/operation.hpp>

#include <vector>

namespace dynvision::run {

// f(tensor) for each of the parameters, if there are any.
template <class Op, class F> void each_parameter(Op& op, F const& f) {
  if constexpr (requires(ParameterVisitor const& visitor) { op.parameters(visitor); }) {
    auto found = [&](std::string_view, Tensor& x, bool) { f(x); };
    op.parameters(ParameterVisitor(found));
  }
}
template <class Op> std::vector<Tensor> learned_parameters(Op& op) {
  std::vector<Tensor> all;
  each_parameter(op, [&](Tensor const& x) {
    if (x.requires_grad()) all.push_back(x);
  });
  return all;
}

}  // namespace dynvision::run
