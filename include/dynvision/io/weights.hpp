// The parameters of a model from a file, whoever wrote it; and into a safetensors file.
//
// Names and shapes are those of Model::parameters(), which are those of the Python toolbox; a name table
// translates others. Loading compares every name first and copies only if nothing is wrong: a model has all of the new
// weights or none. Numbers are converted to the model's dtype and device, in place, without gradient. Passed over:
// what Python files hold beside the parameters (`n_residual_timesteps`, `addskip_*.source.*`, `addfeedback_*.source.*`:
// copies of other layers; counters `num_batches_tracked`); the leading part under which the model lies (`module.`, `model.`),
// and what lies outside of it.
//
// Errors: io.181 (all names and shapes that do not fit), io.182 (all tensors with a number that is not finite),
// io.184, and those of io/weights/renaming.hpp.
#pragma once
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/tensor_file.hpp>
#include <dynvision/io/weights/name_table.hpp>
#include <dynvision/io/weights/renaming.hpp>
#include <dynvision/io/weights/report.hpp>
#include <dynvision/io/weights/trainable.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct WeightOptions {
  bool strict = true;  // everything must fit; otherwise what fits is copied, and the report says what did not
  NameTable names{};   // names of the file -> names here
  std::string key{};   // where the tensors are in a PyTorch checkpoint; empty: the usual places
  std::string
      leading_part{};  // of the names in the file, under which the model lies: "student."; empty: found by the names
  bool adapt_classes = false;    // a classifier for another number of classes stays as it was initialised,
  bool keep_class_rows = false;  // or takes the rows of the classes that both have

  // What is trained afterwards: what was not loaded, and what one of the patterns matches. Neither: no change.
  bool train_rest = false;
  std::vector<std::string> trainable{};
};

// What a file holds beside the parameters.
inline bool is_python_copy(std::string_view name) {
  bool const connection = name.starts_with("addskip_") || name.starts_with("addfeedback_");
  return name == "n_residual_timesteps" || name.ends_with("num_batches_tracked") ||
         (connection && name.find(".source.") != std::string_view::npos);
}

inline bool all_finite(Tensor const& values) {
  if (values.is_complex()) return values.isfinite().all().item<bool>();
  // One pass; a sum that overflows is looked at again.
  return std::isfinite(values.sum().item<double>()) || values.isfinite().all().item<bool>();
}

// Compares names and shapes, changes nothing. A number that is nan or infinite is an error; `file` names the source.
inline WeightsReport compare_weights(TensorMap const& weights, Parameters const& parameters, std::string const& file,
                                     WeightOptions const& options = {}) {
  WeightsReport report;
  report.passed_over = weights.passed_over;
  std::string not_finite;
  std::set<std::string_view> known;
  for (Parameter const& p : parameters) {
    known.insert(p.name);
    if (!weights.contains(p.name)) {
      (matches_any_pattern(options.names.without, p.name) ? report.kept : report.missing).push_back(p.name);
      continue;
    }
    Tensor const& value = weights[p.name];
    std::string const shapes =
        p.name + ": expected " + shape_text(p.tensor.sizes()) + ", found " + shape_text(value.sizes());
    if (!value.sizes().equals(p.tensor.sizes())) {
      bool const head = p.name.starts_with("classifier.") || p.name.starts_with("fc.");
      bool const classes = options.adapt_classes && head && value.dim() > 0 && value.dim() == p.tensor.dim() &&
                           value.sizes().slice(1).equals(p.tensor.sizes().slice(1));
      std::int64_t const n_both = classes && options.keep_class_rows ? std::min(value.size(0), p.tensor.size(0)) : 0;
      std::string const of_classes =
          n_both == 0 ? ": as it was initialised" : joined({": the first ", n_both, " rows are the file's"});
      (classes ? report.adapted : report.misshapen).push_back(shapes + (classes ? of_classes : ""));
    } else if (value.is_complex() && !p.tensor.is_complex()) {
      report.misshapen.push_back(p.name + ": expected real numbers, found complex ones");
    } else if (!all_finite(value.to(p.tensor.scalar_type()))) {
      not_finite += "\n  " + p.name;
    } else {
      report.loaded.push_back(p.name);
    }
  }
  for (auto const& [name, value] : weights) {
    if (!known.contains(name)) (is_python_copy(name) ? report.ignored : report.unexpected).push_back(name);
  }
  if (!not_finite.empty()) fail("io", 182, {file, ": expected finite numbers, found others in:", not_finite});
  return report;
}

inline WeightsReport put_weights(TensorMap const& weights, Parameters const& parameters, std::string const& file,
                                 WeightOptions const& options = {}) {
  WeightsReport report = compare_weights(weights, parameters, file, options);
  if (options.strict && !report.fits()) {
    fail("io", 181,
         {file, ": the weights do not fit the model (", report.loaded.size(), " of ", parameters.size(),
          " would):", misfit_text(report)});
  }
  std::set<std::string_view> const loaded(report.loaded.begin(), report.loaded.end());
  at::AutoGradMode const no_gradient(false);
  for (Parameter const& p : parameters) {
    if (loaded.contains(p.name)) p.tensor.copy_(weights[p.name]);
    bool const adapted =
        options.keep_class_rows && std::any_of(report.adapted.begin(), report.adapted.end(),
                                               [&](auto const& text) { return text.starts_with(p.name + ": "); });
    if (!adapted) continue;
    std::int64_t const n = std::min(weights[p.name].size(0), p.tensor.size(0));
    p.tensor.narrow(0, 0, n).copy_(weights[p.name].narrow(0, 0, n));
  }
  if (options.train_rest || !options.trainable.empty()) {
    std::vector<std::string> patterns = options.trainable;
    for (Parameter const& p : parameters) {
      if (options.train_rest && !loaded.contains(p.name)) patterns.push_back(p.name);
    }
    train_only(parameters, patterns);
  }
  return report;
}

inline WeightsReport load_weights(std::filesystem::path const& path, Parameters const& parameters,
                                  WeightOptions const& options) {
  std::string const file = path.string();
  TensorMap const there = read_tensors(path, options.key, Reading::mapped);
  RenamedWeights const renamed = renamed_weights(there, options.names, parameters, file, options.leading_part);
  if (renamed.weights.empty()) fail("io", 184, {file, ": expected weights, found no tensor of use here"});
  try {
    WeightsReport report = put_weights(renamed.weights, parameters, file, options);
    report.ignored.insert(report.ignored.end(), renamed.ignored.begin(), renamed.ignored.end());
    report.leading_part = renamed.leading_part;
    return report;
  } catch (Error const& error) {
    if (error.area() != "io" || error.number() != 181) throw;
    std::string hint;
    for (std::string const& part : renamed.equal_parts) hint += (hint.empty() ? " \"" : ", \"") + part + "\"";
    if (!hint.empty())
      hint = "\n  several leading parts of names fit equally well:" + hint + ": see WeightOptions::leading_part";
    std::size_t const fit = compare_weights(renamed.weights, parameters, file, options).loaded.size();
    if (options.names.rules.empty()) hint += better_table(there, parameters, fit);
    if (hint.empty()) throw;
    std::string const what = error.what();
    fail("io", 181, {what.substr(what.find("] ") + 2), hint});
  }
}

inline WeightsReport load_weights(std::filesystem::path const& path, Parameters const& parameters, bool strict = true) {
  WeightOptions options;
  options.strict = strict;
  return load_weights(path, parameters, options);
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
