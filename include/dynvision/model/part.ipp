// Walks over all parts of a model.
#pragma once
#include <dynvision/model/part.hpp>

namespace dynvision {

DYNVISION_INLINE void Part::compose(Composition& at) const {
  if (type->compose) type->compose(changed(), at);
}

DYNVISION_INLINE void Part::parameters(ParameterVisitor const& visit) const {
  if (type->parameters) type->parameters(changed(), visit);
}

DYNVISION_INLINE std::string Part::path() const {
  if (!type->path_pattern.empty()) return in_layer(type->path_pattern, layer_name);
  return label() == "operation" ? joined({layer_name, ".", position}) : joined({layer_name, ".", label()});
}

DYNVISION_INLINE void Part::settle(Options const& options) const {
  if (type->settle != nullptr) type->settle(const_cast<void*>(object), options, layer_name);
}

DYNVISION_INLINE std::string Part::path(std::string_view parameter) const {
  return parameter.empty() ? path() : joined({path(), ".", parameter});
}

DYNVISION_INLINE std::vector<std::string_view> layer_names(Parts const& parts) {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].position == 0) all.push_back(parts[i].layer_name);
  }
  return all;
}

DYNVISION_INLINE std::vector<Tensor> taus_of(Parts const& parts) {
  std::vector<Tensor> all(layer_names(parts).size());
  for (Part const& part : parts) {
    if (part.type->tau != nullptr) all[static_cast<std::size_t>(part.layer)] = part.type->tau(part.object);
  }
  return all;
}

DYNVISION_INLINE std::vector<std::string> state_names(Parts const& parts) {
  std::vector<std::string> all;
  for (std::string_view const layer : layer_names(parts)) all.emplace_back(layer);
  for (Part const& part : parts) {
    for (std::string_view const state : part.type->states) all.push_back(joined({part.layer_name, ".", state}));
  }
  return all;
}

DYNVISION_INLINE std::vector<int> first_states(Parts const& parts) {
  auto next = static_cast<int>(layer_names(parts).size());
  std::vector<int> all;
  for (Part const& part : parts) {
    all.push_back(next);
    next += static_cast<int>(part.type->states.size());
  }
  return all;
}

DYNVISION_INLINE Parameters parameters_of(Parts const& parts) {
  Parameters all;
  visit_parameters(parts, [&](std::string const& name, Tensor& tensor, bool learned) {
    if (find_parameter(all, name) == nullptr) all.push_back({name, tensor, learned});
  });
  return all;
}

DYNVISION_INLINE void tie_parameters(Parts const& parts) {
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

DYNVISION_INLINE Size smallest_image(Parts const& parts) {
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

DYNVISION_INLINE std::vector<Size> sizes_of(Parts const& parts, Size in) {
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

DYNVISION_INLINE std::vector<int> channels_of(Parts const& parts, int in) {
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
