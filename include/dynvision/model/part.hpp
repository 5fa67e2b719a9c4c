// Part: an operation in its place in a model, seen without its type.
//
// Composition, parameters, sizes, reports and the reference path walk over parts, so they are compiled once and not for
// every model. What is different is compiled once for every type of operation: see describe().
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/flags.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/parameters.hpp>

#include <span>
#include <string>
#include <vector>

namespace dynvision {

// What there is to know of a type of operation. A function that it does not have is null.
struct PartType {
  std::string_view label;
  std::string_view path_pattern{};             // empty: the operation says none
  bool is_memory = false;                      // its signal becomes the layer's state
  std::span<std::string_view const> states{};  // names of its own ones
  std::span<PartNumber const> numbers{};       // what Options set
  int (*out_channels)(int in) = nullptr;
  int (*channels_out)(void const* object) = nullptr;  // that a number says, in place of out_channels
  void (*settle)(void* object, Options const& options, std::string_view layer) = nullptr;  // before channels are known
  Size (*out_size)(void const* object, Size in) = nullptr;
  Signal (*apply)(void const* object, Signal const& x, Moment& now) = nullptr;
  int (*source)(void const* object, int layer) = nullptr;  // of a connection, see Part
  Signal (*arrival)(void const* object, Moment& now) = nullptr;
  void (*compose)(void* object, Composition& at) = nullptr;
  void (*parameters)(void* object, ParameterVisitor const& visit) = nullptr;
  Tensor (*tau)(void const* object) = nullptr;                                             // [ms] of a solver
  void (*check_tau)(void const* object, std::string_view layer, double factor) = nullptr;  // of a solver
};

template <class Op> constexpr PartType describe() {
  PartType type{.label = label_of<Op>(), .numbers = part_numbers<Op>()};
  if constexpr (requires { Op::path; }) type.path_pattern = Op::path;
  if constexpr (MemoryOperation<Op>) type.is_memory = true;
  if constexpr (StatefulOperation<Op>) type.states = Op::states;
  if constexpr (requires(int in) { Op::out_channels(in); }) {
    type.out_channels = [](int in) -> int { return Op::out_channels(in); };
  }
  if constexpr (requires(Op & op, Options const& options) { op.settle(options, ""); }) {
    type.channels_out = [](void const* op) -> int { return static_cast<Op const*>(op)->channels_out(); };
    type.settle = [](void* op, Options const& options, std::string_view layer) {
      static_cast<Op*>(op)->settle(options, layer);
    };
  }
  if constexpr (requires(Op const& op, Size in) { op.out_size(in); }) {
    type.out_size = [](void const* op, Size in) -> Size { return static_cast<Op const*>(op)->out_size(in); };
  }
  if constexpr (Operation<Op>) {
    type.apply = [](void const* op, Signal const& x, Moment& now) -> Signal {
      return apply(*static_cast<Op const*>(op), x, now);
    };
  }
  if constexpr (RecurrenceOperation<Op>) {
    type.source = [](void const* op, int layer) -> int { return static_cast<Op const*>(op)->on ? layer : -1; };
  } else if constexpr (IncomingOperation<Op>) {
    type.source = [](void const* op, int) -> int {
      auto const& incoming = static_cast<Op const*>(op)->incoming;
      return incoming.on ? incoming.from : -1;
    };
  }
  if constexpr (requires(Op const& op, Moment& now) { op.arrival(now); }) {
    type.arrival = [](void const* op, Moment& now) -> Signal { return static_cast<Op const*>(op)->arrival(now); };
  }
  if constexpr (requires(Op & op, Composition & at) { op.compose(at); }) {
    type.compose = [](void* op, Composition& at) { static_cast<Op*>(op)->compose(at); };
  }
  if constexpr (requires(Op & op, ParameterVisitor const& visit) { op.parameters(visit); }) {
    type.parameters = [](void* op, ParameterVisitor const& visit) { static_cast<Op*>(op)->parameters(visit); };
  }
  if constexpr (EvolutionOperation<Op>) {
    if constexpr (requires(Op const& op) { op.time_constant(); }) {
      type.tau = [](void const* op) -> Tensor { return static_cast<Op const*>(op)->time_constant(); };
    } else if constexpr (requires(Op const& op) { op.tau; }) {
      type.tau = [](void const* op) -> Tensor { return static_cast<Op const*>(op)->tau; };
    }
    if constexpr (requires(Op const& op) { op.check_tau("", 1.0); }) {
      type.check_tau = [](void const* op, std::string_view layer, double factor) {
        static_cast<Op const*>(op)->check_tau(layer, factor);
      };
    }
  }
  return type;
}
template <class Op> inline constexpr PartType part_type = describe<Op>();

// Parts of a model that is const are to be read: to `compose` them, or to assign to a tensor that `parameters` visits, is
// for the parts of one that is not.
struct Part {
  PartType const* type;
  void const* object;
  int layer;     // index
  int position;  // in the layer
  std::string_view layer_name;

  std::string_view label() const { return type->label; }
  int out_channels(int in) const {
    if (type->out_channels == nullptr) return in;
    int const out = type->out_channels(in);
    return out == any_units && type->channels_out != nullptr ? type->channels_out(object) : out;
  }
  void settle(Options const& options) const;
  Size out_size(Size in) const { return type->out_size ? type->out_size(object, in) : in; }
  Signal apply(Signal const& x, Moment& now) const { return type->apply(object, x, now); }
  // The layer that a connection comes from; -1: it is none, or is left out.
  int source() const { return type->source && type->arrival ? type->source(object, layer) : -1; }
  // What arrives over it, before it is integrated.
  Signal arrival(Moment& now) const { return type->arrival(object, now); }
  void compose(Composition& at) const;
  void parameters(ParameterVisitor const& visit) const;

  std::string path() const;  // of its parameters
  // The full name of one of them.
  std::string path(std::string_view parameter) const;

 private:
  void* changed() const { return const_cast<void*>(object); }
};

using Parts = std::vector<Part>;

struct AddParts {  // of one layer
  Parts& all;
  int layer;
  std::string_view name;
  template <class Op> void operator()(Op const& op, int position) const {
    all.push_back({&part_type<Op>, &op, layer, position, name});
  }
};

// f(full name, tensor, learned) for every tensor of every part; a shared one comes up again.
template <class F> void visit_parameters(Parts const& parts, F&& f) {
  for (Part const& part : parts) {
    auto named = [&](std::string_view name, Tensor& tensor, bool learned) { f(part.path(name), tensor, learned); };
    part.parameters(ParameterVisitor(named));
  }
}

// In their order; the last part is the head.
std::vector<std::string_view> layer_names(Parts const& parts);

// [ms] of the equation of each layer; undefined: it has none.
std::vector<Tensor> taus_of(Parts const& parts);
// Names of all states, in the order in which runs hold them: the responses of the layers, by the names of these; then the
// states of operations, "V1.a".
std::vector<std::string> state_names(Parts const& parts);

// Index of the first state of each part's own.
std::vector<int> first_states(Parts const& parts);

// All named tensors, each once.
[[gnu::cold]] Parameters parameters_of(Parts const& parts);

// Operations of one path share their parameters, the first one's. A path is shared on purpose if it is the same in all
// layers ("supralin"); one that names its layer belongs to a single operation.
[[gnu::cold]] void tie_parameters(Parts const& parts);

// The smallest square image of which something is left after every part.
[[gnu::cold]] Size smallest_image(Parts const& parts);

// (H,W) entering each part, for an image of `in` (0: any size).
[[gnu::cold]] std::vector<Size> sizes_of(Parts const& parts, Size in);

// Channels entering each part, for an image with `in` channels; the last entry is what leaves the last part.
[[gnu::cold]] std::vector<int> channels_of(Parts const& parts, int in);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/model/part.ipp>
#endif
