// ReverseContext: where the reverse sweep is, for the nodes: the gradient on its way, and the gradients of states.
//
// A use of a state at a later step adds to the gradient of that state (StateGradient); the pipeline that stored the state
// sums these addends when its turn comes. Every use lies later in time, or later in the model, than the pipeline that
// stored the state, so by then they are complete. States that were detached get none.
#pragma once
#include <dynvision/run/compiled/memory/prepared_run.hpp>
#include <dynvision/run/compiled/memory/state_gradients.hpp>

#include <utility>

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
  Tensor
      room{};  // (n B,C,H,W) the states of the block, once nothing looks at them any more: for a gradient of their layer

  struct Restored {
    int s = 0, n = 0;
    Tensor rows{};
  };
  std::vector<Restored> restored{};  // [layer] the states that were looked at last, where they are kept in bfloat16

  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

  // Whether anything before a node wants the gradient of what enters it.
  bool wanted(std::size_t p) const {
    return p > at(run.table.static_nodes) || frames.defined() || run.learns_before(p);
  }
  // What entered a stage, (n B,C,H,W); computed again where it was not kept.
  Tensor input(std::size_t p) {
    bool const is_kept = values->input[p].defined() || values->reference(values->input[p]).n > 0;
    if (is_kept || p == 0 || !run.node(p - 1).is_recomputed) return kept(values->input[p]);
    Tensor const x = input(p - 1);
    return x.defined() ? run.nodes[p - 1].forward_again(*this, x) : x;
  }
  Tensor output(std::size_t p) { return kept(values->output[p]); }    // of a role
  Tensor operand(std::size_t p) { return kept(values->operand[p]); }  // beside its signal
  Tensor input_of_head() { return kept(values->input.back()); }

  // n states of a layer from index s on, (n B,C,H,W).
  Tensor state_rows(int l, int s, int n) {
    if (segment.stored.empty()) return run.state_rows(segment, l, s, n);
    restored.resize(segment.stored.size());
    Restored& last = restored[at(l)];
    if (s < last.s || s + n > last.s + last.n) {
      last = {s, n, run.state_buffer(at(l), s, n)};
      last.rows.copy_(kernels::rows_of(segment.stored[at(l)], run.rows(s - segment.stored_begin[at(l)]), run.rows(n)));
    }
    return kernels::rows_of(last.rows, run.rows(s - last.s), run.rows(n));
  }
  // The memory of the states of the block, once nothing looks at them any more; undefined: it is not there.
  Tensor memory_of_states(int l) {
    if (segment.stored.empty()) return run.state_rows(segment, l, block.first, block.n);
    if (restored.empty() || restored[at(l)].s != block.first || restored[at(l)].n != block.n) return {};
    Tensor rows = std::exchange(restored[at(l)], {}).rows;
    return rows.use_count() == 1 && rows.storage().use_count() == 1 ? rows : Tensor{};
  }
  // The states before each step of the block, null where there is none. `reads`: whether anything looks at them; otherwise
  // they are some addresses.
  void** previous_states(Node const& node, bool reads) {
    if (segment.stored.empty()) return run.previous_states(segment, node, block);
    void** const list = run.addresses.take(block.n);
    int const l = node.source.layer, s = block.first - run.table.lag(node.index, node.source);
    for (int i = 0; i < block.n; ++i) {
      list[i] = run.table.stored_at(l, s + i) ? segment.stored[at(l)].mutable_data_ptr() : nullptr;
      if (!reads || list[i] == nullptr) continue;
      run.alive.push_back(state_rows(l, s + i, 1));
      list[i] = run.alive.back().mutable_data_ptr();
    }
    return list;
  }

  // --- kept values

  Tensor kept(Tensor& place) {
    StateReference const of = values->reference(place);
    if (of.n > 0) return state_rows(of.layer, of.s, of.n);
    if (run.stores_bfloat16() && place.defined() && place.scalar_type() == at::kBFloat16) place = place.to(run.dtype());
    return place;
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
  // Adds g (n B,C,H,W) to the gradients of the states s, s + 1, ... of a layer. `is_free`: nothing else looks at g.
  void add_state_gradient(int l, int s, int t, Tensor const& g, bool is_free = false) {
    if (!g.defined()) return;
    std::int64_t const size = run.rows(1) * run.state_shape[at(l)].size();
    for (int i = first_attached(l, s, t); i < block.n; ++i) {
      states[at(l)].add(s + i, g, run.at(g.const_data_ptr(), i * size), is_free);
    }
  }
};

}  // namespace dynvision::run
