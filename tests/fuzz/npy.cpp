// NPY arrays and NPZ files.
#include <dynvision/io/numpy/npz.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  run_target(data, size, [](std::filesystem::path const& path) { touch(dynvision::read_npy(path)); });
  return run_target(data, size, [](std::filesystem::path const& path) {
    for (auto const& entry : dynvision::read_npz(path)) touch(entry.second);
  });
}
