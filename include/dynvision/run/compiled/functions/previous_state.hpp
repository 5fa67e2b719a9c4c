// PreviousState: the newest state of a layer, r, where its solver takes it.
//
// Within a block r is carried from step to step; the adjoint carries its gradient the other way, and adds what reaches back
// beyond the block to the gradient of the state there.
#pragma once
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run {

class PreviousState {
 public:
  static void describe(Node& node, bool stored) {
    node.evolves = node.sees_time = true;
    node.source = {node.layer, stored ? 0 : 1, stored};
  }

  static void take(ForwardContext& at, Node const& node, kernels::Arguments& arguments) {
    int const lag = at.run.table.lag(node.index, node.source);
    arguments.previous = at.run.earlier_states(at.segment, node.layer, lag, at.block);
  }
  // `reads`: whether the adjoint looks at r.
  void take_adjoint(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                    kernels::AdjointArguments& adjoint, bool reads) {
    PreparedRun& run = at.run;
    arguments.previous = at.earlier_states(node.layer, run.table.lag(node.index, node.source), reads);
    adjoint.carried = run.table.carries_state(node.index);
    int const s = at.block.first - run.table.lag(node.index, node.source),
              t = run.table.step(node.index, at.block.first);
    int const offset = run.table.layer_offset[static_cast<std::size_t>(node.layer)];
    int const n = adjoint.carried ? 1 : at.block.n;  // steps whose r lies before the block
    void** list = nullptr;
    for (int i = 0; i < n; ++i) {
      if (arguments.previous[i] == nullptr || !run.table.attached(s + i + offset, t + i)) continue;
      if (list == nullptr) {
        list = run.addresses.take(at.block.n);
        std::fill_n(list, at.block.n, nullptr);
        gradients_ = run.empty(run.rows(n), node.in);
      }
      list[i] = run.at(gradients_.mutable_data_ptr(), i * run.batch * arguments.size);
      reached_.emplace_back(s + i, list[i]);
    }
    adjoint.g_previous = list;
  }
  void scatter(ReverseContext& at, Node const& node) {
    for (auto const& [s, g] : reached_) at.states[static_cast<std::size_t>(node.layer)].add(s, gradients_, g, true);
    reached_.clear();
    gradients_ = Tensor{};
  }

 private:
  Tensor gradients_{};                            // of states before the block, until they are added
  std::vector<std::pair<int, void*>> reached_{};  // (index of the state, address)
};

}  // namespace dynvision::run
