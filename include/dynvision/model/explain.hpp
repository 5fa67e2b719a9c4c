// The sentence for what is wrong with a written model: a static_assert whose template arguments say which layer, position,
// operation and channels are meant.
#pragma once
#include <dynvision/model/check.hpp>

namespace dynvision {

struct Sound {};                    // what the check of a sound model gives
struct Nothing {};                  // in place of an operation
template <int> struct Position {};  // of the operation in its layer, from 0
template <int> struct Channels {};  // that there are at this place; 0: those of the image, or of no interest

// The sentence: its template arguments name the layer, the operation, its position and the channels there.
// The assertions stand in a function, whose result is deduced: clang++ takes a class with a failed assertion, and all
// that contains it, for no class at all, and complains again wherever the model is used.
template <Fault F, class Layer, class Operation, class At, class Given> constexpr auto explain() {
  static_assert(F != Fault::no_layers, "dynvision: a model needs at least one layer (docs/concepts/model.md)");
  static_assert(F != Fault::not_a_layer,
                "dynvision: expected layers, such as struct V1 : Layer<\"V1\", ...> {} (docs/concepts/layer.md)");
  static_assert(F != Fault::same_name, "dynvision: two layers have the same name (docs/concepts/layer.md)");
  static_assert(F != Fault::not_an_operation,
                "dynvision: this is not an Operation: expected a default-constructible struct with "
                "Tensor operator()(Tensor const&) const (docs/concepts/operation.md)");
  static_assert(F != Fault::number,
                "dynvision: a number of this operation is out of range (docs/concepts/operation.md)");
  static_assert(F != Fault::policy,
                "dynvision: this operation does not take one of its policies (docs/concepts/operation.md)");
  static_assert(F != Fault::channels,
                "dynvision: this operation cannot take so many channels (docs/concepts/layer.md)");
  static_assert(F != Fault::solver,
                "dynvision: Evolve needs a Solver, such as Euler or RungeKutta4 (docs/concepts/solver.md)");
  static_assert(F != Fault::lateral,
                "dynvision: Recur needs a Lateral connection, such as Full<36, 3> (docs/concepts/connection.md)");
  static_assert(F != Fault::parametrisation,
                "dynvision: the weights of this lateral connection do not take one of its parametrisations, such as "
                "WeightNorm or Masked (docs/concepts/weights.md)");
  static_assert(F != Fault::parametrisation_order,
                "dynvision: LowRank stands before the other parametrisations of a weight (docs/concepts/weights.md)");
  static_assert(F != Fault::state_channels,
                "dynvision: the lateral connection starts from other channels than the layer stores at Delay "
                "(docs/concepts/connection.md)");
  static_assert(F != Fault::target_channels,
                "dynvision: the lateral connection arrives with other channels than there are at this place: choose "
                "another recurrence target or type (docs/concepts/connection.md)");
  static_assert(F != Fault::twice, "dynvision: this operation can be in a layer only once (docs/concepts/layer.md)");
  static_assert(F != Fault::evolve_without_delay,
                "dynvision: a layer with Evolve needs Delay, where its state is stored (docs/concepts/solver.md)");
  static_assert(F != Fault::recurrence_without_delay,
                "dynvision: a layer with Recur needs Delay, where its state is stored (docs/concepts/connection.md)");
  static_assert(F != Fault::unknown_source,
                "dynvision: the model has no layer of the name this connection comes from "
                "(docs/concepts/connection.md)");
  static_assert(F != Fault::skip_backwards,
                "dynvision: a skip connection comes from an earlier layer: use AddFeedback for a later one "
                "(docs/concepts/connection.md)");
  static_assert(F != Fault::feedback_forwards,
                "dynvision: a feedback connection comes from a later layer: use AddSkip for an earlier one "
                "(docs/concepts/connection.md)");
  static_assert(F != Fault::source_without_delay,
                "dynvision: the layer this connection comes from needs Delay, where its state is stored "
                "(docs/concepts/connection.md)");
  static_assert(F != Fault::groups,
                "dynvision: the channels here are no multiple of the number of groups (docs/concepts/operation.md)");
  static_assert(F != Fault::middle,
                "dynvision: ToMiddle needs a layer with two convolutions: choose ToOutput or ToInput "
                "(docs/concepts/connection.md)");
  static_assert(F != Fault::inner,
                "dynvision: Residual and Repeat take operations of a signal alone, or with forgets_state: nothing that "
                "reads or stores a state (docs/concepts/operation.md)");
  static_assert(F != Fault::noise_scaling,
                "dynvision: Noise needs a scaling that says what sigma means: PerStep | Diffusion | WhiteDrive | "
                "StationaryDrive | Stationary (docs/concepts/noise.md)");
  static_assert(
      F != Fault::noise_before_solver,
      "dynvision: noise of this scaling is part of the drive, so it needs an Evolve behind it: choose Diffusion "
      "or Stationary for noise behind the solver (docs/concepts/noise.md)");
  static_assert(F != Fault::noise_behind_solver,
                "dynvision: noise of this scaling is added to the state, so it needs an Evolve before it: choose "
                "WhiteDrive or StationaryDrive for noise in the drive (docs/concepts/noise.md)");
  static_assert(F != Fault::same_state,
                "dynvision: two operations of a layer have a state of the same name: give one of them another name "
                "(docs/concepts/named_states.md)");
  static_assert(F != Fault::response_without_delay,
                "dynvision: an operation that reads the layer's response needs Delay, where it is stored "
                "(docs/concepts/named_states.md)");
  static_assert(
      F != Fault::response_channels,
      "dynvision: an operation that reads the layer's response stands where there are other channels than the "
      "layer stores at Delay (docs/concepts/named_states.md)");
  return Sound{};
}

template <int P, class... Ops> element<P, Ops..., Nothing> operation_at(List<Ops...>);

// decltype(explanation<...>()) is the check: Sound, after what explain has to say.
template <Finding Found, class... Layers> constexpr auto explanation() {
  if constexpr (Found.fault == Fault::none) {
    return Sound{};
  } else if constexpr (Found.fault == Fault::no_layers) {
    return explain<Found.fault, Nothing, Nothing, Position<0>, Channels<0>>();
  } else {
    using L = element<Found.layer, Layers...>;
    if constexpr (Found.fault == Fault::not_a_layer) {
      return explain<Found.fault, L, Nothing, Position<0>, Channels<0>>();
    } else {
      using Op = decltype(operation_at<Found.position>(typename L::operations{}));
      return explain<Found.fault, L, Op, Position<Found.position>, Channels<Found.has>>();
    }
  }
}

}  // namespace dynvision
