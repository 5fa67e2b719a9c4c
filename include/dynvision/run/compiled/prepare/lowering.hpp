// Lowering: the operations of a model as nodes, and the nodes of its layers as stages.
//
// Neighbouring roles of a layer are one pipeline, composed here of their types; it ends at Delay, where the state is
// stored. Every other node is a stage of its own.
#pragma once
#include <dynvision/kernels/pipeline/pipeline.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/run/compiled/prepare/node_kinds.hpp>

#include <array>
#include <tuple>

namespace dynvision::run {

// --- stages of a layer

struct StageBounds {
  int first = 0, last = 0;  // operations
};
template <class... Ops> constexpr auto stages_of(List<Ops...>) {
  constexpr int n = static_cast<int>(sizeof...(Ops));
  struct {
    std::array<StageBounds, static_cast<std::size_t>(n)> stage{};
    int count = 0;
  } all;
  bool const role[] = {is_role<Ops>...}, last[] = {ends_pipeline<Ops>...};
  for (int i = 0; i < n; ++i) {
    if (i > 0 && role[i] && role[i - 1] && !last[i - 1]) {
      all.stage[static_cast<std::size_t>(all.count - 1)].last = i;
    } else {
      all.stage[static_cast<std::size_t>(all.count++)] = {i, i};
    }
  }
  return all;
}

template <int I, class L> auto& operation(L& layer) {
  return [&]<class Op>(Slot<I, Op>& slot) -> Op& { return slot.value; }(layer.ops);
}
template <int I, class L> using OperationOf = std::remove_cvref_t<decltype(operation<I>(std::declval<L&>()))>;

template <class Op> auto role_of(Op const& op) { return NodeKind<Op>::role(op); }

template <class L, int First, class Offsets> struct PipelineOf;
template <class L, int First, int... I> struct PipelineOf<L, First, std::integer_sequence<int, I...>> {
  using type = kernels::Pipeline<decltype(role_of(operation<First + I>(std::declval<L&>())))...>;
  static type make(L& layer) { return {{{role_of(operation<First + I>(layer))}...}}; }
};

template <class L> struct Stages {
  static constexpr auto all = stages_of(typename L::operations{});
  static constexpr int count = all.count;
  static constexpr int first(int k) { return all.stage[static_cast<std::size_t>(k)].first; }
  static constexpr int last(int k) { return all.stage[static_cast<std::size_t>(k)].last; }
  template <int K> static constexpr bool is_pipeline = is_role<OperationOf<first(K), L>>;
};

struct NoPipeline {};
template <class L, int K> auto make_pipeline(L& layer) {
  if constexpr (Stages<L>::template is_pipeline<K>) {
    constexpr int first = Stages<L>::first(K), n = Stages<L>::last(K) - first + 1;
    return PipelineOf<L, first, std::make_integer_sequence<int, n>>::make(layer);
  } else {
    return NoPipeline{};
  }
}
template <class L> auto make_pipelines(L& layer) {
  return [&]<int... K>(std::integer_sequence<int, K...>) { return std::tuple{make_pipeline<L, K>(layer)...}; }
  (std::make_integer_sequence<int, Stages<L>::count>{});
}

template <class Rows> struct PipelinesOf;
template <int... I, class... L> struct PipelinesOf<Slots<std::integer_sequence<int, I...>, L...>> {
  using type = std::tuple<decltype(make_pipelines(std::declval<L&>()))...>;
  template <class One> static constexpr std::size_t index_of() {
    bool const same[] = {std::is_same_v<One, L>...};
    return static_cast<std::size_t>(std::find(std::begin(same), std::end(same), true) - std::begin(same));
  }
  static type make(Slots<std::integer_sequence<int, I...>, L...>& rows) {
    return {make_pipelines(static_cast<Slot<I, L>&>(rows).value)...};
  }
};
template <class M> using LayerPipelines = PipelinesOf<decltype(std::declval<M&>().layers)>;

// --- nodes of a model

// `stored`: the layer has stored its state of the step before.
template <class Op> [[gnu::cold]] void describe_node(Op const& op, Node& node, bool stored, bool feedforward_only) {
  using K = NodeKind<Op>;
  node.is_role = is_role<Op>;
  if constexpr (requires { K::describe(op, node, stored, feedforward_only); }) {
    K::describe(op, node, stored, feedforward_only);
  } else if constexpr (requires { K::describe(op, node, stored); }) {
    K::describe(op, node, stored);
  } else {
    K::describe(op, node);
  }
}

template <class Model>
[[gnu::cold]] std::vector<Node> graph_of(Model const& model, Parts const& parts, std::vector<Size> const& sizes,
                                         bool feedforward_only) {
  std::vector<Node> nodes;
  std::vector<int> const channels = channels_of(parts, model.options.input_dims[0]);
  std::vector<int> const own_state = first_states(parts);
  model.each_layer([&](auto& layer, int l) {
    bool stored = false;
    layer.each([&]<class Op>(Op const& op, int position) {
      std::size_t const p = nodes.size();
      Node node{.index = p, .layer = l, .position = position};
      node.in = {channels[p], sizes[p].height, sizes[p].width};
      node.out = {channels[p + 1], sizes[p + 1].height, sizes[p + 1].width};
      node.first_state = own_state[p], node.n_states = n_states<Op>();
      describe_node(op, node, stored, feedforward_only);
      if constexpr (is_role<Op>) node.slots = kernels::slots_of<decltype(role_of(op))>();
      bool const joins = node.is_role && position > 0 && nodes.back().is_role && !nodes.back().stores;
      if (joins) node.slot = nodes.back().slot + nodes.back().slots;
      stored = stored || node.stores;
      nodes.push_back(node);
    });
  });
  return nodes;
}

}  // namespace dynvision::run
