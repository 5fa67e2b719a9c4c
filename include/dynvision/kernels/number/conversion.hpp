// Numbers between the types of storage and of arithmetic, many at a time.
#pragma once
#include <dynvision/core/inline.hpp>

#include <c10/util/BFloat16.h>

#include <cstdint>

namespace dynvision::kernels {

void widen(c10::BFloat16 const* from, float* to, std::int64_t n);
void narrow(float const* from, c10::BFloat16* to, std::int64_t n);  // to the nearest, of two the even one

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/number/conversion.ipp>
#endif
