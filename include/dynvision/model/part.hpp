// Part: an operation in its place in a model, seen without its type.
//
// Composition, parameters, sizes, reports and the reference path walk over parts, so they are compiled once and not for
// every model. What is different is compiled once for every type of operation: see describe().
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/flags.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/parameters.hpp>

#include <string>
#include <vector>

namespace dynvision {

// What there is to know of a type of operation. A function that it does not have is null.
struct PartType {
  std::string_view label;
  std::string_view path_pattern{};  // empty: the operation says none
  bool is_memory = false;           // its signal becomes the layer's state
  int (*out_channels)(int in) = nullptr;
  Size (*out_size)(void const* object, Size in) = nullptr;
  Signal (*apply)(void const* object, Signal const& x, Moment& now) = nullptr;
  void (*compose)(void* object, Composition& at) = nullptr;
  void (*parameters)(void* object, ParameterVisitor const& visit) = nullptr;
};

template <class Op> constexpr PartType describe() {
  PartType type{.label = label_of<Op>()};
  if constexpr (requires { Op::path; }) type.path_pattern = Op::path;
  if constexpr (MemoryOperation<Op>) type.is_memory = true;
  if constexpr (requires(int in) { Op::out_channels(in); }) {
    type.out_channels = [](int in) -> int { return Op::out_channels(in); };
  }
  if constexpr (requires(Op const& op, Size in) { op.out_size(in); }) {
    type.out_size = [](void const* op, Size in) -> Size { return static_cast<Op const*>(op)->out_size(in); };
  }
  if constexpr (Operation<Op>) {
    type.apply = [](void const* op, Signal const& x, Moment& now) -> Signal {
      return apply(*static_cast<Op const*>(op), x, now);
    };
  }
  if constexpr (requires(Op & op, Composition & at) { op.compose(at); }) {
    type.compose = [](void* op, Composition& at) { static_cast<Op*>(op)->compose(at); };
  }
  if constexpr (requires(Op & op, ParameterVisitor const& visit) { op.parameters(visit); }) {
    type.parameters = [](void* op, ParameterVisitor const& visit) { static_cast<Op*>(op)->parameters(visit); };
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
  int out_channels(int in) const { return type->out_channels ? type->out_channels(in) : in; }
  Size out_size(Size in) const { return type->out_size ? type->out_size(object, in) : in; }
  Signal apply(Signal const& x, Moment& now) const { return type->apply(object, x, now); }
  void compose(Composition& at) const {
    if (type->compose) type->compose(changed(), at);
  }
  void parameters(ParameterVisitor const& visit) const {
    if (type->parameters) type->parameters(changed(), visit);
  }

  std::string path() const {  // of its parameters
    if (!type->path_pattern.empty()) return in_layer(type->path_pattern, layer_name);
    return label() == "operation" ? joined({layer_name, ".", position}) : joined({layer_name, ".", label()});
  }
  // The full name of one of them.
  std::string path(std::string_view parameter) const {
    return parameter.empty() ? path() : joined({path(), ".", parameter});
  }

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

// All named tensors, each once.
[[gnu::cold]] inline Parameters parameters_of(Parts const& parts) {
  Parameters all;
  visit_parameters(parts, [&](std::string const& name, Tensor& tensor, bool learned) {
    if (find_parameter(all, name) == nullptr) all.push_back({name, tensor, learned});
  });
  return all;
}

// Operations of one path share their parameters, the first one's. A path is shared on purpose if it is the same in all
// layers ("supralin"); one that names its layer belongs to a single operation.
[[gnu::cold]] inline void tie_parameters(Parts const& parts) {
  Parameters first;
  for (Part const& part : parts) {
    auto tie = [&](std::string_view name, Tensor& tensor, bool) {
      std::string const full = part.path(name);
      Parameter const* const known = find_parameter(first, full);
      if (known == nullptr) {
        first.push_back({full, tensor});
        return;
      }
      std::string_view const pattern = part.type->path_pattern;
      bool const shared = !pattern.empty() && pattern.find("{}") == std::string_view::npos;
      if (!shared || !known->tensor.sizes().equals(tensor.sizes())) {
        fail("model", 105,
             {"two operations have a parameter \"", full, "\", of shapes ", shape_text(known->tensor.sizes()), " and ",
              shape_text(tensor.sizes()), ": give one of them another path, with As<...> or its own `path`"});
      }
      tensor = known->tensor;
    };
    part.parameters(ParameterVisitor(tie));
  }
}

// The smallest square image of which something is left after every part.
[[gnu::cold]] inline Size smallest_image(Parts const& parts) {
  for (std::int64_t n = 1; n < 65536; ++n) {
    Size size{n, n};
    for (Part const& part : parts) {
      size = part.out_size(size);
      if (size.height < 1 || size.width < 1) break;
    }
    if (size.height > 0 && size.width > 0) return {n, n};
  }
  return {};
}

// (H,W) entering each part, for an image of `in` (0: any size).
[[gnu::cold]] inline std::vector<Size> sizes_of(Parts const& parts, Size in) {
  std::vector<Size> all(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Part const& part = parts[i];
    all[i] = in;
    if (in.height < 1 || in.width < 1) continue;
    Size const out = part.out_size(in);
    if (out.height < 1 || out.width < 1) {
      Size const least = smallest_image(parts);
      fail("run", 103,
           {"image too small: nothing is left of ", in.height, "x", in.width, " after \"", part.label(), "\" of layer ",
            part.layer_name, ": expected an image of at least ", least.height, "x", least.width});
    }
    in = out;
  }
  return all;
}

// Channels entering each part, for an image with `in` channels; the last entry is what leaves the last part.
[[gnu::cold]] inline std::vector<int> channels_of(Parts const& parts, int in) {
  std::vector<int> all{in};
  for (Part const& part : parts) {
    int const out = part.out_channels(in);
    if (out < 1) {
      fail("model", 104,
           {"layer ", part.layer_name, ", operation ", part.position, " (", part.label(), ") cannot take ", in,
            " channels: expected other input_dims"});
    }
    all.push_back(in = out);
  }
  return all;
}

}  // namespace dynvision
