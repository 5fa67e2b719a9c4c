// The adjoint of a pipeline: gradients of its result, of the states it stored and of what is recorded go in; those of its
// signal, of its operands, of the solver's previous state and of its numbers come out.
//
// One loop over memory (kernels/pipeline/pipeline.hpp); this is its book-keeping. The gradient of an input is stored once
// for all that it belongs to: sums pass it on unchanged. It takes the memory of gradients of the states, which are read at
// the same number just before; and once the states have been read, theirs is free for gradients of earlier states.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/functions/convolution.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

#include <utility>

namespace dynvision::run {

class PipelineReverse {
 public:
  PipelineReverse(ReverseContext& context, Stage const& stage, bool in_prefix);

  void reverse();

  // What Delay gives are states: the gradient of the signal is theirs.
  static void delay_adjoint(ReverseContext& at, Node const& node);

 private:
  std::size_t node_of(int j) const { return stage_.first + static_cast<std::size_t>(j); }
  // Whether a convolution of these states never waits for others: it would read them later (functions/convolution.hpp).
  bool is_large() const;
  Tensor empty() const { return run_.empty(arguments_.n_steps * arguments_.batch, shape_); }
  void** steps_of(Tensor const& x) { return run_.steps_of(x, arguments_.n_steps, false, arguments_.size); }

  int slot_of(int j) const { return run_.node(node_of(j)).slot; }

  // Whether the result of role j, or a state that it stores, has a gradient from outside the pipeline: from the next stage,
  // from results, from uses of the state.
  bool has_gradients(int j);
  // All of them.
  void take_gradients(int j);
  // Whether one of the results is wanted that a run gives.
  bool is_given(Tensor const& result, std::size_t p) const;
  bool has_state_gradients(int state) const;
  int first_recorded_step(std::size_t p) const { return run_.table.step(p, at_.block.first) - run_.table.idle; }

  // Values that adjoints look at.
  void take_values();

  void take_operands(bool x_present);

  // Where the gradient of the input of role j is stored: with that of an earlier role, if it passes unchanged.
  Tensor const& store_input_gradient(int j);

  void store_operand_gradients();

  // The gradient of what entered the pipeline; where that is the result of the static prefix, summed over the steps.
  Tensor store_signal_gradient(bool wanted);
  StaticPrefix* prefix_before();

  // --- gradients of the states that the pipeline has stored

  void clear_states();

  ReverseContext& at_;
  PreparedRun& run_;
  Stage const& stage_;
  bool in_prefix_;
  int roles_;
  bool stores_;
  kernels::Shape shape_;
  kernels::Arguments arguments_{};
  kernels::AdjointArguments adjoint_{};
  Tensor room_{};  // for one of these, see StateGradient::room
  Tensor of_input_[kernels::most_roles], of_operand_[kernels::most_roles];
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/reverse_pipeline.ipp>
#endif
