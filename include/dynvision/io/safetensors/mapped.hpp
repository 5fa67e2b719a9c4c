// Safetensors files without a copy: the tensors are the file's own pages, read when they are touched.
//
// The header is checked as in io/safetensors/safetensors.hpp. A tensor keeps the mapping alive; writing into it changes
// memory, never the file. Bools, and numbers that the file does not align, are copied. What io/file/mapped_file.hpp says of
// files that are cut short holds as long as a tensor is there.
//
// Errors: those of io/safetensors/safetensors.hpp and io/file/mapped_file.hpp.
#pragma once
#include <dynvision/io/file/mapped_file.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>

#include <ATen/ops/from_blob.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace dynvision {

inline TensorMap map_safetensors(std::filesystem::path const& path) {
  InputFile const file(path);
  auto [header, begin] = read_safetensors_header(file);
  auto const mapped = std::make_shared<MappedFile>(file);
  TensorMap tensors({}, std::move(header.metadata));
  for (auto& entry : header.entries) {
    if (!entry.dtype) {
      tensors.passed_over.push_back(entry.name + ": numbers of the type " + entry.dtype_name);
      continue;
    }
    auto const size = static_cast<std::size_t>(entry.end - entry.begin);
    char* const bytes = mapped->begin() + begin + entry.begin;
    bool const aligned = reinterpret_cast<std::uintptr_t>(bytes) % c10::elementSize(*entry.dtype) == 0;
    Tensor tensor;
    if (size > 0 && aligned && entry.dtype != c10::ScalarType::Bool) {
      auto* const owner = new std::shared_ptr<MappedFile>(mapped);
      tensor = at::for_blob(bytes, entry.shape)
                   .context(owner, [](void* held) { delete static_cast<std::shared_ptr<MappedFile>*>(held); })
                   .options(at::TensorOptions(*entry.dtype))
                   .make_tensor();
    } else {
      tensor = host_tensor(entry.shape, *entry.dtype);
      if (size > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, size);
      make_valid_bools(tensor);
    }
    tensors.insert(std::move(entry.name), std::move(tensor));
  }
  return tensors;
}

}  // namespace dynvision
