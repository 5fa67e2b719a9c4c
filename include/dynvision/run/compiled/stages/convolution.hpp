// Feedforward convolution, y = W * x + b, or linear map, for all steps of a block at once.
#pragma once
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/linear.hpp>
#include <dynvision/run/compiled/functions/convolution.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::stages {

template <class Op>
inline constexpr bool is_convolution = requires(Op const& op) {  // or what derives from a linear map
  []<int In, int Out, class... With>(Linear<In, Out, With...> const&){}(op);
};
template <int In, int Out, int K, int Stride, class... With>
inline constexpr bool is_convolution<Conv<In, Out, K, Stride, With...>> = true;

class Convolution {
 public:
  template <class Op> static constexpr bool is_kind_of() { return is_convolution<Op>; }
  template <class Op> static void describe(Op const&, Node& node) { node.is_static = node.reads_input = true; }

  template <class Op>
  Convolution(Op const& op, Node const&, PreparedRun& run)
      : convolution_(op.kernel, run.layout, run.dtype(), run.gradients) {}

  Tensor forward(ForwardContext&, Node const&, Tensor const& x) { return x.defined() ? convolution_.forward(x) : x; }
  void adjoint(ReverseContext& at, Node const& node) {
    if (at.g.defined()) at.g = convolution_.reverse(at.g, at.input(node.index), at.wanted(node.index));
  }
  void finish(GradientSums& sums) { convolution_.finish(sums); }
  void release_forward_weight() { convolution_.release_forward_weight(); }
  Flops flops(Node const& node) const {
    double const all = convolution_.flops(node.in);
    return {all, all};
  }

 private:
  run::Convolution convolution_;
};

}  // namespace dynvision::run::stages
