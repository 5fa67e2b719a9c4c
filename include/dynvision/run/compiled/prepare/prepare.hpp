// PreparedRunOf: the operations of a model, put into a PreparedRun; here alone they have their types.
//
// Pipelines are composed by the compiler, everything else is known by its address from here on: the sweeps
// are compiled once for all models.
#pragma once
#include <dynvision/run/compiled/graph/lowering.hpp>
#include <dynvision/run/compiled/prepare/prepared_run.hpp>

namespace dynvision::run {

template <class M> class PreparedRunOf : public PreparedRun {
 public:
  [[gnu::cold]] PreparedRunOf(M& given, Stimulus const& shown, Settings const& numbers, Monitors const& monitors,
                              kernels::Engine by)
      : PreparedRun(given.options, given.memory, layer_names_of(given), places_of(given, shown, numbers), M::n_layers,
                    shown, numbers, monitors, by),
        model_(given),
        pipelines_(LayerPipelines<M>::make(model_.layers)) {
    model_.each_layer([&]<class L>(L& layer, int l) {
      std::size_t const first = first_place[static_cast<std::size_t>(l)];
      layer.each([&](auto& op, int position) { set_up(op, first + static_cast<std::size_t>(position)); });
      auto& of_layer = std::get<LayerPipelines<M>::template index_of<L>()>(pipelines_);
      [&]<int... K>(std::integer_sequence<int, K...>) { (add_stage<L, K>(std::get<K>(of_layer), l, first), ...); }
      (std::make_integer_sequence<int, Stages<L>::count>{});
    });
    set_up_head(model_.head);
    decide_what_to_keep();
  }

 private:
  M model_;                                     // shares its parameters with the user's
  typename LayerPipelines<M>::type pipelines_;  // [layer][stage]

  template <class L, int K, class P> [[gnu::cold]] void add_stage(P const& pipeline, int l, std::size_t first) {
    Stage stage{l, first + static_cast<std::size_t>(Stages<L>::first(K)),
                first + static_cast<std::size_t>(Stages<L>::last(K))};
    if constexpr (Stages<L>::pipeline(K)) {
      stage.pipeline = &pipeline;
      stage.forward = [](void const* one, kernels::Engine const& engine, kernels::Arguments const& flow) {
        static_cast<P const*>(one)->forward(engine, flow);
      };
      stage.reverse = [](void const* one, kernels::Engine const& engine, kernels::Arguments const& flow,
                         kernels::AdjointArguments const& back) {
        static_cast<P const*>(one)->reverse(engine, flow, back);
      };
    }
    stages.push_back(stage);
  }

  template <class Head> [[gnu::cold]] void set_up_head(Head& head) {
    visit(head, [&](Tensor& x) { learned.index(x); });
    if constexpr (requires { head.classes(); }) n_classes = head.classes();
    if constexpr (std::is_same_v<Head, Classifier>) {
      classifier = &head;
    } else if constexpr (requires(Tensor const& x) { head(x); }) {
      Calls& all = calls.back();
      all.of_tensor = tensor_function(head, engine.backend == kernels::Backend::loops);
      visit(head, [&](Tensor& x) {
        if (x.requires_grad()) all.learned.push_back(x);
      });
    }
  }

  // f(tensor) for each of the parameters, if there are any.
  template <class Op, class F> static void visit(Op& op, F const& f) {
    if constexpr (requires(ParameterVisitor const& visitor) { op.parameters(visitor); }) {
      auto seen = [&](std::string_view, Tensor& x, bool) { f(x); };
      op.parameters(ParameterVisitor(seen));
    }
  }

  template <class Op> [[gnu::cold]] void call(Op& op, std::size_t p) {
    Calls& all = calls[p];
    all.op = &op;
    visit(op, [&](Tensor& x) {
      if (x.requires_grad()) all.learned.push_back(x);
    });
    if constexpr (is_opaque_lateral<Op>() || convolutions_on_plane<Op>() > 0) {
      all.lateral = [](void* one, Tensor const& r) -> Tensor { return static_cast<Op*>(one)->lateral(r); };
    }
    if constexpr (kind_of<Op>() == NodeKind::meeting) {
      all.meet = [](Tensor const& x, Tensor const& h) -> Tensor { return integrate<typename Op::integration>(x, h); };
    } else if constexpr (kind_of<Op>() == NodeKind::moment) {
      all.at_moment = [](void* one, Tensor const& x, Moment& now) -> Tensor {
        return (*static_cast<Op*>(one))(x, now);
      };
    } else if constexpr (kind_of<Op>() == NodeKind::batch) {
      all.of_tensor = tensor_function(op, engine.backend == kernels::Backend::loops);
    }
  }

  template <class Op> [[gnu::cold]] void set_up(Op& op, std::size_t p) {
    visit(op, [&](Tensor& x) {
      if (learned.index(x) >= 0) first_learned_ = std::min(first_learned_, p);
    });
    call(op, p);
    Node& at = table.places[p];
    if constexpr (convolutions_on_plane<Op>() > 0) at.opaque = engine.backend != kernels::Backend::loops;
    if constexpr (kind_of<Op>() == NodeKind::convolution) {
      convolutions[p].emplace(op.kernel, layout, dtype(), learned);
    } else if constexpr (RecurrenceOperation<Op> || IncomingOperation<Op>) {
      if (at.on) set_up_arrival(op, p);
    } else if constexpr (kind_of<Op>() == NodeKind::max_pool) {
      using N = PoolNumbers<Op>;
      pools[p].emplace(at.in, at.out, N::kernel, N::stride, N::margin, layout);
    } else if constexpr (is_bias<Op>) {
      bias_parameters[p] = op.bias;
      biases[p] =
          layout.of(op.bias.detach().to(dtype()).expand({1, at.in.channels, at.in.height, at.in.width}).clone());
    } else if constexpr (kind_of<Op>() == NodeKind::step) {
      taus[p] = op.tau;
    } else if constexpr (kind_of<Op>() == NodeKind::scale) {
      if (at.on) scales[p] = number_of(op.weight);
    }
  }

  template <class Op> [[gnu::cold]] void set_up_arrival(Op& op, std::size_t p) {
    Node const& at = table.places[p];
    ProjectionRun arrival(state_shape[static_cast<std::size_t>(at.source.layer)], at.in, layout, options, engine);
    auto const add = [&](Weight const& kernel) { arrival.chain.emplace_back(kernel, layout, dtype(), learned); };
    if constexpr (IncomingOperation<Op>) {
      if (op.incoming.adapter.conv.exists()) add(op.incoming.adapter.conv);
    } else if constexpr (requires { op.lateral.convolutions(); }) {
      kernels::Shape const& shape = state_shape[static_cast<std::size_t>(at.source.layer)];
      for (Weight const* kernel : op.lateral.convolutions()) {
        if (at.opaque) break;
        add(*kernel);
        int const i = static_cast<int>(arrival.chain.size());
        if (i <= convolutions_on_plane<Op>()) arrival.chain.back().put_on_plane(shape, engine);
      }
    } else if constexpr (is_affine_lateral<Op>()) {
      auto const number = [](Tensor const& x) { return x.defined() ? number_of(x) : 0.0; };
      affine[p] = {number(op.lateral.weight), number(op.lateral.bias)};
      affine_parameters[p] = {op.lateral.weight, op.lateral.bias};
    }
    arrival.resolve();
    arrivals[p].emplace(std::move(arrival));
  }

  [[gnu::cold]] static std::vector<std::string_view> layer_names_of(M& model) {
    std::vector<std::string_view> names;
    model.each_layer([&](auto& layer, int) { names.push_back(layer.name); });
    return names;
  }

  [[gnu::cold]] static std::vector<Node> places_of(M& model, Stimulus const& shown, Settings const& settings) {
    Parts const parts = model.parts();
    std::vector<Size> const sizes = sizes_of(parts, {shown.frames.size(3), shown.frames.size(4)});
    return run::places_of(model, parts, sizes, settings.feedforward_only);
  }
};

}  // namespace dynvision::run
