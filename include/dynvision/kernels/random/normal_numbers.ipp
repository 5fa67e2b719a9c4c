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

// The key of each round, in each place.
struct PhiloxKeys {
  Halves64 word[philox_rounds][2];
};

DYNVISION_LANES_ONLY DYNVISION_WIDE void each_round(PhiloxKey key, PhiloxKeys& keys) {
  for (int i = 0; i < philox_rounds; ++i) {
    for (int k = 0; k < 2; ++k) {
      keys.word[i][k] = Halves64{} + key.word[k];
      key.word[k] += philox_growth[k];
    }
  }
}

DYNVISION_LANES_ONLY Words8 merged(Halves64 const (&c)[2]) {
  return {(Words8::Vector)((c[0] & 0xffffffff) | (c[1] << 32))};
}

// The numbers of a group.
DYNVISION_LANES_ONLY DYNVISION_WIDE void draw_group(PhiloxCounter const& first, PhiloxKeys const& keys, float* to) {
  Halves64 const nothing{}, factor[] = {nothing + philox_factor[0], nothing + philox_factor[1]};
  Halves64 c[4][2];  // counters at even and at odd places
  for (int i = 0; i < 4; ++i) c[i][0] = c[i][1] = nothing + first.word[i];
  c[0][0] += Halves64{0, 2, 4, 6}, c[0][1] += Halves64{1, 3, 5, 7};
#pragma GCC unroll 10
  for (int round = 0; round < philox_rounds; ++round) {
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
      Halves64 const a = product(c[0][i], factor[0]), b = product(c[2][i], factor[1]);
      c[0][i] = (b >> 32) ^ c[1][i] ^ keys.word[round][0], c[1][i] = b;
      c[2][i] = (a >> 32) ^ c[3][i] ^ keys.word[round][1], c[3][i] = a;
    }
  }
#pragma GCC unroll 2
  for (int i = 0; i < 4; i += 2) {
    Lanes<float> const radius = square_root(squared_radius(merged(c[i])));
    Direction<Lanes<float>> const towards = direction(merged(c[i + 1]));
    store(radius * towards.x, to + 8 * i), store(radius * towards.y, to + 8 * i + 8);
  }
}

// Numbers [from, to) of a sample, from a multiple of 32 on.
DYNVISION_WIDE inline void draw_in_lanes(PhiloxCounter counter, PhiloxKey const& key, std::int64_t from,
                                         std::int64_t to, float* numbers) {
  PhiloxKeys keys;
  each_round(key, keys);
  for (std::int64_t i = from; i < to; i += numbers_of_group, numbers += numbers_of_group) {
    counter.word[0] = static_cast<std::uint32_t>(i / numbers_of_group * counters_of_group);
    if (to - i >= numbers_of_group) {
      draw_group(counter, keys, numbers);
    } else {
      float all[numbers_of_group];
      draw_group(counter, keys, all);
      std::copy_n(all, to - i, numbers);
    }
  }
}
inline void draw_by_one(PhiloxCounter counter, PhiloxKey const& key, std::int64_t from, std::int64_t to,
                        float* numbers) {
  for (std::int64_t group = from; group < to; group += numbers_of_group) {
    for (std::int64_t lane = 0; lane < counters_of_group && group + lane < to; ++lane) {
      counter.word[0] = static_cast<std::uint32_t>(group / numbers_of_group * counters_of_group + lane);
      float four[4];
      four_normal_numbers(counter, key, four);
      for (std::int64_t w = 0, i = group + lane; w < 4 && i < to; ++w, i += counters_of_group) {
        numbers[i - from] = four[w];
      }
    }
  }
}

template <class F> void each_piece_of_sample(NormalNumbers const& numbers, float* to, F const& draw) {
  constexpr std::int64_t piece = 2048, least = 4;  // numbers; pieces for a thread
  std::int64_t const per_sample = (numbers.size + piece - 1) / piece;
  parallel_pieces(numbers.n_steps * numbers.batch * per_sample, least, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      std::int64_t const row = i / per_sample, from = i % per_sample * piece;
      PhiloxCounter const counter{{0, numbers.first_sample + static_cast<std::uint32_t>(row % numbers.batch),
                                   numbers.first_step + static_cast<std::uint32_t>(row / numbers.batch),
                                   numbers.place}};
      draw(counter, numbers.key, from, std::min(from + piece, numbers.size), to + row * numbers.size + from);
    }
  });
}

DYNVISION_INLINE void draw_normal_by_one(NormalNumbers const& numbers, float* to) {
  each_piece_of_sample(numbers, to, draw_by_one);
}

DYNVISION_INLINE void draw_normal(NormalNumbers const& numbers, at::Device device, float* to) {
  if (!device.is_cpu()) return normal_launcher.draw(numbers, device, to);
  if (has_wide_registers()) return each_piece_of_sample(numbers, to, draw_in_lanes);
  draw_normal_by_one(numbers, to);
}

}  // namespace dynvision::kernels
