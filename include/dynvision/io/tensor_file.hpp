// Named tensors of a file, whatever its format: safetensors, PyTorch (zip and legacy), NPZ, NPY. The content decides.
//
// An NPY array bears the name of its file. `key` says where the tensors are in a PyTorch checkpoint
// (io/torch/state_dict.hpp).
//
// Errors: io.271, and those of the formats.
#pragma once
#include <dynvision/io/numpy/npz.hpp>
#include <dynvision/io/safetensors/mapped.hpp>
#include <dynvision/io/torch/reader.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace dynvision {

// mapped: safetensors are not copied (io/safetensors/mapped.hpp).
enum class Reading { copied, mapped };

inline TensorMap read_tensors(std::filesystem::path const& path, std::string_view key = "",
                              Reading reading = Reading::copied) {
  InputFile const file(path);
  char start[32]{};
  file.read(0, start, std::min<std::uint64_t>(file.size(), sizeof start));
  std::string_view const bytes(start, sizeof start);
  if (bytes.starts_with("PK\3\4")) {
    ZipReader const zip(path);
    bool const arrays = std::any_of(zip.entries().begin(), zip.entries().end(),
                                    [](ZipEntry const& entry) { return entry.name.ends_with(".npy"); });
    return arrays && torch_pickle(zip) == nullptr ? read_npz(path) : read_torch(path, key);
  }
  if (is_torch_legacy(bytes)) return read_torch(path, key);
  if (bytes.starts_with("\x93NUMPY")) return TensorMap({{path.stem().string(), read_npy(path)}});
  if (bytes[8] != '{' && file.size() > 8) {
    fail("io", 271,
         {path.string(), ": expected a file of named tensors (safetensors, PyTorch, NPZ, NPY), found another format"});
  }
  return reading == Reading::mapped ? map_safetensors(path) : read_safetensors(path);
}

}  // namespace dynvision
