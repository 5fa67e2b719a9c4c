// NPZ files: named arrays of NumPy in a zip file, read (stored or deflated) and written (stored).
//
// Each entry NAME.npy is an array (io/numpy/npy.hpp), checked with its checksum. Names can be those of parameters:
// numpy.load("x.npz")["V1.conv.weight"]. What is no array of numbers (texts, objects, records, other files) is passed over,
// and listed.
// Source: numpy.savez, numpy.savez_compressed.
//
// Errors: those of io/numpy/npy.hpp, io/numpy/npz_writer.hpp and io/zip/directory.hpp.
#pragma once
#include <dynvision/io/numpy/npy.hpp>
#include <dynvision/io/numpy/npz_writer.hpp>
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/io/zip/reader.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

inline TensorMap read_npz(std::filesystem::path const& path) {
  ZipReader const zip(path);
  TensorMap tensors;
  for (ZipEntry const& entry : zip.entries()) {
    if (entry.name.ends_with('/')) continue;  // a folder
    if (!entry.name.ends_with(".npy")) {
      tensors.passed_over.push_back(entry.name + ": no array");
      continue;
    }
    std::string const bytes = zip.text(entry);
    auto const read = [&](std::uint64_t offset, void* to, std::size_t size) {
      if (size > 0) std::memcpy(to, bytes.data() + offset, size);
    };
    NpyReader const array(read, bytes.size(), zip.where(entry));
    std::string name = entry.name.substr(0, entry.name.size() - 4);
    if (array.header().dtype) {
      tensors.insert(std::move(name), array.numbers());
    } else {
      tensors.passed_over.push_back(name + ": " + array.header().descr + ", no numbers");
    }
  }
  return tensors;
}

inline void write_npz(std::filesystem::path const& path, std::vector<TensorMap::Entry> const& tensors) {
  NpzWriter file(path);
  for (auto const& [name, tensor] : tensors) file.add(name, tensor);
  file.commit();
}

inline void write_npz(std::filesystem::path const& path, TensorMap const& tensors) {
  write_npz(path, std::vector<TensorMap::Entry>(tensors.begin(), tensors.end()));
}

}  // namespace dynvision
