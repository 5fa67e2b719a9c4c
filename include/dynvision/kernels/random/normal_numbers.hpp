// Standard normal numbers, each a function of its key, place, step, sample and unit: in whatever order, by however many
// threads and on whatever device they are drawn, they are the same.
//
//   draw_normal({.key = key, .place = 2, .first_step = 10, .n_steps = 5, .batch = 16, .size = 1024}, to);
//
// Numbers i of a sample go together by 32. Those of group k, i = 32 k + 8 w + l, are made of the four words of
// philox({8 k + l, sample, step, place}, key): w = 0, 1 of the first two, w = 2, 3 of the other two
// (kernels/random/gaussian.hpp). So eight lanes of a CPU make 32 numbers without exchanging any.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/random/gaussian.hpp>
#include <dynvision/kernels/random/philox.hpp>

#include <c10/core/Device.h>

namespace dynvision::kernels {

struct NormalNumbers {
  PhiloxKey key{};
  std::uint32_t place = 0;  // what they are for
  std::uint32_t first_step = 0, first_sample = 0;
  std::int64_t n_steps = 1, batch = 1, size = 1;  // samples; numbers of a sample, in the order of memory

  std::int64_t count() const { return n_steps * batch * size; }
};

inline constexpr std::int64_t numbers_of_group = 32, counters_of_group = 8;

// The four numbers of a counter: w = 0 ... 3.
DYNVISION_BOTH void four_normal_numbers(PhiloxCounter const& counter, PhiloxKey const& key, float (&to)[4]) {
  PhiloxCounter const bits = philox(counter, key);
  DYNVISION_UNROLL
  for (int i = 0; i < 4; i += 2) {
    float const radius = std::sqrt(squared_radius(bits.word[i]));
    Direction<float> const towards = direction(bits.word[i + 1]);
    to[i] = radius * towards.x, to[i + 1] = radius * towards.y;
  }
}

// (n_steps, batch, size), one after the other. By a program that is linked with device code on a GPU, too.
void draw_normal(NormalNumbers const& numbers, at::Device device, float* to);

// One after the other, for tests and for CPUs without wide registers.
void draw_normal_by_one(NormalNumbers const& numbers, float* to);

// Where device code leaves the function that starts its kernel (cuda.cuh).
struct NormalLauncher {
  void (*draw)(NormalNumbers const&, at::Device, float* to) = nullptr;
};
inline NormalLauncher normal_launcher{};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/random/normal_numbers.ipp>
#endif
