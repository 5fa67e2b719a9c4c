// Part: an operation in its place in a model, seen without its type.
//
// Everything that happens outside the time loop (composition, parameters, sizes, reports) walks over parts, so it is
// compiled once and not for every model.
#pragma once
#include <dynvision/core/parameters.hpp>
#include <dynvision/model/composition.hpp>
#include <dynvision/operations/operation.hpp>

#include <string>
#include <vector>

namespace dynvision {

struct Part {
  void* object;
  int layer;     // index
  int position;  // in the layer
  std::string_view layer_name;
  std::string_view label;
  std::string_view path_pattern;  // empty: the operation says none
  bool is_memory;                 // its signal becomes the layer's state
  int (*out_channels)(int in);
  Size (*out_size)(void const* object, Size in);
  void (*compose)(void* object, Composition& at);
  void (*parameters)(void* object, ParameterVisitor const& visit);

  std::string path() const {  // of its parameters
    if (!path_pattern.empty()) return in_layer(path_pattern, layer_name);
    return std::string(layer_name) + "." + (label == "operation" ? std::to_string(position) : std::string(label));
  }
};

template <class Op> [[gnu::noinline]] Part part_of(Op& op, int layer, int position, std::string_view layer_name) {
  std::string_view pattern;
  if constexpr (requires { Op::path; }) pattern = Op::path;
  return {&op, layer, position, layer_name, label_of<Op>(), pattern, requires {Op::is_memory;
}
, [](int in) { return out_channels<Op>(in); },
    [](void const* object, Size in) { return out_size(*static_cast<Op const*>(object), in); },
    [](void* object, Composition& at) {
      if constexpr (requires(Op & o) { o.compose(at); }) static_cast<Op*>(object)->compose(at);
    },
    [](void* object, ParameterVisitor const& visit) {
      if constexpr (requires(Op & o) { o.parameters(visit); }) static_cast<Op*>(object)->parameters(visit);
    }
};  // namespace dynvision
}

using Parts = std::vector<Part>;

// f(full name, tensor, learned) for every tensor of every part; a shared one comes up again.
template <class F> void visit_parameters(Parts const& parts, F&& f) {
  for (Part const& part : parts) {
    auto named = [&](std::string const& name, Tensor& tensor, bool learned) {
      f(name.empty() ? part.path() : part.path() + "." + name, tensor, learned);
    };
    part.parameters(part.object, ParameterVisitor(named));
  }
}

// All named tensors, each once.
[[gnu::cold]] inline Parameters parameters_of(Parts const& parts) {
  Parameters all;
  visit_parameters(parts, [&](std::string const& name, Tensor& tensor, bool learned) {
    for (Parameter const& known : all) {
      if (known.name == name) return;
    }
    all.push_back({name, tensor, learned});
  });
  return all;
}

// Operations of one path share their parameters, the first one's. A path is shared on purpose if it is the same in all
// layers ("supralin"); one that names its layer belongs to a single operation.
[[gnu::cold]] inline void tie_parameters(Parts const& parts) {
  struct Known {
    std::string name;
    Tensor tensor;
  };
  std::vector<Known> first;
  for (Part const& part : parts) {
    auto tie = [&](std::string const& name, Tensor& tensor, bool) {
      std::string const full = name.empty() ? part.path() : part.path() + "." + name;
      for (Known const& known : first) {
        if (known.name != full) continue;
        bool const shared = !part.path_pattern.empty() && part.path_pattern.find("{}") == std::string_view::npos;
        if (!shared || !known.tensor.sizes().equals(tensor.sizes())) {
          fail("model", 105,
               {"two operations have a parameter \"", full, "\", of shapes ", shape_text(known.tensor.sizes()), " and ",
                shape_text(tensor.sizes()), ": give one of them another path, with As<...> or its own `path`"});
        }
        tensor = known.tensor;
        return;
      }
      first.push_back({full, tensor});
    };
    part.parameters(part.object, ParameterVisitor(tie));
  }
}

// The smallest square image of which something is left after every part.
[[gnu::cold]] inline Size smallest_image(Parts const& parts) {
  for (std::int64_t n = 1; n < 65536; ++n) {
    Size size{n, n};
    for (Part const& part : parts) {
      size = part.out_size(part.object, size);
      if (size.height < 1 || size.width < 1) break;
    }
    if (size.height > 0 && size.width > 0) return {n, n};
  }
  return {};
}

// (H,W) entering each part, for an image of `in` (0: any size).
[[gnu::cold]] inline std::vector<Size> sizes_of(Parts const& parts, Size in) {
  std::vector<Size> all;
  for (Part const& part : parts) {
    all.push_back(in);
    if (in.height < 1 || in.width < 1) continue;
    Size const out = part.out_size(part.object, in);
    if (out.height < 1 || out.width < 1) {
      Size const least = smallest_image(parts);
      fail("run", 103,
           {"image too small: nothing is left of ", in.height, "x", in.width, " after \"", part.label, "\" of layer ",
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
           {"layer ", part.layer_name, ", operation ", part.position, " (", part.label, ") cannot take ", in,
            " channels: expected other input_dims"});
    }
    all.push_back(in = out);
  }
  return all;
}

}  // namespace dynvision
