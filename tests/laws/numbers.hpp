// Numbers for tests: reproducible tensors, and how far two tensors are apart.
#pragma once
#include <dynvision/core/ops.hpp>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace laws {

using dynvision::Tensor;

// Standard normal; the seed is part of the call, so that a failure can be repeated.
inline Tensor normal(at::IntArrayRef sizes, std::uint64_t seed, at::ScalarType dtype = at::kDouble) {
  return dynvision::zeros(sizes, at::TensorOptions(dtype)).normal_(0, 1, at::detail::createCPUGenerator(seed));
}

inline Tensor row(std::vector<double> const& values) {  // [n]
  Tensor const x = dynvision::zeros({static_cast<std::int64_t>(values.size())}, at::TensorOptions(at::kDouble));
  std::copy(values.begin(), values.end(), x.mutable_data_ptr<double>());
  return x;
}

inline std::vector<double> values(Tensor const& x) {
  Tensor const flat = x.detach().to(at::kDouble).contiguous();
  double const* const data = flat.const_data_ptr<double>();
  return {data, data + flat.numel()};
}

// Largest difference; infinite if the shapes differ or only one of them is there.
inline double distance(Tensor const& a, Tensor const& b) {
  if (a.defined() != b.defined()) return std::numeric_limits<double>::infinity();
  if (!a.defined()) return 0;
  if (!a.sizes().equals(b.sizes())) return std::numeric_limits<double>::infinity();
  if (a.numel() == 0) return 0;
  return a.detach().sub(b.detach()).abs().max().item<double>();
}

// Norm of the difference, as a fraction of that of what is expected.
inline double relative_difference(Tensor const& found, Tensor const& expected) {
  Tensor const a = found.detach().to(at::kDouble), b = expected.detach().to(at::kDouble);
  return a.sub(b).norm().item<double>() / std::max(b.norm().item<double>(), 1e-30);
}

// Overwrites a parameter, also while autograd watches it.
inline void assign(Tensor& parameter, Tensor const& value) {
  at::AutoGradMode const no_gradient(false);
  parameter.copy_(value);
}

// Random numbers that are the same on every platform, unlike those of <random>'s distributions; or drawn by somebody who
// makes them smaller afterwards (property/every.hpp): the first of all choices is the simplest.
class Dice {
 public:
  using Source = std::function<std::uint64_t(std::uint64_t n)>;  // one of 0 ... n-1

  explicit Dice(std::uint64_t seed) : generator_(seed) {}
  explicit Dice(Source source) : source_(std::move(source)) {}

  int between(int low, int high) {  // both included
    auto const n = static_cast<std::uint64_t>(high - low + 1);
    return low + static_cast<int>(source_ ? source_(n) : generator_() % n);
  }
  bool coin() { return between(0, 1) == 1; }
  double real(double low, double high) {
    constexpr std::uint64_t steps = 1024;  // numbers of a source are read by people
    double const at = source_ ? static_cast<double>(source_(steps)) / static_cast<double>(steps)
                              : static_cast<double>(generator_() >> 11) / 9007199254740992.0;
    return low + (high - low) * at;
  }
  template <class T> T of(std::vector<T> const& choices) {
    return choices[static_cast<std::size_t>(between(0, static_cast<int>(choices.size()) - 1))];
  }
  std::uint64_t seed() { return source_ ? source_(std::uint64_t{1} << 32) : generator_(); }

 private:
  std::mt19937_64 generator_;
  Source source_;
};

}  // namespace laws
