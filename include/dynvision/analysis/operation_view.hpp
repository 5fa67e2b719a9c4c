// OperationView: what facts need of an operation in its place, by one function for its type, whatever model it is in.
//
// The rest of what is said of a model (analysis/facts.hpp) knows no types, and is compiled once.
#pragma once
#include <dynvision/analysis/work.hpp>
#include <dynvision/connections/interpolated_delay.hpp>
#include <dynvision/core/type_text.hpp>

#include <string_view>
#include <vector>

namespace dynvision::analysis {

// Where the operation stands.
struct Place {
  int layer;
  Size in;
  int channels_in, channels_out;
  std::vector<Size> const& responses;  // (H,W) of each layer
};

struct Seen {
  Size out{};
  bool connects = false, is_lateral = false, is_from_later = false;  // something arrives here over a connection
  int from = -1;                                                     // index of its source
  int delay = 0;                                                     // [steps] of the connection, or of the memory
  InterpolatedDelay const* interpolated = nullptr;
  bool is_memory = false, is_active_without_input = false, is_record = false;
  Work work{};
};

struct OperationView {
  std::string_view type;  // as the compiler writes it
  // `field` is that before the operation, then that behind it.
  Seen (*look)(void const* operation, Place const& place, Field& field);
};

template <class Op> [[gnu::cold]] Seen look_at(void const* object, Place const& place, Field& field) {
  Op const& op = *static_cast<Op const*>(object);
  Size const in = place.in;
  bool const sized = in.height > 0;
  Seen seen{.out = sized ? out_size(op, in) : Size{}};
  seen.is_active_without_input = ActiveWithoutInput<Op>;
  seen.is_memory = MemoryOperation<Op>;
  seen.is_record = label_of<Op>() == "record";
  // Hands on what it gets: nothing is computed, and nothing more is kept.
  bool passes = seen.is_memory || seen.is_record || label_of<Op>() == "addext";
  Size at = seen.out;
  if constexpr (MemoryOperation<Op>) seen.delay = feedforward_steps(op), seen.interpolated = interpolated_delay(op);
  if constexpr (RecurrenceOperation<Op>) {
    seen.connects = op.on, seen.is_lateral = true;
    seen.from = place.layer, seen.delay = op.delay, seen.interpolated = interpolated_delay(op);
    passes = !op.on;
    at = place.responses[static_cast<std::size_t>(place.layer)];
  } else if constexpr (IncomingOperation<Op>) {
    seen.connects = op.incoming.on, seen.is_from_later = comes_from_later<Op>();
    passes = !op.incoming.on;
    if (op.incoming.on) {
      seen.from = op.incoming.from, seen.delay = op.incoming.delay, seen.interpolated = interpolated_delay(op);
      at = place.responses[static_cast<std::size_t>(seen.from)];
      auto const& conv = op.incoming.adapter.conv;
      if (conv.exists() && at.height > 0) at = conv.out_size(at);
    }
  }
  if constexpr (requires { op.each_inner(in, [](auto const&, Size, bool) {}); }) {
    op.each_inner(in, [&](auto const& inner, Size size, bool main_way) {
      if (main_way) field.through(inner, size);
    });
  } else {
    field.through(op, in);
  }
  if (sized && !passes) seen.work = work_of(op, in, place.channels_in, place.channels_out, at);
  return seen;
}

template <class Op> inline constexpr OperationView view_of{type_names::raw<Op>(), &look_at<Op>};

struct AddViews {  // of one layer
  std::vector<OperationView const*>& all;
  template <class Op> void operator()(Op const&, int) const { all.push_back(&view_of<Op>); }
};

// Of a whole model, in the order of its parts, and what is said of it and of its head.
struct ModelView {
  std::string_view name;  // as the compiler writes its type, or as the model calls itself
  bool has_own_name = false;
  std::vector<OperationView const*> operations{};
  bool has_head = false;  // one that gives classes
  int n_classes = 0;
  std::string_view head_type{};
  double head_numbers = 0;  // of its weights
};

template <class Model> ModelView view(Model const& model) {
  ModelView all{.name = type_names::raw<Model>()};
  if constexpr (requires { Model::model_name; }) all.name = Model::model_name, all.has_own_name = true;
  model.each_layer([&](auto const& layer, int) { layer.each(AddViews{all.operations}); });
  if constexpr (requires { model.head.classes(); }) {
    all.has_head = true;
    all.n_classes = static_cast<int>(model.head.classes());
    all.head_type = type_names::raw<std::remove_cvref_t<decltype(model.head)>>();
    all.head_numbers = numbers_of_head(model.head);
  }
  return all;
}

}  // namespace dynvision::analysis
