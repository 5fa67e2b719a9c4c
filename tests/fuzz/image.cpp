// PNG and JPEG images.
#include <dynvision/io/image/image_file.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  return run_target(data, size, [](std::filesystem::path const& path) { touch(dynvision::read_image_file(path)); });
}
