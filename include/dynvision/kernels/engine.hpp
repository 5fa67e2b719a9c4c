// Engine: how signals are stored and what computes with them, both known only at run time.
//
// Station: kernels. What walks through time knows addresses; the loops are instantiated for each storage type here, once.
#pragma once
#include <dynvision/kernels/numbers.hpp>

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace dynvision::kernels {

struct Engine {
  at::ScalarType dtype = at::kFloat;  // of signals: float, double, or bfloat16, which is computed in float

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

// The address of number i of a signal.
inline void* at_number(Engine const& engine, void* first, std::int64_t i) {
  return static_cast<char*>(first) + i * engine.bytes();
}
inline void const* at_number(Engine const& engine, void const* first, std::int64_t i) {
  return static_cast<char const*>(first) + i * engine.bytes();
}

}  // namespace dynvision::kernels
