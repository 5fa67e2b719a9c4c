// NoiseSource: the random numbers of a run, each a function of seed, trial, place in the model, step, sample and unit.
//
//   Tensor xi = source.numbers(place, step, {B, C, H, W}, options);       standard normal, the same whenever it is asked
//
// Nothing is counted on while a run goes on, so that both paths, any division of a run and any number of threads draw the
// same numbers; those of float32, in every dtype (kernels/random/normal_numbers.hpp). Networks beside each other (K members, the
// channels of one after those of another) draw what each draws alone with the seed seed + k. Without a seed one is drawn from
// LibTorch's generator when a number is asked for the first time. A place is that of noise_place(layer, which).
//
// Errors: run.190, run.191.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/kernels/random/philox.hpp>

#include <cstdint>
#include <optional>

namespace dynvision {

// Of the operation that draws numbers in a layer, by the index of the layer; `which`: the first of the layer, the second ...
constexpr int noise_place(int layer, int which = 0) { return layer * 256 + which; }

class NoiseSource {
 public:
  NoiseSource() : is_on_(false) {}  // none
  explicit NoiseSource(std::optional<std::uint64_t> seed, std::uint64_t trial = 0, bool is_on = true)
      : is_on_(is_on), trial_(trial), seed_(seed) {}

  bool is_on() const { return is_on_; }
  std::optional<std::uint64_t> seed() const { return seed_; }  // none: none was given, and no number was asked for
  std::uint64_t trial() const { return trial_; }
  kernels::PhiloxKey key(int member = 0) const;

  // Standard normal numbers of the samples from `first_sample` on.
  Tensor numbers(int place, int step, at::IntArrayRef sizes, at::TensorOptions options, std::int64_t first_sample = 0,
                 int n_members = 1) const;

 private:
  bool is_on_;
  std::uint64_t trial_ = 0;
  mutable std::optional<std::uint64_t> seed_{};  // of one run, which is one thread's
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/noise_source.ipp>
#endif
