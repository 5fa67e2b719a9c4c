// The one place where a written model is checked: one mistake, one message (model/explain.hpp).
//
// first_fault<Layers...>() walks the composition at compile time and returns the first fault, with its place.
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/flags.hpp>
#include <dynvision/concepts/noise_scaling.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/list.hpp>
#include <dynvision/model/layer.hpp>

#include <array>

namespace dynvision {

struct Finding {
  Fault fault = Fault::none;
  int layer = 0;     // index of the layer
  int position = 0;  // of the operation in the layer, from 0
  int has = 0;       // channels that are there
};

namespace checking {

struct Walk {  // along the operations of a layer
  Finding finding{};
  int channels = 0;                           // leaving
  int state = -1;                             // channels of the stored response, -1: nothing is stored
  int recurs = -1, evolves = -1, reads = -1;  // position, -1: nowhere

  constexpr bool sound() const { return finding.fault == Fault::none; }
  constexpr void found(Fault fault, int position, int has = 0) {
    if (sound()) finding = {fault, finding.layer, position, has};
  }
};

template <class Op> constexpr void enter(Walk& walk, int position) {
  if (!walk.sound()) return;
  if constexpr (requires { Op::fault; }) walk.found(Op::fault, position, walk.channels);
  if constexpr (!Operation<Op>) {
    walk.found(Fault::not_an_operation, position);
  } else if (walk.sound()) {
    if constexpr (MemoryOperation<Op>) walk.state = walk.channels;
    if constexpr (EvolutionOperation<Op>) walk.evolves = position;
    if constexpr (StatefulOperation<Op> && reads_response<Op>()) walk.reads = position;
    if constexpr (RecurrenceOperation<Op>) {
      if constexpr (!SilentLateral<Op>) walk.recurs = position;
    }
    if constexpr (requires { Op::groups; }) {
      if (walk.channels % Op::groups) walk.found(Fault::groups, position, walk.channels);
    }
    int const out = out_channels<Op>(walk.channels);
    if (out < 0) walk.found(Fault::channels, position, walk.channels);
    if (walk.sound()) walk.channels = out;
  }
}

// Second pass, when the channels of the stored response are known.
template <class Op> constexpr void enter_recurrence(Walk& walk, int position, int state) {
  if (!walk.sound()) return;
  if constexpr (RecurrenceOperation<Op>) {
    if constexpr (!SilentLateral<Op> && Op::fault != Fault::lateral) {
      using L = typename Op::lateral_type;
      if (!same_channels(L::state_channels, state)) walk.found(Fault::state_channels, position, state);
      int const arrives = KeepsChannels<L> ? L::state_channels : L::target_channels;
      if (!same_channels(arrives, walk.channels) || !same_channels(L::target_channels, walk.channels)) {
        walk.found(Fault::target_channels, position, walk.channels);
      }
    }
  }
  if constexpr (StatefulOperation<Op> && reads_response<Op>()) {
    if (!same_channels(walk.channels, state)) walk.found(Fault::response_channels, position, walk.channels);
  }
  if (walk.sound()) walk.channels = out_channels<Op>(walk.channels);
}

template <class Op> constexpr bool has_state(std::string_view name) {
  for (int k = 0; k < n_states<Op>(); ++k) {
    if constexpr (StatefulOperation<Op>) {
      if (Op::states[static_cast<std::size_t>(k)] == name) return true;
    }
  }
  return false;
}
// States of this operation that others of the layer, Ops, name too (or itself, twice).
template <class Op, class... Ops> constexpr bool names_a_state_again() {
  if constexpr (StatefulOperation<Op>) {
    for (std::string_view const name : Op::states) {
      if ((static_cast<int>(has_state<Ops>(name)) + ...) > 1) return true;
    }
  }
  return false;
}

template <class Op, class... Ops> constexpr int count = (static_cast<int>(std::is_same_v<Op, Ops>) + ...);

template <class... Ops> constexpr Walk walk(List<Ops...>, int in, int layer) {
  Walk first{.finding = {.layer = layer}, .channels = in};
  int position = 0;
  (enter<Ops>(first, position++), ...);
  if (!first.sound()) return first;

  position = 0;
  [[maybe_unused]] auto const repeated = [&]<class Op>(std::type_identity<Op>) {
    if constexpr (OnlyOnce<Op>) {
      constexpr bool named = requires { Op::label; };  // else by its type
      constexpr int same =
          (static_cast<int>(named ? label_of<Ops>() == label_of<Op>() : std::is_same_v<Ops, Op>) + ...);
      if (same > 1) first.found(Fault::twice, position);
    }
    if (names_a_state_again<Op, Ops...>()) first.found(Fault::same_state, position);
    ++position;
  };
  (repeated(std::type_identity<Ops>{}), ...);
  position = 0;
  [[maybe_unused]] auto const placed = [&]<class Op>(std::type_identity<Op>) {
    if constexpr (requires { Op::scaling::side; }) {
      bool const is_before = position < first.evolves;
      if (Op::scaling::side == SideOfSolver::before && !is_before) first.found(Fault::noise_before_solver, position);
      if (Op::scaling::side == SideOfSolver::behind && (is_before || first.evolves < 0)) {
        first.found(Fault::noise_behind_solver, position);
      }
    }
    ++position;
  };
  (placed(std::type_identity<Ops>{}), ...);
  if (first.state < 0 && first.evolves >= 0) first.found(Fault::evolve_without_delay, first.evolves);
  if (first.state < 0 && first.recurs >= 0) first.found(Fault::recurrence_without_delay, first.recurs);
  if (first.state < 0 && first.reads >= 0) first.found(Fault::response_without_delay, first.reads);
  if (!first.sound()) return first;

  Walk second = first;
  second.channels = in;
  position = 0;
  (enter_recurrence<Ops>(second, position++, first.state), ...);
  return second;
}

struct Known {  // what the other layers see
  std::string_view name;
  bool stores;
};

template <class Op, std::size_t N>
constexpr void enter_connection(Finding& finding, std::array<Known, N> const& layers, int layer, int position) {
  if constexpr (IncomingOperation<Op>) {
    constexpr bool from_later = comes_from_later<Op>();
    if (finding.fault != Fault::none) return;
    int source = -1;
    for (std::size_t i = 0; i < N; ++i) {
      if (layers[i].name == Op::source) source = static_cast<int>(i);
    }
    auto const found = [&](Fault fault) { finding = {fault, layer, position, 0}; };
    if (source < 0) {
      found(Fault::unknown_source);
    } else if (!from_later && source >= layer) {
      found(Fault::skip_backwards);
    } else if (from_later && source <= layer) {
      found(Fault::feedback_forwards);
    } else if (!layers[static_cast<std::size_t>(source)].stores) {
      found(Fault::source_without_delay);
    }
  }
}

template <std::size_t N, class... Ops>
constexpr void connections(List<Ops...>, [[maybe_unused]] Finding& finding,
                           [[maybe_unused]] std::array<Known, N> const& layers, [[maybe_unused]] int layer) {
  int position = 0;
  (enter_connection<Ops>(finding, layers, layer, position++), ...);
}

template <class... Ops> constexpr bool stores(List<Ops...>) { return (MemoryOperation<Ops> || ...); }

}  // namespace checking

template <class... Layers> constexpr Finding first_fault() {
  if constexpr (sizeof...(Layers) == 0) {
    return {Fault::no_layers};
  } else if constexpr (!(LayerType<Layers> && ...)) {
    Finding finding{Fault::not_a_layer};
    bool const is_layer[] = {LayerType<Layers>...};
    while (is_layer[finding.layer]) ++finding.layer;
    return finding;
  } else {
    std::array<checking::Known, sizeof...(Layers)> const layers{
        checking::Known{Layers::name, checking::stores(typename Layers::operations{})}...};
    for (std::size_t i = 0; i < layers.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (layers[i].name == layers[j].name) return {Fault::same_name, static_cast<int>(i)};
      }
    }
    Finding finding{};
    int channels = image_channels, index = 0;
    auto const through = [&]<class L>(std::type_identity<L>) {
      if (finding.fault == Fault::none) {
        checking::Walk const walk = checking::walk(typename L::operations{}, channels, index);
        finding = walk.finding;
        channels = walk.channels;
      }
      if (finding.fault == Fault::none) checking::connections(typename L::operations{}, finding, layers, index);
      ++index;
    };
    (through(std::type_identity<Layers>{}), ...);
    return finding;
  }
}

}  // namespace dynvision
