// Golden files: numbers of the published Python implementations, and how the library's are compared with them.
//
// A file is a safetensors file whose metadata has one entry, `config` (JSON). Parameters are stored (`param.<name>`) or
// made by a recipe; large gradients are stored as samples and statistics. README.md describes the layout.
// Every tensor of a file must be looked at by the test that takes the file: Check::finish() names those that were not.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace golden {

using dynvision::Signal;
using dynvision::Tensor;
using Json = nlohmann::json;

[[noreturn]] inline void unknown(std::string const& what) { throw std::runtime_error("golden file: " + what); }

// --- recipe ----------------------------------------------------------------------------------------------------------

// v in [-1, 1) of element i: splitmix64 of (seed, i).
inline double recipe_number(std::uint64_t seed, std::uint64_t i) {
  std::uint64_t z = (seed << 32U) + i + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z = z ^ (z >> 31U);
  return static_cast<double>(z >> 40U) * 0x1p-23 - 1;
}

// float32 numbers, in `dtype`
inline Tensor recipe(at::IntArrayRef shape, std::uint64_t seed, double scale = 1, double offset = 0,
                     at::ScalarType dtype = at::kFloat) {
  Tensor made = dynvision::host_tensor(shape, at::kFloat);
  auto* const data = made.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < made.numel(); ++i) {
    data[i] = static_cast<float>(offset + scale * recipe_number(seed, static_cast<std::uint64_t>(i)));
  }
  return made.to(dtype);
}

inline std::vector<std::int64_t> shape_of(Json const& shape) { return shape.get<std::vector<std::int64_t>>(); }

// One entry {init, seed, scale, offset} or {init, value} of a parameter recipe.
inline Tensor from_recipe(Json const& entry, at::IntArrayRef shape, at::ScalarType dtype) {
  auto const init = entry.at("init").get<std::string>();
  if (init == "recipe") {
    return recipe(shape, entry.at("seed").get<std::uint64_t>(), entry.at("scale").get<double>(),
                  entry.value("offset", 0.0), dtype);
  }
  if (init != "constant") unknown("init \"" + init + "\" of a parameter");
  auto const values = entry.at("value").is_array() ? entry.at("value").get<std::vector<double>>()
                                                   : std::vector<double>{entry.at("value").get<double>()};
  Tensor made = dynvision::host_tensor(shape, at::kFloat);
  auto const n = static_cast<std::size_t>(made.numel());
  if (values.size() != n && values.size() != 1) unknown("a constant with another number of values than its shape");
  auto* const data = made.mutable_data_ptr<float>();
  for (std::size_t i = 0; i < n; ++i) data[i] = static_cast<float>(values[values.size() == 1 ? 0 : i]);
  return made.to(dtype);
}

struct Parameter {
  std::string name;
  Tensor tensor;
  bool requires_grad = true;
  bool buffer = false;
};

// --- file ------------------------------------------------------------------------------------------------------------

class File {
 public:
  explicit File(std::filesystem::path const& path)
      : name(path.stem().string()), tensors_(dynvision::read_safetensors(path)) {
    auto const found = tensors_.metadata.find("config");
    if (found == tensors_.metadata.end()) unknown(name + ": no \"config\" in the metadata");
    config = Json::parse(found->second);
  }

  std::string name;
  Json config;

  bool contains(std::string const& tensor) const { return tensors_.contains(tensor); }
  Tensor stored(std::string const& tensor) const {  // in its own dtype
    seen_.insert(tensor);
    return tensors_.at(tensor);
  }
  Tensor number(std::string const& tensor, at::ScalarType dtype) const { return stored(tensor).to(dtype); }
  // Without counting as a look at it.
  Tensor const& stored_unseen(std::string const& tensor) const { return tensors_.at(tensor); }
  // A leaf that collects its gradient; its own memory, so that neither the file nor another run shares it.
  Tensor leaf(std::string const& tensor, at::ScalarType dtype) const {
    return stored(tensor).to(dtype).clone().set_requires_grad(true);
  }
  // Absent if the file has none of that name.
  Signal leaf_or_absent(std::string const& tensor, at::ScalarType dtype) const {
    return contains(tensor) ? leaf(tensor, dtype) : Signal{};
  }

  std::vector<std::string> names(std::string_view prefix = "") const {
    std::vector<std::string> all;
    for (auto const& [tensor, value] : tensors_) {
      if (tensor.starts_with(prefix)) all.push_back(tensor);
    }
    return all;
  }
  std::vector<std::string> never_read() const {
    std::vector<std::string> all;
    for (std::string const& tensor : names()) {
      if (!seen_.contains(tensor)) all.push_back(tensor);
    }
    return all;
  }

  // Stored ones (`param.*`) as leaves, then those of the recipe (`params`).
  std::vector<Parameter> parameters(at::ScalarType dtype) const {
    std::vector<Parameter> all;
    for (std::string const& tensor : names("param.")) all.push_back({tensor.substr(6), leaf(tensor, dtype)});
    if (config.contains("params")) {
      for (Json const& entry : config.at("params")) {
        auto const of = entry.at("name").get<std::string>();
        bool const known = std::any_of(all.begin(), all.end(), [&](Parameter const& p) { return p.name == of; });
        if (known) continue;
        bool const learned = entry.value("requires_grad", true);
        Tensor const made = from_recipe(entry, shape_of(entry.at("shape")), dtype);
        all.push_back({of, made.set_requires_grad(learned), learned, entry.value("buffer", false)});
      }
    }
    return all;
  }

  std::vector<std::string> strings(std::string const& key) const {
    return config.contains(key) ? config.at(key).get<std::vector<std::string>>() : std::vector<std::string>{};
  }
  bool has_no_gradient(std::string const& of) const {
    auto const all = strings("grad_none");
    return std::find(all.begin(), all.end(), of) != all.end();
  }

  // An option that the test does not know could change the numbers: it must not be passed over.
  void only_options(Json const& options, std::set<std::string> const& known) const {
    for (auto const& [key, value] : options.items()) {
      if (!known.contains(key)) unknown(name + ": option \"" + key + "\" = " + value.dump() + " is not known here");
    }
  }

 private:
  dynvision::TensorMap tensors_;
  mutable std::set<std::string> seen_;
};

inline std::filesystem::path folder() {
  char const* const path = std::getenv("DYNVISION_GOLDEN");
  if (path == nullptr) unknown("DYNVISION_GOLDEN is not set: expected the folder that holds unit/ and model/");
  return path;
}

// All files of a sub-folder ("unit", "model"), sorted; none if there is no such folder.
inline std::vector<std::filesystem::path> files(std::string const& kind) {
  std::vector<std::filesystem::path> all;
  auto const place = folder() / kind;
  if (!std::filesystem::is_directory(place)) return all;
  for (auto const& entry : std::filesystem::directory_iterator(place)) {
    if (entry.path().extension() == ".safetensors") all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

// --- comparison ------------------------------------------------------------------------------------------------------

// A run in float32 has rounding errors of its own; a run in float64 is as exact as what is stored.
inline double tolerance(at::ScalarType run, at::ScalarType stored) {
  if (run != at::kDouble) return 2e-5;
  return stored == at::kDouble ? 1e-9 : 1e-6;
}

inline double largest(Tensor const& x) {  // largest absolute value
  return x.numel() == 0 ? 0 : x.detach().to(at::kDouble).abs().max().item<double>();
}

// max|a - b| / max|b|, or max|a - b| where b is zero everywhere; infinite for other shapes and for numbers that are none.
inline double relative_error(Tensor const& a, Tensor const& b, double scale = 0) {
  if (!a.defined() || !a.sizes().equals(b.sizes())) return std::numeric_limits<double>::infinity();
  if (b.numel() == 0) return 0;
  double const difference = largest(a.detach().to(at::kDouble).sub(b.detach().to(at::kDouble)));
  if (scale == 0) scale = largest(b);
  double const error = scale > 0 ? difference / scale : difference;
  return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
}

// {sum g, sum |g|, sqrt(sum g^2), max |g|, sum g r1, sum g r2}
inline std::vector<double> statistics(Tensor const& tensor) {
  Tensor const g = tensor.detach().to(at::kDouble).contiguous();
  auto const* const data = g.const_data_ptr<double>();
  std::vector<double> s(6, 0.0);
  for (std::int64_t i = 0; i < g.numel(); ++i) {
    auto const index = static_cast<std::uint64_t>(i);
    s[0] += data[i];
    s[1] += std::abs(data[i]);
    s[2] += data[i] * data[i];
    s[3] = std::max(s[3], std::abs(data[i]));
    s[4] += data[i] * recipe_number(900001, index);
    s[5] += data[i] * recipe_number(900002, index);
  }
  s[2] = std::sqrt(s[2]);
  return s;
}

// The elements floor(k numel/n), k = 0 … n-1.
inline Tensor sample(Tensor const& tensor, std::int64_t n) {
  Tensor const flat = tensor.detach().reshape({-1});
  std::vector<std::int64_t> at;
  for (std::int64_t k = 0; k < n; ++k) at.push_back(k * flat.numel() / n);
  return flat.index_select(0, dynvision::indices(at, flat));
}

// Compares with one file in one dtype, and remembers the largest error.
class Check {
 public:
  Check(File const& file, at::ScalarType run) : file_(file), run_(run) {}

  double worst() const { return worst_; }
  std::string const& worst_at() const { return worst_at_; }

  // `scale`: what the error is relative to, where it is not the largest number of the reference (sums that cancel)
  void same(std::string const& what, Tensor const& computed, Tensor const& reference, double scale = 0) {
    CAPTURE(file_.name, run_, what);
    if (!computed.defined()) {
      FAIL_CHECK("expected a value, found none");
      return;
    }
    if (!computed.sizes().equals(reference.sizes())) {
      FAIL_CHECK("expected shape " << dynvision::shape_text(reference.sizes()) << ", found "
                                   << dynvision::shape_text(computed.sizes()));
      return;
    }
    double const error = relative_error(computed, reference, scale);
    CHECK(error <= tolerance(run_, reference.scalar_type()));
    if (error >= worst_) worst_ = error, worst_at_ = what;
  }
  // Against the file's tensor of that name.
  void same(std::string const& what, Tensor const& computed, double scale = 0) {
    same(what, computed, file_.stored(what), scale);
  }

  // A tensor's gradient after backward(): against grad.<name>, grad_sample.<name> and grad_stats.<name>, or none.
  void gradient(std::string const& of, Tensor const& tensor) { gradient_of(of, tensor.grad()); }
  void gradient_of(std::string const& of, Tensor const& g) {
    CAPTURE(file_.name, run_, of);
    bool const whole = file_.contains("grad." + of), sampled = file_.contains("grad_sample." + of);
    if (file_.has_no_gradient(of)) {
      CHECK_FALSE((whole || sampled));
      CHECK((!g.defined() || largest(g) == 0));
      return;
    }
    if (!g.defined() || (!whole && !sampled)) {
      FAIL_CHECK((g.defined() ? "the file has no gradient of this name" : "expected a gradient, found none"));
      return;
    }
    if (double const bound = cancels(of); bound > 0) {
      CHECK(largest(g) <= bound);
      return;
    }
    if (whole) {
      Tensor const reference = file_.stored("grad." + of);
      same("grad." + of, g, reference, scale_of(largest(reference)));
    }
    if (sampled) same_sample(of, g);
  }

  // Largest gradient of the file: what a gradient that cancels is measured by.
  double largest_gradient() {
    if (largest_gradient_ > 0) return largest_gradient_;
    for (std::string const& of : file_.names("grad.")) {
      largest_gradient_ = std::max(largest_gradient_, largest(file_.stored_unseen(of)));
    }
    for (std::string const& of : file_.names("grad_stats.")) {
      largest_gradient_ = std::max(largest_gradient_, file_.stored_unseen(of).select(0, 3).item<double>());
    }
    return largest_gradient_;
  }

  void finish() {
    CAPTURE(file_.name, run_);
    CHECK(file_.never_read() == std::vector<std::string>{});
  }

 private:
  void same_sample(std::string const& of, Tensor const& g) {
    Tensor const reference = file_.stored("grad_sample." + of);
    same("grad_sample." + of, sample(g, reference.numel()), reference, scale_of(largest(reference)));
    Tensor const stored = file_.stored("grad_stats." + of).contiguous();
    auto const* const expected = stored.const_data_ptr<double>();
    auto const found = statistics(g);
    for (std::size_t i = 0; i < found.size(); ++i) {
      bool const a_size = i == 1 || i == 2 || i == 3;  // the others are sums that cancel: relative to sum |g|
      Tensor const one = dynvision::full({}, found[i], at::TensorOptions(at::kDouble));
      same("grad_stats." + of + "[" + std::to_string(i) + "]", one, stored.select(0, static_cast<std::int64_t>(i)),
           a_size ? expected[i] : expected[1]);
    }
  }

  // Gradients that nearly cancel (a scale in front of a normalisation) are as exact as the terms that they are sums of.
  // In float64 that makes no difference; in float32 an error below 1e-6 of the file's largest gradient is rounding.
  double scale_of(double size) { return run_ == at::kDouble ? size : std::max(size, 5e-2 * largest_gradient()); }

  // A gradient that is zero but for rounding (a bias in front of a normalisation) is compared with zero, at the size of
  // the file's other gradients. Returns the bound, or 0 for an ordinary gradient.
  double cancels(std::string const& of) {
    std::string const whole = "grad." + of;
    double const size = file_.contains(whole) ? largest(file_.stored(whole))
                                              : file_.stored("grad_stats." + of).select(0, 3).item<double>();
    double const others = largest_gradient();
    if (size == 0 || size > 1e-10 * others) return 0;
    if (file_.contains("grad_sample." + of)) file_.stored("grad_sample." + of);
    return (run_ == at::kDouble ? 1e-10 : 1e-4) * others;
  }

  File const& file_;
  at::ScalarType run_;
  double worst_ = 0, largest_gradient_ = 0;
  std::string worst_at_;
};

// The file's values in the library's parameters of the same names, in place. A name that only one of them has is an
// error, but for those in `only_in_file` (what the library does not keep as a parameter).
inline void put(std::vector<Parameter> const& values, dynvision::Parameters const& parameters,
                std::set<std::string> const& only_in_file = {}) {
  std::set<std::string> missing;
  for (dynvision::Parameter const& p : parameters) missing.insert(p.name);
  for (Parameter const& value : values) {
    auto const found =
        std::find_if(parameters.begin(), parameters.end(), [&](auto const& p) { return p.name == value.name; });
    if (found == parameters.end()) {
      if (!only_in_file.contains(value.name)) unknown("the model has no parameter \"" + value.name + "\"");
      continue;
    }
    if (!found->tensor.sizes().equals(value.tensor.sizes())) {
      unknown("parameter \"" + value.name + "\": shape " + dynvision::shape_text(value.tensor.sizes()) +
              " in the file, " + dynvision::shape_text(found->tensor.sizes()) + " in the model");
    }
    found->tensor.detach().copy_(value.tensor.detach());
    missing.erase(value.name);
  }
  if (!missing.empty()) unknown("the file has no parameter \"" + *missing.begin() + "\"");
}

// test(file, dtype, check) for every file of a list, in float64 and float32. An exception is a failure that names the
// file and does not keep the others from being tested. The largest errors are shown with --success.
template <class Test> void in_both_precisions(std::vector<std::filesystem::path> const& all, Test&& test) {
  for (std::filesystem::path const& path : all) {
    for (at::ScalarType const run : {at::kDouble, at::kFloat}) {
      std::string const what = path.stem().string() + " in " + c10::toString(run);
      INFO(what);
      try {
        File const file(path);
        Check check(file, run);
        test(file, run, check);
        check.finish();
        SUCCEED(what << ": largest error " << check.worst() << " at " << check.worst_at());
      } catch (std::exception const& error) {
        FAIL_CHECK(what << ": " << error.what());
      }
    }
  }
}

}  // namespace golden
