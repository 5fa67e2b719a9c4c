// Eight counters side by side, where the CPU has registers for them.
#pragma once
#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/random/normal_numbers.hpp>

#include <algorithm>

namespace dynvision::kernels {

// Four words, each in the lower half of its place; what is above them is of no interest.
using Halves64 = std::uint64_t __attribute__((vector_size(32)));

// Instructions by their names: what GCC makes of the same in vectors takes three times as long.
#if defined(__x86_64__) && !defined(__CUDACC__) && !defined(__clang__)
DYNVISION_LANES_ONLY DYNVISION_WIDE Halves64 product(Halves64 const& a, Halves64 const& b) {
  using Eight = int __attribute__((vector_size(32)));
  return (Halves64)__builtin_ia32_pmuludq256((Eight)a, (Eight)b);
}
#else
DYNVISION_LANES_ONLY DYNVISION_WIDE Halves64 product(Halves64 const& a, Halves64 const& b) {
  return (a & 0xffffffff) * (b & 0xffffffff);
}
#endif
#if defined(__x86_64__) && !defined(__CUDACC__)
DYNVISION_LANES_ONLY DYNVISION_WIDE Lanes<float> square_root(Lanes<float> const& x) {
  return {__builtin_ia32_sqrtps256(x.v)};
}
#else
DYNVISION_LANES_ONLY Lanes<float> square_root(Lanes<float> const& x) {
  return each_lane(x, [](float a) { return std::sqrt(a); });
}
#endif

// What the groups of a sample have in common: the keys of the rounds, and of the first two rounds what does not depend on
// the first word of the counter.
struct SampleLanes {
  Halves64 factor[2], key[philox_rounds][2];
  Halves64 c2_after_1, c0_after_2, c2_after_2, c2_after_3;  // the part of these words that they have in common
};

DYNVISION_LANES_ONLY DYNVISION_WIDE void prepare_lanes(PhiloxCounter const& c, PhiloxKey key, SampleLanes& all) {
  Halves64 const nothing{};
  for (int k = 0; k < 2; ++k) {
    all.factor[k] = nothing + philox_factor[k];
    for (int i = 0; i < philox_rounds; ++i) {
      all.key[i][k] = nothing + key.word[k];
      key.word[k] += philox_growth[k];
    }
  }
  Halves64 const b = product(nothing + c.word[2], all.factor[1]);
  Halves64 const first = (b >> 32) ^ (nothing + c.word[1]) ^ all.key[0][0];  // word 0 after a round; b: word 1
  Halves64 const a = product(first, all.factor[0]);                          // word 3 after two
  all.c2_after_1 = (nothing + c.word[3]) ^ all.key[0][1];
  all.c0_after_2 = b ^ all.key[1][0];
  all.c2_after_2 = (a >> 32) ^ all.key[1][1];
  all.c2_after_3 = a ^ all.key[2][1];
}

DYNVISION_LANES_ONLY Words8 merged(Halves64 const& even, Halves64 const& odd) {
  return {(Words8::Vector)((even & 0xffffffff) | (odd << 32))};
}

// The numbers of the group that begins with this counter.
DYNVISION_LANES_ONLY DYNVISION_WIDE void draw_group(std::uint32_t first, SampleLanes const& all, float* to) {
  Halves64 const counter[2] = {Halves64{0, 2, 4, 6} + first, Halves64{1, 3, 5, 7} + first};
  Halves64 c[4][2];
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {  // three rounds
    Halves64 const a1 = product(counter[i], all.factor[0]);
    Halves64 const b2 = product((a1 >> 32) ^ all.c2_after_1, all.factor[1]);
    Halves64 const a3 = product((b2 >> 32) ^ all.c0_after_2, all.factor[0]);
    Halves64 const b3 = product(a1 ^ all.c2_after_2, all.factor[1]);
    c[0][i] = (b3 >> 32) ^ b2 ^ all.key[2][0], c[1][i] = b3;
    c[2][i] = (a3 >> 32) ^ all.c2_after_3, c[3][i] = a3;
  }
#pragma GCC unroll 10
  for (int round = 3; round < philox_rounds; ++round) {
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
      Halves64 const a = product(c[0][i], all.factor[0]), b = product(c[2][i], all.factor[1]);
      c[0][i] = (b >> 32) ^ c[1][i] ^ all.key[round][0], c[1][i] = b;
      c[2][i] = (a >> 32) ^ c[3][i] ^ all.key[round][1], c[3][i] = a;
    }
  }
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
    Lanes<float> const radius = square_root(squared_radius(merged(c[i][0], c[i][1])));
    Direction<Lanes<float>> const towards = direction(merged(c[i + 1][0], c[i + 1][1]));
    store(radius * towards.x, to + 8 * i), store(radius * towards.y, to + 8 * i + 8);
  }
}

// Numbers [from, to) of a sample.
DYNVISION_WIDE inline void draw_in_lanes(PhiloxCounter const& counter, PhiloxKey const& key, std::int64_t from,
                                         std::int64_t to, float* at) {
  SampleLanes all;
  prepare_lanes(counter, key, all);
  float part[numbers_of_group];
  for (std::int64_t group = from / numbers_of_group; group * numbers_of_group < to; ++group) {
    std::int64_t const first = std::max(group * numbers_of_group, from);
    std::int64_t const n = std::min((group + 1) * numbers_of_group, to) - first;
    draw_group(static_cast<std::uint32_t>(group * counters_of_group), all, n == numbers_of_group ? at : part);
    if (n < numbers_of_group) std::copy_n(part + (first - group * numbers_of_group), n, at);
    at += n;
  }
}

DYNVISION_INLINE void draw_normal_of_sample(NormalNumbers const& numbers, std::int64_t step, std::int64_t sample,
                                            std::int64_t from, std::int64_t to, float* at) {
  PhiloxCounter const counter{{0, numbers.first_sample + static_cast<std::uint32_t>(sample),
                               numbers.first_step + static_cast<std::uint32_t>(step), numbers.place}};
  draw_in_lanes(counter, numbers.key, from, to, at);
}

DYNVISION_INLINE void draw_normal_by_counters(NormalNumbers const& numbers, float* to) {
  constexpr std::int64_t least = 512;  // counters for a thread
  parallel_pieces(numbers.n_steps * numbers.batch * counters_of_sample(numbers.size), least,
                  [&](std::int64_t first, std::int64_t last) {
                    for (std::int64_t k = first; k < last; ++k) draw_counter(numbers, k, to);
                  });
}

DYNVISION_INLINE void draw_normal(NormalNumbers const& numbers, at::Device device, float* to) {
  if (!device.is_cpu()) return normal_launcher.draw(numbers, device, to);
  if (!has_wide_registers()) return draw_normal_by_counters(numbers, to);
  constexpr std::int64_t piece = 2048, least = 4;  // numbers; pieces for a thread
  std::int64_t const per_sample = (numbers.size + piece - 1) / piece;
  parallel_pieces(numbers.n_steps * numbers.batch * per_sample, least, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      std::int64_t const row = i / per_sample, from = i % per_sample * piece;
      draw_normal_of_sample(numbers, row / numbers.batch, row % numbers.batch, from,
                            std::min(from + piece, numbers.size), to + row * numbers.size + from);
    }
  });
}

}  // namespace dynvision::kernels
