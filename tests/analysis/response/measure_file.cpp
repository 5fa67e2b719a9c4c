#include "analysis/measure_file.hpp"

#include <dynvision/io/safetensors/safetensors.hpp>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

namespace {

std::filesystem::path file_of(std::string const& name) {
  char const* const folder = std::getenv("DYNVISION_GOLDEN");
  return std::filesystem::path(folder == nullptr ? "tests/golden" : folder) / (name + ".safetensors");
}

}  // namespace

MeasureFile::MeasureFile(std::string const& name) {
  auto const path = file_of(name);
  if (!std::filesystem::exists(path)) SKIP(path.string() + " is not there");
  auto const file = dynvision::read_safetensors(path);
  for (auto const& [key, tensor] : file) {
    auto const values = tensor.to(at::kDouble).contiguous();
    Numbers own;
    for (std::int64_t const n : values.sizes()) own.shape.push_back(static_cast<std::size_t>(n));
    own.values.assign(values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel());
    tensors[key] = std::move(own);
  }
  if (!file.metadata.contains("config")) return;
  auto const config = nlohmann::json::parse(file.metadata.at("config"));
  for (auto const& [key, value] : config.items()) {
    auto const take = [&, own = key](nlohmann::json const& one) {
      if (one.is_number()) numbers[own].push_back(one.get<double>());
      if (one.is_string()) texts[own].push_back(one.get<std::string>());
    };
    if (value.is_array()) {
      for (auto const& one : value) take(one);
    } else {
      take(value);
    }
  }
}

double relative_error(std::span<double const> a, std::span<double const> b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) != std::isnan(b[i])) return std::numeric_limits<double>::infinity();
    if (std::isnan(b[i])) continue;
    largest = std::max(largest, std::abs(b[i])), error = std::max(error, std::abs(a[i] - b[i]));
  }
  return largest > 0 ? error / largest : error;
}
