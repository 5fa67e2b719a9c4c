// Numbers that golden files do not store but say how to make.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/tensor.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace golden {

using dynvision::Signal;
using dynvision::Tensor;
using Json = nlohmann::json;

[[noreturn]] inline void unknown(std::string const& what) { throw std::runtime_error("golden file: " + what); }

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
  auto const init = entry.value("init", std::string("recipe"));
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

}  // namespace golden
