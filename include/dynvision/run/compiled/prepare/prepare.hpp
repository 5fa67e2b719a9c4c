// PreparedRunOf: the operations of a model, put into a PreparedRun; here alone they have their types.
//
// Pipelines are composed by the compiler, everything else is known by its address from here on: the sweeps are compiled
// once for all models.
#pragma once
#include <dynvision/run/compiled/prepare/lowering.hpp>

namespace dynvision::run {

template <class M> class PreparedRunOf : public PreparedRun {
 public:
  [[gnu::cold]] PreparedRunOf(M const& given, Stimulus const& shown, Settings const& numbers, Monitors const& monitors,
                              kernels::Engine by, bool live = false)
      : PreparedRun(given.options, given.memory, layer_names_of(given), dynvision::state_names(given.parts()),
                    graph_of(given, shown, numbers), M::n_layers, shown, numbers, monitors, by, live),
        model_(given),
        pipelines_(LayerPipelines<M>::make(model_.layers)) {
    tau = taus_of(model_.parts());
    std::size_t first = 0;
    model_.each_layer([&]<class L>(L& layer, int l) {
      int n = 0;
      layer.each([&](auto& op, int position) {
        prepare(op, first + static_cast<std::size_t>(position));
        n = position + 1;
      });
      auto& of_layer = std::get<LayerPipelines<M>::template index_of<L>()>(pipelines_);
      [&]<int... K>(std::integer_sequence<int, K...>) { (add_stage<L, K>(std::get<K>(of_layer), l, first), ...); }
      (std::make_integer_sequence<int, Stages<L>::count>{});
      first += static_cast<std::size_t>(n);
    });
    prepare_head(model_.head);
    decide_what_to_keep();
  }

 private:
  M model_;                                     // shares its parameters with the user's
  typename LayerPipelines<M>::type pipelines_;  // [layer][stage]

  template <class K, class... Args> static void prepare_node(PreparedNode& node, Args&&... args) {
    if constexpr (sizeof...(Args) > 0) {
      if constexpr (std::is_constructible_v<K, Args...>) node.self = std::make_shared<K>(std::forward<Args>(args)...);
    }
    node.functions = &node_functions<K>;
  }

  template <class Op> [[gnu::cold]] void prepare(Op& op, std::size_t p) {
    each_parameter(op, [&](Tensor& x) {
      if (gradients.index(x) >= 0) first_learned_ = std::min(first_learned_, p);
    });
    prepare_node<NodeKind<Op>>(nodes[p], op, table.nodes[p], static_cast<PreparedRun&>(*this));
  }

  template <class Head> [[gnu::cold]] void prepare_head(Head& of_model) {
    each_parameter(of_model, [&](Tensor& x) { gradients.index(x); });
    if constexpr (requires { of_model.classes(); }) n_classes = of_model.classes();
    if constexpr (std::is_same_v<Head, Classifier>) {
      classifier = &of_model;
    } else if constexpr (requires(Tensor const& x) { of_model(x); }) {
      head_node_.index = nodes.size();
      head.node = &head_node_;
      head_is_readout = stages::Readout::is_kind_of<Head>();
      using K = std::conditional_t<stages::Readout::is_kind_of<Head>(), stages::Readout, stages::Head>;
      prepare_node<K>(head, of_model, static_cast<PreparedRun&>(*this));
    }
  }

  template <class L, int K, class P> [[gnu::cold]] void add_stage(P const& pipeline, int l, std::size_t first) {
    Stage stage{l, first + static_cast<std::size_t>(Stages<L>::first(K)),
                first + static_cast<std::size_t>(Stages<L>::last(K))};
    if constexpr (Stages<L>::template is_pipeline<K>) {
      stage.pipeline = &pipeline;
      stage.forward = [](void const* one, kernels::Engine const& by, kernels::Arguments const& arguments) {
        static_cast<P const*>(one)->forward(by, arguments);
      };
      stage.reverse = [](void const* one, kernels::Engine const& by, kernels::Arguments const& arguments,
                         kernels::AdjointArguments const& adjoint) {
        static_cast<P const*>(one)->reverse(by, arguments, adjoint);
      };
    }
    stages.push_back(stage);
  }

  [[gnu::cold]] static std::vector<std::string_view> layer_names_of(M const& model) {
    std::vector<std::string_view> names;
    model.each_layer([&](auto& layer, int) { names.push_back(layer.name); });
    return names;
  }
  [[gnu::cold]] static std::vector<Node> graph_of(M const& model, Stimulus const& shown, Settings const& settings) {
    Parts const parts = model.parts();
    std::vector<Size> const sizes = sizes_of(parts, {shown.frames.size(3), shown.frames.size(4)});
    return run::graph_of(model, parts, sizes, settings.feedforward_only);
  }

  Node head_node_{};
};

}  // namespace dynvision::run
