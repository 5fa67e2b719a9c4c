// What the CPU of this process can do, asked once; and which of two ways to compute is the faster one on it.
#pragma once

namespace dynvision::kernels {

// Whether loops over Lanes (kernels/number/lanes.hpp) can run: AVX2 and FMA on x86-64.
inline bool has_wide_registers() {
#if defined(__x86_64__)
  static bool const has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
#else
  return true;
#endif
}

// Whether the CPU multiplies bfloat16 numbers by itself. Elsewhere than on x86-64 it is not known, and taken for granted.
inline bool has_bfloat16_instructions() {
#if defined(__x86_64__)
  static bool const has = __builtin_cpu_supports("avx512bf16");
  return has;
#else
  return true;
#endif
}

// Whether a direct sum of products is faster than oneDNN's convolution: oneDNN's is best with AVX-512.
inline bool direct_sum_is_faster() {
#if defined(__x86_64__)
  static bool const faster = has_wide_registers() && !__builtin_cpu_supports("avx512f");
  return faster;
#else
  return false;
#endif
}

// The same for Winograd's convolution. AMD's AVX-512 of Zen 4 multiplies 32 bytes at a time, as AVX2 does.
inline bool winograd_is_faster() {
#if defined(__x86_64__)
  static bool const faster = has_wide_registers() && (direct_sum_is_faster() || __builtin_cpu_is("amd"));
  return faster;
#else
  return false;
#endif
}

}  // namespace dynvision::kernels
