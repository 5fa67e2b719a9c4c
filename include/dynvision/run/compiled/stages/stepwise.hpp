// An operation that sees the moment in its own way: called for every single step, differentiated by autograd.
//
// It is given the delay lines of all layers, and of all named states, as they are when its turn comes; states of its own
// are taken from there when it has run.
#pragma once
#include <dynvision/concepts/moment.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/functions/learned_parameters.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::stages {

class Stepwise {
 public:
  template <class Op> static constexpr bool is_kind_of() { return MomentOperation<Op>; }
  template <class Op> static void describe(Op const&, Node& node) { node.is_stepwise = node.reads_input = true; }

  template <class Op>
  Stepwise(Op& op, Node const&, PreparedRun&)
      : op_(&op),
        apply_([](void* one, Tensor const& x, Moment& now) -> Tensor {
          return dynvision::apply(*static_cast<Op const*>(one), x, now);
        }),
        parameters_(learned_parameters(op)) {}

  Tensor forward(ForwardContext& at, Node const& node, Tensor const& x) const {
    PreparedRun& run = at.run;
    int const t = at.block.first;  // one step a block, and no offsets
    std::vector<DelayLine> memories =
        memories_at(run, node, t, false, [&](int l, int u) { return run.state_rows(at.segment, l, u, 1); });
    std::vector<Signal> responses(run.layer_names.size());
    Moment now = moment_at(run, node, t, memories, responses);
    Tensor const y = apply_(op_, x.defined() ? in_parameter_dtype(run, x) : x, now);
    for (int k = 0; k < node.n_states; ++k) {
      int const l = node.first_state + k;
      Signal const s = now.state(k).past(1);
      run.table.found_state(l, t, s.defined());
      if (s.defined()) run.state_rows(at.segment, l, t, 1).copy_(s);
    }
    run.table.found(node.index, t, y.defined());
    if (!y.defined()) return {};
    return in_signal_dtype(run, y.expand({run.batch, node.out.channels, node.out.height, node.out.width}));
  }

  void adjoint(ReverseContext& at, Node const& node) const {
    PreparedRun& run = at.run;
    std::vector<Tensor> g{std::exchange(at.g, Tensor{})};  // of the signal, then of the states
    int const t = at.block.first;
    bool any = g[0].defined();
    for (int k = 0; k < node.n_states; ++k) {
      StateGradient& of_state = at.states[static_cast<std::size_t>(node.first_state + k)];
      g.push_back(of_state.sum(t));
      of_state.clear(t);
      any = any || g.back().defined();
    }
    if (!any || t < run.table.idle) return;
    std::vector<DelayLine> memories =
        memories_at(run, node, t, true, [&](int l, int u) { return at.state_rows(l, u, 1); });
    std::vector<Signal> responses(run.layer_names.size());
    Moment now = moment_at(run, node, t, memories, responses);
    Tensor const x = at.input(node.index);
    std::vector<Tensor> inputs;
    if (x.defined()) inputs.push_back(leaf(in_parameter_dtype(run, x)));
    std::size_t const from_states = inputs.size();
    std::vector<std::pair<int, int>> states;  // (state, step)
    for (int l = 0; l < static_cast<int>(memories.size()); ++l) {
      DelayLine const& memory = memories[static_cast<std::size_t>(l)];
      int const before = run.first_step();
      for (int u = 0; u < memory.stored() - before; ++u) {
        Signal const r = memory.at_step(before + u);
        if (!r.defined() || !r.requires_grad()) continue;
        inputs.push_back(r);
        states.emplace_back(l, u);
      }
    }
    std::size_t const from_parameters = inputs.size();
    inputs.insert(inputs.end(), parameters_.begin(), parameters_.end());
    std::vector<Tensor> const all = local_gradients_of_all(
        [&] {
          std::vector<Tensor> results{apply_(op_, from_states > 0 ? inputs[0] : Signal{}, now)};
          for (int k = 0; k < node.n_states; ++k) results.push_back(now.state(k).past(1));
          return results;
        },
        inputs, g);
    if (from_states > 0 && all[0].defined()) at.g = in_signal_dtype(run, all[0]);
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!all[from_states + i].defined()) continue;
      Tensor const of_state = in_signal_dtype(run, all[from_states + i]);
      auto const [l, u] = states[i];
      at.states[static_cast<std::size_t>(l)].add(u, of_state, of_state.const_data_ptr(), false);
    }
    add_gradients(run.gradients, parameters_, all, from_parameters);
  }

 private:
  // The delay lines of all layers when the node is reached at step t; `gradient`: their states are leaves.
  // state(layer, step)
  template <class F>
  static std::vector<DelayLine> memories_at(PreparedRun const& run, Node const& node, int t, bool gradient,
                                            F const& state) {
    std::vector<DelayLine> all;
    for (int l = 0; l < run.table.n_states; ++l) {
      int const capacity = run.model_memory[static_cast<std::size_t>(l)];
      all.emplace_back(capacity, run.first_step());
      if (run.state_shape[static_cast<std::size_t>(l)].size() == 0) continue;
      int const stored = t + (run.stores_before(l, node.index) ? 1 : 0);
      for (int u = 0; u < stored; ++u) {
        bool const held = u >= stored - capacity && run.table.stored(l, u);
        Tensor const r = held ? in_parameter_dtype(run, state(l, u)) : Tensor{};
        all.back().store(held && gradient && run.table.attached(u, t) ? leaf(r) : r);
      }
    }
    return all;
  }

  static Moment moment_at(PreparedRun const& run, Node const& node, int t, std::vector<DelayLine>& memories,
                          std::vector<Signal>& responses) {
    Moment now{.step = run.first_step() + t,
               .frame_age = run.table.age[static_cast<std::size_t>(t)],
               .feedforward_only = run.settings.feedforward_only,
               .memories = memories,
               .responses = responses,
               .layer = node.layer,
               .first_state = node.first_state,
               .size = {node.in.height, node.in.width},
               .batch = run.batch,
               .options = run.parameter_options,
               .noise = &run.noise,
               .first_sample = run.first_sample,
               .tau = run.tau[static_cast<std::size_t>(node.layer)],
               .tau_factor = run.tau_factor(node.layer, t)};
    int const u = t - run.table.idle;
    auto const of_step = [&](Tensor const& input) {
      return input.defined() && u >= 0 && u < input.size(1) ? run.of_group(input).select(1, u) : Signal{};
    };
    now.external = of_step(run.external(node.layer));
    now.modulation = of_step(run.modulation(node.layer));
    return now;
  }

  void* op_;
  Tensor (*apply_)(void* op, Tensor const& x, Moment& now);
  std::vector<Tensor> parameters_;  // that learn
};

}  // namespace dynvision::run::stages
