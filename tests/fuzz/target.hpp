// What every fuzz target does: the input becomes a file in memory, and the reader either reads it or fails with a number.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <string>
#include <tuple>

// Touches every byte, so that memory that is not there is found.
inline void touch(dynvision::Tensor const& tensor) {
  dynvision::Tensor const rows = tensor.contiguous();
  if (rows.nbytes() == 0) return;
  auto const* const bytes = static_cast<unsigned char const*>(rows.const_data_ptr());
  static unsigned volatile sum = 0;
  sum = std::accumulate(bytes, bytes + rows.nbytes(), 0U);
}

template <class Read> int run_target(std::uint8_t const* data, std::size_t size, Read&& read) {
  static int const file = ::memfd_create("input", 0);
  static std::string const path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  try {
    read(std::filesystem::path(path));
  } catch (dynvision::Error const&) {
  }
  return 0;
}
