// NPY arrays and NPZ files, and their texts.
#include <dynvision/io/numpy/npz.hpp>
#include <dynvision/io/numpy/npz_texts.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  run_target(data, size, [](std::filesystem::path const& path) { touch(dynvision::read_npy(path)); });
  run_target(data, size, [](std::filesystem::path const& path) { dynvision::read_npz_texts(path, "ids"); });
  return run_target(data, size, [](std::filesystem::path const& path) {
    for (auto const& entry : dynvision::read_npz(path)) touch(entry.second);
  });
}
