// Philox4x32-10: random bits as a function of a counter and a key, with no state in between.
//
//   bits = philox(counter, key)          four words of 32 bits from four, and two of the key
//
// A round multiplies two of the words by constants to 64 bits, exchanges halves, and adds (exclusive or) the other words and
// the key; the key grows by constants from round to round. Ten rounds pass all tests of Crush.
// Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
#pragma once
#include <dynvision/kernels/number/plain.hpp>

#include <cstdint>

namespace dynvision::kernels {

struct PhiloxCounter {
  std::uint32_t word[4];
};
struct PhiloxKey {
  std::uint32_t word[2];
};

inline constexpr int philox_rounds = 10;
inline constexpr std::uint32_t philox_factor[2] = {0xD2511F53, 0xCD9E8D57};
inline constexpr std::uint32_t philox_growth[2] = {0x9E3779B9, 0xBB67AE85};  // of the key: golden ratio, sqrt(3) - 1

DYNVISION_BOTH PhiloxCounter philox(PhiloxCounter const& counter, PhiloxKey key) {
  PhiloxCounter c = counter;
  DYNVISION_UNROLL
  for (int i = 0; i < philox_rounds; ++i) {
    // not philox_factor: device code has no constants of the host
    std::uint64_t const a = std::uint64_t{0xD2511F53} * c.word[0], b = std::uint64_t{0xCD9E8D57} * c.word[2];
    c = {{static_cast<std::uint32_t>(b >> 32) ^ c.word[1] ^ key.word[0], static_cast<std::uint32_t>(b),
          static_cast<std::uint32_t>(a >> 32) ^ c.word[3] ^ key.word[1], static_cast<std::uint32_t>(a)}};
    key.word[0] += 0x9E3779B9, key.word[1] += 0xBB67AE85;
  }
  return c;
}

}  // namespace dynvision::kernels
