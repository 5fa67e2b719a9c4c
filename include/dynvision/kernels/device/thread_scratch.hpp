// The scratch memory of a thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dynvision::kernels {

// A buffer of a thread, from a cache line on, which all of its convolutions use one after the other. Contents are lost.
template <class T, int which> T* thread_scratch(std::int64_t numbers) {
  thread_local std::vector<T> all;
  std::size_t constexpr line = 64;
  std::size_t const enough = static_cast<std::size_t>(numbers) + line / sizeof(T);
  if (all.size() < enough) all = std::vector<T>(), all.resize(enough);
  return all.data() + (line - reinterpret_cast<std::uintptr_t>(all.data()) % line) % line / sizeof(T);
}

}  // namespace dynvision::kernels
