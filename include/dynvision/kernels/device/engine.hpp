// Engine: how signals are stored and what computes with them, both known only at run time.
//
// What walks through time knows addresses; the loops are instantiated for each storage type here, once.
#pragma once
#include <dynvision/kernels/device/cpu_features.hpp>

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>
#include <c10/util/BFloat16.h>

#include <cstdint>

namespace dynvision::kernels {

// One program of numbers (kernels/pipeline/program.hpp), three ways to run it.
enum class Backend {
  loops,    // over the memory of the CPU, a few numbers side by side
  tensors,  // operations of LibTorch, on any device
  device,   // a kernel for the GPU where the program is linked with one (cuda.cuh), else as `tensors`
};

struct Engine {
  at::ScalarType dtype = at::kFloat;  // of signals: float, double, or bfloat16, which is computed in float
  at::Device device = at::kCPU;
  Backend backend = Backend::loops;

  std::int64_t bytes() const { return static_cast<std::int64_t>(c10::elementSize(dtype)); }
  at::ScalarType arithmetic() const { return dtype == at::kDouble ? at::kDouble : at::kFloat; }

  // f(S{}) for the storage type S.
  template <class F> void with_storage(F const& f) const {
    switch (dtype) {
      case at::kDouble:
        return f(double{});
      case at::kBFloat16:
        return f(c10::BFloat16{});
      default:
        return f(float{});
    }
  }
};

// bfloat16 on a CPU that has no instructions for it: right, and many times slower than float.
inline bool bfloat16_is_emulated(Engine const& engine) {
  return engine.dtype == at::kBFloat16 && engine.device.is_cpu() && !has_bfloat16_instructions();
}

inline Backend backend_for(at::Device device) {
  if (device.is_cpu()) return has_wide_registers() ? Backend::loops : Backend::tensors;
  return device.is_cuda() ? Backend::device : Backend::tensors;
}

// The address of number i of a signal.
inline void* at_number(Engine const& engine, void* first, std::int64_t i) {
  return static_cast<char*>(first) + i * engine.bytes();
}
inline void const* at_number(Engine const& engine, void const* first, std::int64_t i) {
  return static_cast<char const*>(first) + i * engine.bytes();
}

}  // namespace dynvision::kernels
