// PyTorch files, zip and legacy: with the usual keys, and with all tensors.
#include <dynvision/io/torch/reader.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  for (char const* const key : {"", "."}) {
    run_target(data, size, [&](std::filesystem::path const& path) {
      for (auto const& entry : dynvision::read_torch(path, key)) touch(entry.second);
    });
  }
  return 0;
}
