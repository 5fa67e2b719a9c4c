// ReverseContext: where the reverse sweep is, for the nodes: the gradient on its way, and the gradients of states.
//
// A use of a state at a later step adds to the gradient of that state (StateGradient); the pipeline that stored the state
// sums these addends when its turn comes. Every use lies later in time, or later in the model, than the pipeline that
// stored the state, so by then they are complete. States that were detached get none.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>
#include <dynvision/run/compiled/memory/state_gradients.hpp>

#include <utility>

namespace dynvision::run {

struct ResultGradients {            // by recorded step, row (t B); undefined: none
  Tensor head_input{};              // of what the head gets (Classifier), or gives
  std::vector<Tensor> responses{};  // [layer]
  std::vector<Tensor> watched{};    // [node]
  std::vector<Tensor> last{};       // [state] the last ones: Results::last
};

// The gradient of a frame that stays on when a segment ends, for the segment before.
struct FrameCarry {
  int run = -1;
  Tensor gradient{};
};

struct ReverseContext {
  PreparedRun& run;
  Segment& segment;
  ResultGradients const& given;
  std::vector<StateGradient>& states;  // [state]
  Tensor& frames;                      // gradient of the frames, or undefined: none is wanted
  bool& frames_found;                  // whether a frame has got one
  BlockTape* tape = nullptr;
  Values* values = nullptr;  // kept of the block, or of the static prefix
  Block block{};
  Tensor g{};  // of the signal, (n B,C,H,W); undefined: none
  Tensor
      room{};  // (n B,C,H,W) the states of the block, once nothing looks at them any more: for a gradient of their layer

  struct Restored {
    int s = 0, n = 0;
    Tensor rows{};
  };
  std::vector<Restored> restored{};  // [state] those that were looked at last, where they are kept in bfloat16

  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

  // Whether anything before a node wants the gradient of what enters it.
  bool wanted(std::size_t p) const;
  // What entered a stage, (n B,C,H,W); computed again where it was not kept.
  Tensor input(std::size_t p);
  Tensor output(std::size_t p) { return kept(values->output[p]); }    // of a role
  Tensor operand(std::size_t p) { return kept(values->operand[p]); }  // beside its signal
  Tensor input_of_head() { return kept(values->input.back()); }

  // Of the gradient of what the static prefix has made, the rows of the block.
  Tensor gradient_of_prefix(StaticPrefix const& prefix) const {
    if (!prefix.by_step) return prefix.gradient;
    int const i = run.table.frame_run[at(block.first)] - prefix.first_run;
    return kernels::rows_of(prefix.gradient, run.rows(i), run.batch);
  }
  // n steps of a state from index s on, (n B,C,H,W).
  Tensor state_rows(int l, int s, int n);
  // The memory of the states of the block, once nothing looks at them any more; undefined: it is not there.
  Tensor memory_of_states(int l);
  // A state so many indices before each step of the block, null where there is none. `reads`: whether anything looks at
  // them; otherwise they are some addresses.
  void** earlier_states(int state, int lag, bool reads);

  // --- kept values

  Tensor kept(Tensor& place);

  // --- gradients of states

  // The gradients of a role's result as it takes them, in each of n steps: those of `all`, (n B,C,H,W), and the addends of the
  // states of the block that it stores; null: it stores none. Nothing, where there are none.
  void gather(c10::ArrayRef<Tensor> all, StateGradient const* of_states, int n, kernels::AdjointRoleArguments& to);

  // f(address, i): adds to the gradient of state s + i, for the steps whose states carry one; t: step of the use of s.
  template <class F> void scatter(int l, int s, int t, F const& f) {
    int const from = first_attached(l, s, t);
    if (from >= block.n) return;
    states[at(l)].open(s + from, block.n - from);
    for (int i = from; i < block.n; ++i) f(states[at(l)].opened(s + i), i);
  }
  // The first step of the block whose state still carries a gradient.
  int first_attached(int l, int s, int t) const;
  // Adds g (n B,C,H,W) to the gradients of the states s, s + 1, ... of a layer. `is_free`: nothing else looks at g.
  void add_state_gradient(int l, int s, int t, Tensor const& g, bool is_free = false);
  // The same of what a node that stores states hands on, where Delay would hand on these.
  void add_handed_on_gradient(Node const& node, int s, int t, Tensor const& g, bool is_free = false);
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/reverse_context.ipp>
#endif
