// Golden files: numbers of the published Python implementations.
//
// A file is a safetensors file whose metadata has one entry, `config` (JSON). Parameters are stored (`param.<name>`) or
// made by a recipe; large gradients are stored as samples and statistics. README.md describes the layout.
// Every tensor of a file must be looked at by the test that takes the file: Check::finish() names those that were not.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>

#include "recipe.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string_view>

namespace golden {

struct Parameter {
  std::string name;
  Tensor tensor;
  bool requires_grad = true;
  bool buffer = false;
};

// A small change of all inputs and parameters: `size` times the largest number of each, times recipe numbers of `seed`.
struct Disturbance {
  std::uint64_t seed = 0;
  double size = 0;

  Tensor apply(Tensor const& x, std::string const& name) const {
    if (size == 0 || x.numel() == 0 || !x.is_floating_point()) return x;
    std::uint64_t own = seed;
    for (char const c : name) own = own * 31 + static_cast<unsigned char>(c);
    Tensor const numbers = recipe(x.sizes(), own & 0x7fffffffU, 1, 0, at::kDouble);
    return x.add(numbers.mul(x.abs().max().to(at::kDouble)).mul(size).to(x.scalar_type()));
  }
};

class File {
 public:
  explicit File(std::filesystem::path const& path, Disturbance disturbance = {})
      : name(path.stem().string()), disturbance_(disturbance), tensors_(dynvision::read_safetensors(path)) {
    auto const found = tensors_.metadata.find("config");
    if (found == tensors_.metadata.end()) unknown(name + ": no \"config\" in the metadata");
    config = Json::parse(found->second);
  }

  std::string name;
  Json config;

  bool contains(std::string const& tensor) const { return tensors_.contains(tensor); }
  Tensor stored(std::string const& tensor) const {  // in its own dtype
    if (!contains(tensor)) unknown(name + ": there is no tensor \"" + tensor + "\"");
    seen_.insert(tensor);
    return tensors_.at(tensor);
  }
  Tensor number(std::string const& tensor, at::ScalarType dtype) const { return stored(tensor).to(dtype); }
  // Without counting as a look at it.
  Tensor const& stored_unseen(std::string const& tensor) const { return tensors_.at(tensor); }
  // Looked at, although there is nothing to compare it with.
  void passed_over(std::string const& tensor) const { seen_.insert(tensor); }
  // A leaf that collects its gradient; its own memory, so that neither the file nor another run shares it.
  Tensor leaf(std::string const& tensor, at::ScalarType dtype) const {
    return disturbance_.apply(stored(tensor).to(dtype).clone(), tensor).detach().set_requires_grad(true);
  }
  // Absent if the file has none of that name.
  Signal leaf_or_absent(std::string const& tensor, at::ScalarType dtype) const {
    return contains(tensor) ? leaf(tensor, dtype) : Signal{};
  }
  // The input `x`, stored or made by the recipe of the metadata; absent where another file has it.
  Signal input(at::ScalarType dtype) const {
    if (contains("x")) return leaf("x", dtype);
    if (!config.contains("input_recipe")) return {};
    Json const& entry = config.at("input_recipe");
    Tensor const made = from_recipe(entry, shape_of(entry.at("shape")), dtype);
    return disturbance_.apply(made, "x").detach().set_requires_grad(true);
  }

  Disturbance disturbance() const { return disturbance_; }

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

  // Stored ones (`param.*`), then those of the recipe (`params`), which also says which of them learn.
  std::vector<Parameter> parameters(at::ScalarType dtype) const {
    std::vector<Parameter> all;
    for (std::string const& tensor : names("param.")) all.push_back({tensor.substr(6), leaf(tensor, dtype)});
    if (!config.contains("params")) return all;
    for (Json const& entry : config.at("params")) {
      only_options(entry, {"name", "shape", "init", "seed", "scale", "offset", "value", "requires_grad", "buffer"});
      auto const of = entry.at("name").get<std::string>();
      bool const learned = entry.value("requires_grad", true), buffer = entry.value("buffer", false);
      auto const known = std::find_if(all.begin(), all.end(), [&](Parameter const& p) { return p.name == of; });
      if (known != all.end()) {
        known->requires_grad = learned, known->buffer = buffer;
        continue;
      }
      Tensor const made = disturbance_.apply(from_recipe(entry, shape_of(entry.at("shape")), dtype), of);
      all.push_back({of, made.detach().set_requires_grad(learned), learned, buffer});
    }
    return all;
  }
  // The numbers that `param_check` shows: as the file has them, whatever the disturbance.
  Tensor undisturbed(std::string const& parameter) const {
    if (contains("param." + parameter)) return stored("param." + parameter);
    for (Json const& entry : config.value("params", Json::array())) {
      if (entry.at("name") == parameter) return from_recipe(entry, shape_of(entry.at("shape")), at::kFloat);
    }
    unknown(name + ": there is no parameter \"" + parameter + "\"");
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
  Disturbance disturbance_;
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

}  // namespace golden
