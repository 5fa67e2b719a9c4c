// Safetensors files: named tensors and a few texts, written so that Python's safetensors loads them.
//
// Nothing in such a file can be executed, and every size is checked against the file before memory is taken
// for it. Numbers are stored in the tensors' own dtype, row-major; every tensor begins at a multiple of its element size.
// Reading keeps the order of the header; tensors own their memory and lie on the host (io/safetensors/mapped.hpp: they
// are the file's own pages). Writing is all or nothing (io/file/atomic_file.hpp).
//
// Errors: io.131 … io.133, io.143 … io.145, those of io/safetensors/header.hpp and positions.hpp, and those of the files.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/io/safetensors/header.hpp>
#include <dynvision/io/safetensors/positions.hpp>
#include <dynvision/io/tensor_map.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace dynvision {

static_assert(std::endian::native == std::endian::little, "dynvision: safetensors files are little-endian");

// The header, and where the numbers begin in the file [bytes].
inline std::pair<SafetensorsHeader, std::uint64_t> read_safetensors_header(InputFile const& file) {
  std::string const name = file.path().string();
  std::uint64_t length = 0;
  if (file.size() < sizeof length) fail("io", 131, {name, ": expected at least 8 bytes, found ", file.size()});
  file.read(0, &length, sizeof length);
  std::uint64_t const rest = file.size() - sizeof length;
  if (length > safetensors_longest_header) {
    fail("io", 132,
         {name, ": expected a header of at most ", safetensors_longest_header, " bytes, found ", length,
          " (is this a safetensors file?)"});
  }
  if (length > rest) {
    fail("io", 133, {name, ": expected a header of ", length, " bytes, found only ", rest, " (is the file complete?)"});
  }
  std::string json(length, ' ');
  file.read(sizeof length, json.data(), json.size());
  SafetensorsHeader header = parse_safetensors_header(json, name);
  check_positions(header, rest - length, name);
  return {std::move(header), sizeof length + length};
}

inline TensorMap read_safetensors(std::filesystem::path const& path) {
  InputFile const file(path);
  auto [header, begin] = read_safetensors_header(file);
  TensorMap tensors({}, std::move(header.metadata));
  for (auto& entry : header.entries) {
    if (!entry.dtype) {
      tensors.passed_over.push_back(entry.name + ": numbers of the type " + entry.dtype_name);
      continue;
    }
    Tensor tensor = host_tensor(entry.shape, *entry.dtype);
    auto const size = static_cast<std::size_t>(entry.end - entry.begin);
    if (size > 0) file.read(begin + entry.begin, tensor.mutable_data_ptr(), size);
    make_valid_bools(tensor);
    tensors.insert(std::move(entry.name), std::move(tensor));
  }
  return tensors;
}

namespace detail {

inline SafetensorsDtype const* safetensors_dtype(c10::ScalarType type) {
  auto const* const found = std::find_if(safetensors_dtypes.begin(), safetensors_dtypes.end(),
                                         [&](auto const& known) { return known.type == type; });
  return found == safetensors_dtypes.end() ? nullptr : found;
}

// Where each tensor goes in the file [bytes]. Wide elements first: then every tensor is aligned whatever the sizes.
struct SafetensorsLayout {
  std::vector<std::size_t> order;
  std::vector<std::uint64_t> begin;

  explicit SafetensorsLayout(std::vector<TensorMap::Entry> const& tensors)
      : order(tensors.size()), begin(tensors.size()) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return tensors[a].second.element_size() > tensors[b].second.element_size();
    });
    std::uint64_t position = 0;
    for (std::size_t const index : order) {
      begin[index] = position;
      position += tensors[index].second.nbytes();
    }
  }
};

// The header as it is written, padded to a multiple of 8 bytes.
inline std::string safetensors_json(std::vector<TensorMap::Entry> const& tensors, SafetensorsLayout const& layout,
                                    std::map<std::string, std::string> const& metadata, std::string const& file) {
  auto const quoted = [&](std::string const& text) {
    try {
      return nlohmann::json(text).dump();
    } catch (nlohmann::json::exception const&) {
      fail("io", 144, {file, ": expected names and metadata in UTF-8, found \"", text, "\""});
    }
  };
  std::string json = "{";
  if (!metadata.empty()) {
    json += "\"__metadata__\":{";
    for (auto const& [key, value] : metadata) json += quoted(key) + ":" + quoted(value) + ",";
    json.back() = '}';
    json += ',';
  }
  std::unordered_set<std::string> names{"__metadata__"};
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto const& [name, tensor] = tensors[i];
    if (!names.insert(name).second) {
      fail("io", 144, {file, ": tensor \"", name, "\": expected names that differ and are not __metadata__"});
    }
    std::string shape;
    for (std::int64_t const n : tensor.sizes()) shape += (shape.empty() ? "" : ",") + number_text(n);
    json +=
        quoted(name) + joined({":{\"dtype\":\"", safetensors_dtype(tensor.scalar_type())->name, "\",\"shape\":[", shape,
                               "],\"data_offsets\":[", layout.begin[i], ",", layout.begin[i] + tensor.nbytes(), "]},"});
  }
  if (json.size() > 1) json.pop_back();
  json += '}';
  json.append((8 - json.size() % 8) % 8, ' ');
  if (json.size() > safetensors_longest_header) {
    fail("io", 145,
         {file, ": expected a header of at most ", safetensors_longest_header, " bytes, found ", json.size(),
          ": too many or too long names and texts"});
  }
  return json;
}

}  // namespace detail

inline void write_safetensors(std::filesystem::path const& path, std::vector<TensorMap::Entry> const& tensors,
                              std::map<std::string, std::string> const& metadata = {}) {
  std::string const file = path.string();
  for (auto const& [name, tensor] : tensors) {
    if (!tensor.defined()) fail("io", 143, {file, ": tensor \"", name, "\": expected a value, found none"});
    if (detail::safetensors_dtype(tensor.scalar_type()) == nullptr || tensor.layout() != at::kStrided) {
      fail("io", 143,
           {file, ": tensor \"", name, "\": expected a dense tensor of a type that safetensors has, found ",
            c10::toString(tensor.scalar_type())});
    }
  }
  detail::SafetensorsLayout const layout(tensors);
  std::string const json = detail::safetensors_json(tensors, layout, metadata, file);

  AtomicFile out(path);
  std::uint64_t const length = json.size();
  out.write(&length, sizeof length);
  out.write(json);
  for (std::size_t const index : layout.order) {
    Tensor const host = tensors[index].second.detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
    if (host.nbytes() > 0) out.write(host.const_data_ptr(), host.nbytes());
  }
  out.commit();
}

inline void write_safetensors(std::filesystem::path const& path, TensorMap const& tensors) {
  write_safetensors(path, std::vector<TensorMap::Entry>(tensors.begin(), tensors.end()), tensors.metadata);
}

}  // namespace dynvision
