// Traces by name, and as one tensor.
#pragma once
#include <dynvision/run/activity.hpp>
#include <dynvision/run/probe.hpp>

namespace dynvision::run {

DYNVISION_INLINE bool Trace::is_named(std::string_view name, std::string_view layer, std::string_view operation) {
  if (name == operation) return true;
  if (name == every_operation) return operation != "layer";  // which is another name of one
  return name.size() == layer.size() + 1 + operation.size() && name.starts_with(layer) && name[layer.size()] == '.' &&
         name.ends_with(operation);
}

DYNVISION_INLINE std::vector<bool> Trace::present() const {
  std::vector<bool> all;
  for (Signal const& x : steps) all.push_back(x.defined());
  return all;
}

DYNVISION_INLINE Tensor Trace::stacked() const {
  Signal like;
  for (Signal const& x : steps) {
    if (x.defined() && (!like.defined() || x.numel() > like.numel())) like = x;
  }
  if (!like.defined()) return {};
  std::vector<Tensor> all;
  for (Signal const& x : steps) {
    all.push_back(x.defined() ? x.expand(like.sizes()) : zeros(like.sizes(), like.options().requires_grad(false)));
  }
  return stack_along(all, 1);
}

DYNVISION_INLINE Tensor Trace::series() const {
  Tensor const all = stacked();
  if (!all.defined()) return all;
  if (all.size(3) * all.size(4) != 1) {
    fail("run", 181,
         {"series() of ", layer, ".", operation, ", of shape ", shape_text(all.sizes()),
          ": expected a layer without places, as with input_dims {N, 1, 1}; stacked() gives (B,T,C,H,W)"});
  }
  return all.flatten(2);
}

DYNVISION_INLINE Trace const& Activity::response(std::string_view layer) const {
  std::vector<std::string_view> names;
  for (Trace const& trace : responses) {
    if (trace.layer == layer) return trace;
    names.push_back(trace.layer);
  }
  fail("run", 121,
       {"response of layer \"", layer,
        "\": ", (names.empty() ? "nothing was recorded: run with .record = true" : expected_one_of(layer, names))});
}

DYNVISION_INLINE Probed const& Activity::probe(std::string_view name) const {
  std::vector<std::string_view> names;
  for (Probed const& one : probed) {
    if (one.name == name) return one;
    names.push_back(one.name);
  }
  fail("run", 171,
       {"probe \"", name,
        "\": ", (names.empty() ? "nothing was probed: run with .probes" : expected_one_of(name, names))});
}

}  // namespace dynvision::run
