// The pickle machine without a file around it: no checksum and no directory stands between the input and the code.
#include <dynvision/io/torch/reader.hpp>

#include "target.hpp"

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace dynvision;
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  try {
    PickleValues values("input");
    TorchGlobals names;
    PickleMachine machine(values, names, bytes);
    PickleIndex const root = machine.run();
    TorchStorages storages("input", {{"0", 64}, {"1", 24}, {"2", 0}}, 4096, [](std::string_view key, void* to) {
      std::fill_n(static_cast<char*>(to), key == "0" ? 64 : 24, 1);
    });
    for (auto const& entry : detail::torch_tensors(values, root, names, storages, size, size, "")) touch(entry.second);
  } catch (Error const&) {
  }
  return 0;
}
