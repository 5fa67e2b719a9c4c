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

DYNVISION_BOTH std::int64_t counters_of_sample(std::int64_t size) {
  return (size + numbers_of_group - 1) / numbers_of_group * counters_of_group;
}

// The numbers of counter k of all samples and steps: what a thread of a GPU does.
DYNVISION_BOTH void draw_counter(NormalNumbers const& numbers, std::int64_t k, float* to) {
  std::int64_t const per_sample = counters_of_sample(numbers.size);
  std::int64_t const row = k / per_sample, counter = k % per_sample;
  std::int64_t const first = counter / counters_of_group * numbers_of_group + counter % counters_of_group;
  PhiloxCounter const bits = philox(
      {{static_cast<std::uint32_t>(counter), numbers.first_sample + static_cast<std::uint32_t>(row % numbers.batch),
        numbers.first_step + static_cast<std::uint32_t>(row / numbers.batch), numbers.place}},
      numbers.key);
  DYNVISION_UNROLL
  for (int w = 0; w < 4; w += 2) {
    float const radius = std::sqrt(squared_radius(bits.word[w]));
    Direction<float> const towards = direction(bits.word[w + 1]);
    std::int64_t const i = first + w * counters_of_group, next = i + counters_of_group;
    if (i < numbers.size) to[row * numbers.size + i] = radius * towards.x;
    if (next < numbers.size) to[row * numbers.size + next] = radius * towards.y;
  }
}

// (n_steps, batch, size), one after the other. By a program that is linked with device code on a GPU, too.
void draw_normal(NormalNumbers const& numbers, at::Device device, float* to);

// Numbers [from, to) of one of the samples, at the i-th step.
void draw_normal_of_sample(NormalNumbers const& numbers, std::int64_t step, std::int64_t sample, std::int64_t from,
                           std::int64_t to, float* at);

// Counter after counter, as a GPU does, for CPUs without wide registers and for tests.
void draw_normal_by_counters(NormalNumbers const& numbers, float* to);

// Where device code leaves the function that starts its kernel (cuda.cuh).
struct NormalLauncher {
  void (*draw)(NormalNumbers const&, at::Device, float* to) = nullptr;
};
inline NormalLauncher normal_launcher{};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/random/normal_numbers.ipp>
#endif
