// Any other operation that is a function of its signal alone: y = op(x), for all steps of a block at once.
#pragma once
#include <dynvision/run/compiled/functions/tensor_function.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::stages {

class TensorFunction {
 public:
  template <class Op> static constexpr bool is_kind_of() { return SimpleOperation<Op>; }
  template <class Op> static void describe(Op const&, Node& node) { node.is_static = node.reads_input = true; }

  template <class Op>
  TensorFunction(Op& op, Node const&, PreparedRun& run) : function_(run::TensorFunction::of(op, run.engine.backend)) {}

  Tensor forward(ForwardContext& at, Node const&, Tensor const& x) const {
    return x.defined() ? in_signal_dtype(at.run, function_(at.run, x)) : x;
  }
  void adjoint(ReverseContext& at, Node const& node) const {
    if (at.g.defined()) at.g = function_.adjoint(at.run, at.input(node.index), at.g);
  }

 private:
  run::TensorFunction function_;
};

// The same of a model's head: (n B,C,H,W) -> (n B,K), in the dtype of the parameters.
class Head {
 public:
  template <class Op> Head(Op& op, PreparedRun& run) : function_(run::TensorFunction::of(op, run.engine.backend)) {}
  Tensor forward(ForwardContext& at, Node const&, Tensor const& x) const { return function_(at.run, x); }
  void adjoint(ReverseContext& at, Node const&) const { at.g = function_.adjoint(at.run, at.input_of_head(), at.g); }

 private:
  run::TensorFunction function_;
};

}  // namespace dynvision::run::stages
