// A random order of 0 … n-1 that depends on the generator alone, the same on every machine.
//
// Fisher-Yates (Durstenfeld 1964); numbers below a bound by rejection. The standard library's shuffle and
// distributions differ between implementations, its mt19937_64 does not.
//
// Errors: data.111.
#pragma once
#include <dynvision/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

// Uniform in 0 … bound-1, bound > 0.
inline std::uint64_t number_below(std::uint64_t bound, std::mt19937_64& generator) {
  std::uint64_t const uneven =
      (0 - bound) % bound;  // 2^64 mod bound: the numbers that would make some results likelier
  for (;;) {
    if (std::uint64_t const drawn = generator(); drawn >= uneven) return drawn % bound;
  }
}

inline std::vector<std::int64_t> permutation(std::int64_t n, std::mt19937_64& generator) {
  if (n < 0) fail("data", 111, {"permutation: expected a size >= 0, found ", n});
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[number_below(i, generator)]);
  return order;
}

}  // namespace dynvision
