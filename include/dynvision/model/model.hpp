// Model: areas in a row, a head, and the numbers they are composed with.
//
//   using MyNet = Model<V1, V2>;
//   MyNet net({.n_classes = 10, .input_dims = {3, 32, 32}});
//
// A type of its own takes the constructor over, and may have numbers of its own:
//   struct MyNet : Model<V1, V2> {
//     static Options published() { return {.n_classes = 100, .tau = 8}; }
//     MyNet(Options const& given = {}) : Model(given.over(published())) {}
//   };
//
// The constructor makes all parameters and turns delays into steps; run/unroll.hpp runs the model through time. Copies
// share their parameters.
#pragma once
#include <dynvision/core/list.hpp>
#include <dynvision/model/compose.hpp>
#include <dynvision/model/explain.hpp>
#include <dynvision/operations/linear_head.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision {

template <class... Ops> constexpr bool any_trained(List<Ops...>) { return (TrainedOperation<Ops> || ...); }

template <class Head, class... Layers> struct ModelWith {
  static constexpr Finding finding = first_fault<Layers...>();
  static constexpr bool is_different_in_training =
      TrainedOperation<Head> || (any_trained(typename Layers::operations{}) || ...);
  static constexpr int n_layers = static_cast<int>(sizeof...(Layers));

  static_assert(
      !requires(Head & head, Tensor const& x) { head(x); } || requires(Head const& head, Tensor const& x) { head(x); },
      "dynvision: a head needs Tensor operator()(Tensor const&) const (docs/concepts/model.md)");

  Options options;
  // Nothing of a wrong composition is kept, so that its one message is not followed by others from where it is used.
  std::conditional_t<finding.fault == Fault::none, Row<Layers...>, Row<>> layers{};
  Head head{};
  std::vector<int> memory{};  // [steps] that each layer's delay line holds
  bool in_training = false;   // some operation is different while the model is trained, and it is (see train)
  [[no_unique_address]] decltype(explanation<finding, Layers...>()) checked{};

  static Options published() { return {}; }  // the numbers of the model that are not the defaults of Options

  ModelWith(Options const& given = {}) : options(given) {  // NOLINT: implicit on purpose
    if constexpr (finding.fault == Fault::none) memory = compose(parts(), {Layers::name...}, options);
  }

  // Visits the layers in order: f(layer, index).
  void each_layer(auto&& f) { layers.each(f); }
  void each_layer(auto&& f) const { layers.each(f); }

  // The operations of all layers in order, and the head.
  Parts parts() const {
    Parts all;
    each_layer([&](auto const& layer, int l) { layer.each(AddParts{all, l, layer.name}); });
    all.push_back({&part_type<Head>, &head, n_layers - 1, 0, "head"});
    return all;
  }

  // All named tensors, each once, in the order of the layers.
  Parameters parameters() const { return parameters_of(parts()); }

  // Moves every parameter to another dtype or device.
  void to(at::TensorOptions const& target) {
    visit_parameters(parts(), [&](std::string const&, Tensor& tensor, bool learned) {
      tensor = tensor.detach().to(target).set_requires_grad(learned);
    });
    tie_parameters(parts());
    if (target.has_dtype()) options.dtype = at::typeMetaToScalarType(target.dtype());
    if (target.has_device()) options.device = target.device();
  }

  // Makes the model ready to be trained: batch normalisation and dropout do then what they do in training.
  void train(bool on = true) {
    auto const one = [&]<class Op>(Op& op) {
      if constexpr (TrainedOperation<Op>) op.train(on), in_training = on;
    };
    each_layer([&](auto& layer, int) { layer.each([&](auto& op, int) { one(op); }); });
    one(head);
  }

  // Fails where the state of a layer would grow without bound: taus are numbers that may have been learned or loaded.
  void check_dynamics() const {
    each_layer([](auto const& layer, int) {
      layer.each([&](auto const& op, int) {
        if constexpr (requires { op.check_tau(layer.name); }) op.check_tau(layer.name);
      });
    });
  }

  // Steps before the head has a signal: the sum of the feedforward delays, after the last operation that is active
  // before there is input (a bias, for example).
  int n_residual_timesteps() const {
    int n = 0;
    each_layer([&](auto const& layer, int) {
      layer.each([&]<class Op>(Op const& op, int) {
        if constexpr (ActiveWithoutInput<Op>) n = 0;
        if constexpr (MemoryOperation<Op>) n += feedforward_steps(op);
      });
    });
    return n;
  }
};

template <class... Layers> struct Model : ModelWith<Classifier, Layers...> {
  using ModelWith<Classifier, Layers...>::ModelWith;
};

}  // namespace dynvision
