// Safetensors, read and mapped: both must agree.
#include <dynvision/io/safetensors/mapped.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return run_target(data, size, [](std::filesystem::path const& path) {
    auto const read = dynvision::read_safetensors(path), mapped = dynvision::map_safetensors(path);
    if (read.size() != mapped.size()) std::abort();
    for (auto const& entry : read) touch(entry.second);
    for (auto const& entry : mapped) touch(entry.second);
  });
}
