// Where LibTorch's generators of random numbers are: what a training that goes on must continue with.
//
// "cpu", and "cuda:0" … of the devices that this process uses. Noise and dropout without a seed, and whatever else draws from the
// global generator, then draw the numbers that they would have drawn. A generator of a device that is not there is left out.
//
// Errors: train.241.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

using RandomState = std::vector<std::pair<std::string, Tensor>>;  // by device: bytes

namespace detail {

inline std::vector<std::pair<std::string, at::Generator>> generators() {
  std::vector<std::pair<std::string, at::Generator>> all{{"cpu", at::detail::getDefaultCPUGenerator()}};
  if (!at::globalContext().hasCUDA()) return all;
  auto const& hooks = at::detail::getCUDAHooks();
  for (int i = 0; i < hooks.deviceCount(); ++i) {
    auto const device = static_cast<c10::DeviceIndex>(i);
    if (hooks.hasPrimaryContext(device)) {
      all.emplace_back("cuda:" + number_text(i), at::globalContext().defaultGenerator({at::kCUDA, device}));
    }
  }
  return all;
}

}  // namespace detail

inline RandomState random_state() {
  RandomState all;
  for (auto& [device, generator] : detail::generators()) {
    std::lock_guard const lock(generator.mutex());
    all.emplace_back(device, generator.get_state());
  }
  return all;
}

inline void set_random_state(RandomState const& state) {
  for (auto& [device, generator] : detail::generators()) {
    for (auto const& [name, bytes] : state) {
      if (name != device) continue;
      try {
        std::lock_guard const lock(generator.mutex());
        generator.set_state(bytes);
      } catch (c10::Error const& error) {
        fail("train", 241,
             {"the state of the generator \"", name, "\" cannot be read: ", error.what_without_backtrace()});
      }
    }
  }
}

}  // namespace dynvision
