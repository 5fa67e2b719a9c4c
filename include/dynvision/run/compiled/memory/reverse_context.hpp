// ReverseContext: where the reverse sweep is, for the nodes: the gradient on its way, and the gradients of states.
//
// A use of a state at a later step adds to the gradient of that state (StateGradient); the pipeline that stored the state
// sums these addends when its turn comes. Every use lies later in time, or later in the model, than the pipeline that
// stored the state, so by then they are complete. States that were detached get none.
#pragma once
#include <dynvision/run/compiled/memory/prepared_run.hpp>
#include <dynvision/run/compiled/memory/state_gradients.hpp>

namespace dynvision::run {

struct ResultGradients {            // by recorded step, row (t B); undefined: none
  Tensor head_input{};              // of what the head gets (Classifier), or gives
  std::vector<Tensor> responses{};  // [layer]
  std::vector<Tensor> watched{};    // [node]
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
  std::vector<StateGradient>& states;  // [layer]
  Tensor& frames;                      // gradient of the frames, or undefined: none is wanted
  bool& frames_found;                  // whether a frame has got one
  BlockTape* tape = nullptr;
  Values* values = nullptr;  // kept of the block, or of the static prefix
  Block block{};
  Tensor g{};  // of the signal, (n B,C,H,W); undefined: none

  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

  // Whether anything before a node wants the gradient of what enters it.
  bool wanted(std::size_t p) const {
    return p > at(run.table.static_nodes) || frames.defined() || run.learns_before(p);
  }
  // What entered a stage, (n B,C,H,W); computed again where it was not kept.
  Tensor input(std::size_t p) {
    if (values->input[p].defined() || p == 0 || !run.node(p - 1).is_recomputed) return values->input[p];
    Tensor const x = input(p - 1);
    return x.defined() ? run.nodes[p - 1].forward_again(*this, x) : x;
  }

  // --- gradients of states

  // f(address, i): adds to the gradient of state s + i, for the steps whose states carry one; t: step of the use of s.
  template <class F> void scatter(int l, int s, int t, F const& f) {
    int const from = first_attached(l, s, t);
    if (from >= block.n) return;
    states[at(l)].open(s + from, block.n - from);
    for (int i = from; i < block.n; ++i) f(states[at(l)].opened(s + i), i);
  }
  // The first step of the block whose state still carries a gradient.
  int first_attached(int l, int s, int t) const {
    int const offset = run.table.layer_offset[at(l)];
    int i = 0;
    while (i < block.n && !(run.table.stored(l, s + i + offset) && run.table.attached(s + i + offset, t + i))) ++i;
    return i;
  }
  // Adds g (n B,C,H,W) to the gradients of the states s, s + 1, ... of a layer.
  void add_state_gradient(int l, int s, int t, Tensor const& g) {
    if (!g.defined()) return;
    std::int64_t const size = run.rows(1) * run.state_shape[at(l)].size();
    for (int i = first_attached(l, s, t); i < block.n; ++i) {
      states[at(l)].add(s + i, g, run.at(g.const_data_ptr(), i * size));
    }
  }
};

}  // namespace dynvision::run
