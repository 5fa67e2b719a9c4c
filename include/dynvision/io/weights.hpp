// The parameters of a model as a safetensors file, and back.
//
// Station: io. Names and shapes are those of Model::parameters(), which are those of the Python toolbox. Loading compares
// every name first and copies only if nothing is wrong: a model has all of the new weights or none. Numbers are
// converted to the model's dtype and device, in place, without gradient. What Python files hold beside the parameters
// (`n_residual_timesteps`, `addskip_*.source.*`, `addfeedback_*.source.*`: copies of other layers) is passed over.
//
// Errors: io.181 (all names and shapes that do not fit), io.182 (all tensors with a number that is not finite).
#pragma once
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/safetensors.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct WeightsReport {
  std::vector<std::string> loaded;
  std::vector<std::string> missing;     // in the model, not in the file
  std::vector<std::string> unexpected;  // in the file, not in the model
  std::vector<std::string> misshapen;   // "name: expected 36x3x3x3, found 36x1x3x3"
  std::vector<std::string> ignored;     // in a Python file, of no use here

  bool fits() const { return missing.empty() && unexpected.empty() && misshapen.empty(); }
};

// What a Python checkpoint holds beside the parameters.
inline bool is_python_copy(std::string_view name) {
  bool const connection = name.starts_with("addskip_") || name.starts_with("addfeedback_");
  return name == "n_residual_timesteps" || (connection && name.find(".source.") != std::string_view::npos);
}

// Compares names and shapes, changes nothing. A number that is nan or infinite is an error; `file` names the source.
inline WeightsReport compare_weights(TensorMap const& weights, Parameters const& parameters, std::string const& file) {
  WeightsReport report;
  std::string not_finite;
  for (Parameter const& p : parameters) {
    if (!weights.contains(p.name)) {
      report.missing.push_back(p.name);
      continue;
    }
    Tensor const& value = weights[p.name];
    if (!value.sizes().equals(p.tensor.sizes())) {
      report.misshapen.push_back(p.name + ": expected " + shape_text(p.tensor.sizes()) + ", found " +
                                 shape_text(value.sizes()));
    } else if (!value.isfinite().all().item<bool>()) {
      not_finite += "\n  " + p.name;
    } else {
      report.loaded.push_back(p.name);
    }
  }
  for (auto const& entry : weights) {
    std::string const& name = entry.first;
    bool const known = std::any_of(parameters.begin(), parameters.end(), [&](auto const& p) { return p.name == name; });
    if (!known) (is_python_copy(name) ? report.ignored : report.unexpected).push_back(name);
  }
  if (!not_finite.empty()) fail("io", 182, file + ": expected finite numbers, found others in:" + not_finite);
  return report;
}

// "2 missing: …", one name a line; an unexpected name that is close to a missing one says so.
inline std::string misfit_text(WeightsReport const& report) {
  std::string text;
  auto const list = [&](std::string_view what, std::vector<std::string> const& names, auto&& remark) {
    if (names.empty()) return;
    text += "\n  " + std::to_string(names.size()) + " " + std::string(what) + ":";
    for (std::string const& name : names) text += "\n    " + name + remark(name);
  };
  auto const none = [](std::string const&) { return std::string(); };
  list("missing (in the model, not in the file)", report.missing, none);
  list("unexpected (in the file, not in the model)", report.unexpected, [&](std::string const& name) {
    auto const near = std::find_if(report.missing.begin(), report.missing.end(),
                                   [&](std::string const& missing) { return edit_distance(name, missing) <= 3; });
    return near == report.missing.end() ? "" : " (did you mean \"" + *near + "\"?)";
  });
  list("of another shape", report.misshapen, none);
  return text;
}

// strict: everything must fit. Otherwise what fits is copied, and the report says what did not.
inline WeightsReport put_weights(TensorMap const& weights, Parameters const& parameters, std::string const& file,
                                 bool strict = true) {
  WeightsReport report = compare_weights(weights, parameters, file);
  if (strict && !report.fits()) {
    fail("io", 181,
         file + ": the weights do not fit the model (" + std::to_string(report.loaded.size()) + " of " +
             std::to_string(parameters.size()) + " would):" + misfit_text(report));
  }
  at::AutoGradMode const no_gradient(false);
  for (Parameter const& p : parameters) {
    if (std::find(report.loaded.begin(), report.loaded.end(), p.name) != report.loaded.end()) {
      p.tensor.copy_(weights[p.name]);
    }
  }
  return report;
}

inline WeightsReport load_weights(std::filesystem::path const& path, Parameters const& parameters, bool strict = true) {
  return put_weights(read_safetensors(path), parameters, path.string(), strict);
}

inline std::vector<TensorMap::Entry> named_tensors(Parameters const& parameters) {
  std::vector<TensorMap::Entry> entries;
  for (Parameter const& p : parameters) entries.emplace_back(p.name, p.tensor);
  return entries;
}

inline void save_weights(std::filesystem::path const& path, Parameters const& parameters,
                         std::map<std::string, std::string> const& metadata = {}) {
  write_safetensors(path, named_tensors(parameters), metadata);
}

}  // namespace dynvision
