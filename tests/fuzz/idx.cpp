// IDX arrays, plain and gzip.
#include <dynvision/io/idx.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return run_target(data, size, [](std::filesystem::path const& path) { touch(dynvision::read_idx(path, 1U << 28U)); });
}
