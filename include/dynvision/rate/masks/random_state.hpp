// RandomState: the random numbers of NumPy's RandomState(seed), so that masks drawn in Python are drawn again.
//
//   uniform()           in [0, 1): 53 bits of two outputs of MT19937 (Matsumoto & Nishimura 1998)
//   permutation(n)      0 ... n-1, shuffled from the last place on (Fisher & Yates), each index by masking and rejection
#pragma once
#include <cstdint>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace dynvision::rate {

class RandomState {
 public:
  explicit RandomState(std::uint32_t seed) : engine_(seed) {}

  double uniform() {
    auto const a = static_cast<double>(word() >> 5), b = static_cast<double>(word() >> 6);
    return (a * 67108864 + b) / 9007199254740992;
  }
  std::vector<int> permutation(int n) {
    std::vector<int> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    for (std::uint32_t i = static_cast<std::uint32_t>(n) - 1; n > 1 && i > 0; --i) std::swap(all[i], all[at_most(i)]);
    return all;
  }

 private:
  std::uint32_t word() { return static_cast<std::uint32_t>(engine_()); }
  std::uint32_t at_most(std::uint32_t greatest) {
    std::uint32_t mask = greatest;
    for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    while (true) {
      if (std::uint32_t const drawn = word() & mask; drawn <= greatest) return drawn;
    }
  }

  std::mt19937 engine_;
};

}  // namespace dynvision::rate
