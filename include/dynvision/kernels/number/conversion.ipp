// A register at a time; what is left at the end for itself.
#pragma once
#include <dynvision/kernels/number/conversion.hpp>
#include <dynvision/kernels/number/lanes.hpp>

namespace dynvision::kernels {

template <class From, class To> DYNVISION_LANES_ONLY void convert(From const* from, To* to, std::int64_t n) {
  Lanes<float> v;
  std::int64_t i = 0;
#pragma GCC unroll 4
  for (; i + Lanes<float>::width <= n; i += Lanes<float>::width) load(from + i, v), store(v, to + i);
  if (i < n) load_some(from + i, static_cast<int>(n - i), v), store_some(v, static_cast<int>(n - i), to + i);
}

DYNVISION_WIDE DYNVISION_INLINE void widen(c10::BFloat16 const* from, float* to, std::int64_t n) {
  convert(from, to, n);
}
DYNVISION_WIDE DYNVISION_INLINE void narrow(float const* from, c10::BFloat16* to, std::int64_t n) {
  convert(from, to, n);
}

}  // namespace dynvision::kernels
