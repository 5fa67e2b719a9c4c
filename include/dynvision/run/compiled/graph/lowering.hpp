// Stages: the operations of a model as the compiled path runs them.
//
// Neighbouring pointwise operations of a layer are the roles of one pipeline, composed here from their types;
// a pipeline ends at Delay, where the state is stored. Everything else is a stage of its own (run/compiled/graph/node.hpp).
#pragma once
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/kernels/pipeline/pipeline.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/run/compiled/graph/node.hpp>

#include <tuple>

namespace dynvision::run {

// --- the types of a layer's pipelines

template <class Op> auto role_of(Op const& op) {
  constexpr NodeKind kind = kind_of<Op>();
  if constexpr (kind == NodeKind::map) {
    return kernels::Map<decltype(op.pointwise())>{op.pointwise()};
  } else if constexpr (kind == NodeKind::lateral || kind == NodeKind::incoming) {
    return kernels::Combine<typename Op::integration>{};
  } else if constexpr (kind == NodeKind::external || kind == NodeKind::bias) {
    return kernels::Combine<Additive>{};
  } else if constexpr (kind == NodeKind::scale) {
    return kernels::Scale{};
  } else if constexpr (kind == NodeKind::step) {
    double const tau = number_of(op.tau), a = op.dt / tau;
    using S = typename Op::solver;
    return kernels::Step{S::gain(a), a, -S::gain_slope(a) * a / tau, -a / tau};
  } else {
    return kernels::Tap{};
  }
}
template <class Op> using Role = decltype(role_of(std::declval<Op const&>()));

template <int I, class L> auto& operation(L& layer) {
  return [&]<class Op>(Slot<I, Op>& slot) -> Op& { return slot.value; }(layer.ops);
}

template <class L, int First, class Offsets> struct PipelineOf;
template <class L, int First, int... I> struct PipelineOf<L, First, std::integer_sequence<int, I...>> {
  using type = kernels::Pipeline<Role<std::remove_cvref_t<decltype(operation<First + I>(std::declval<L&>()))>>...>;
  static type make(L& layer) { return {{{role_of(operation<First + I>(layer))}...}}; }
};

template <class L> struct Stages {
  static constexpr auto all = stages_of(typename L::operations{});
  static constexpr int count = all.count;
  static constexpr int first(int k) { return all.stage[static_cast<std::size_t>(k)].first; }
  static constexpr int last(int k) { return all.stage[static_cast<std::size_t>(k)].last; }
  template <int I> using Op = std::remove_cvref_t<decltype(operation<I>(std::declval<L&>()))>;
  static constexpr bool pipeline(int k) { return in_pipeline(kinds[static_cast<std::size_t>(first(k))]); }

 private:
  template <class... Ops> static constexpr std::array<NodeKind, sizeof...(Ops)> kinds_of(List<Ops...>) {
    return {kind_of<Ops>()...};
  }
  static constexpr auto kinds = kinds_of(typename L::operations{});
};

struct NoPipeline {};
template <class L, int K> auto make_pipeline(L& layer) {
  if constexpr (Stages<L>::pipeline(K)) {
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

// --- the places of a model

template <class Op> [[gnu::cold]] Node place_of(Op& op, int layer, int position, bool stored, bool feedforward_only) {
  Node place{.kind = kind_of<Op>(), .layer = layer, .position = position};
  if constexpr (RecurrenceOperation<Op>) {
    place.on = op.on && !feedforward_only;
    place.source = {layer, op.delay, stored};
    place.affine = is_affine_lateral<Op>();
    place.opaque = is_opaque_lateral<Op>();
  } else if constexpr (IncomingOperation<Op>) {
    place.on = op.incoming.on && !feedforward_only;
    place.source = {op.incoming.from, op.incoming.delay,
                    op.incoming.from < layer || (op.incoming.from == layer && stored)};
  } else if constexpr (kind_of<Op>() == NodeKind::step) {
    place.source = {layer, stored ? 0 : 1, stored};
    place.learns = op.learned;
  } else if constexpr (kind_of<Op>() == NodeKind::map) {
    auto const functor = op.pointwise();
    place.needs = decltype(functor)::needs;
    if constexpr (requires { functor.identity; }) place.identity = functor.identity;
  } else if constexpr (kind_of<Op>() == NodeKind::delay) {
    place.t_feedforward = op.steps;
  } else if constexpr (kind_of<Op>() == NodeKind::scale) {
    place.on = op.weight.defined();
  }
  if constexpr (kind_of<Op>() == NodeKind::lateral || kind_of<Op>() == NodeKind::incoming) {
    place.additive = Op::integration::additive;
  }
  return place;
}

template <class Model>
[[gnu::cold]] std::vector<Node> places_of(Model& model, Parts const& parts, std::vector<Size> const& sizes,
                                          bool feedforward_only) {
  std::vector<Node> places;
  std::vector<int> const channels = channels_of(parts, model.options.input_dims[0]);
  model.each_layer([&](auto& layer, int l) {
    bool stored = false;
    layer.each([&]<class Op>(Op& op, int position) {
      std::size_t const p = places.size();
      Node place = place_of(op, l, position, stored, feedforward_only);
      place.in = {channels[p], sizes[p].height, sizes[p].width};
      place.out = {channels[p + 1], sizes[p + 1].height, sizes[p + 1].width};
      if (place.kind == NodeKind::delay) stored = true;
      places.push_back(place);
    });
  });
  return places;
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

}  // namespace dynvision::run
