// Chunks: how the loops divide the numbers of a pipeline, 4 KiB of each signal at a time.
//
// A chunk is a part of a sample; or, where samples are smaller, as many whole ones as it has room for: those of a signal lie one
// behind the other. An operand that is the same in all samples is then repeated (kernels/pipeline/loop.ipp).
#pragma once
#include <dynvision/kernels/device/engine.hpp>

#include <algorithm>
#include <cstdint>

namespace dynvision::kernels {

struct Chunks {
  static constexpr std::int64_t bytes = 4096;  // of the arithmetic type

  std::int64_t size, batch;     // numbers in a sample; samples
  std::int64_t numbers;         // of a chunk
  std::int64_t samples = 1;     // of a chunk
  std::int64_t per_sample = 1;  // chunks

  Chunks(Engine const& engine, std::int64_t of_sample, std::int64_t n_samples) : size(of_sample), batch(n_samples) {
    // Of signals that are copied, what copies leave room for.
    numbers = engine.dtype == at::kDouble ? bytes / 8 : (engine.dtype == at::kFloat ? bytes / 4 : 512);
    if (size > 0 && 2 * size <= numbers && batch > 1) {
      samples = std::min(numbers / size, batch);
      constexpr std::int64_t width = 8;  // with a multiple of it chunks end with a whole register
      if (samples > width) samples -= samples % width;
      numbers = samples * size;
    } else {
      per_sample = (size + numbers - 1) / numbers;
    }
  }

  std::int64_t count() const { return samples > 1 ? (batch + samples - 1) / samples : batch * per_sample; }
  // The first sample of a chunk, and the numbers from its beginning on.
  std::int64_t sample(std::int64_t i) const { return samples > 1 ? i * samples : i / per_sample; }
  std::int64_t from(std::int64_t i) const { return samples > 1 ? 0 : i % per_sample * numbers; }
  std::int64_t to(std::int64_t i) const {
    return samples > 1 ? std::min(samples, batch - i * samples) * size : std::min(from(i) + numbers, size);
  }
};

}  // namespace dynvision::kernels
