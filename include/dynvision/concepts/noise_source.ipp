// Seeds, keys, and numbers as tensors.
#pragma once
#include <dynvision/concepts/noise_source.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/random/normal_tensor.hpp>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

namespace dynvision {

DYNVISION_INLINE kernels::PhiloxKey NoiseSource::key(int member) const {
  if (Remembering::now() != nullptr) {
    fail("run", 191,
         "a CUDA graph of a run with noise, every replay of which would draw the same numbers: expected .noise = "
         "false, or "
         "runs that are not recorded");
  }
  if (!seed_) {
    if (at::globalContext().deterministicAlgorithms()) {
      fail("run", 190,
           "noise without a seed, where LibTorch's deterministic algorithms are asked for: expected .seed among the "
           "settings of the run, or .noise = false");
    }
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> const lock(generator.mutex());
    seed_ = at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
  }
  auto const low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  // Mixed, so that runs of near seeds and trials have nothing in common.
  std::uint64_t const seed = *seed_ + static_cast<std::uint64_t>(member);
  kernels::PhiloxCounter const mixed =
      kernels::philox({{low(trial_), low(trial_ >> 32), 0, 0}}, {{low(seed), low(seed >> 32)}});
  return {{mixed.word[0], mixed.word[1]}};
}

DYNVISION_INLINE Tensor NoiseSource::numbers(int place, int step, at::IntArrayRef sizes, at::TensorOptions options,
                                             std::int64_t first_sample, int n_members) const {
  kernels::Shape const shape{sizes.size() > 1 ? sizes[1] / n_members : 1, sizes.size() > 2 ? sizes[2] : 1,
                             sizes.size() > 3 ? sizes[3] : 1};
  std::vector<Tensor> of_members;
  for (int k = 0; k < n_members; ++k) {
    of_members.push_back(kernels::normal_tensor({.key = key(k),
                                                 .place = static_cast<std::uint32_t>(place),
                                                 .first_step = static_cast<std::uint32_t>(step),
                                                 .first_sample = static_cast<std::uint32_t>(first_sample),
                                                 .batch = sizes[0],
                                                 .size = shape.size()},
                                                shape, options.device()));
  }
  Tensor const xi = n_members == 1 ? of_members[0] : cat(of_members, 1);
  return xi.to(options.requires_grad(false)).contiguous().view(sizes);
}

}  // namespace dynvision
