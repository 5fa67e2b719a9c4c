// PyTorch files, ".pt" (zip) and legacy ".pth", as torch.save writes them: tensors and plain containers, never code.
//
// Whatever else a file mentions (a model, a scheduler, a function) stays a name and data, and is listed as passed over;
// nothing in a file can be executed. Every size is checked against the file before memory is taken. Tensors lie on the host.
//   zip      NAME/data.pkl, the pickle; NAME/data/KEY, the storages; NAME/byteorder
//   legacy   pickles of 0x1950a86a20f9469cfc6c, 1001, the system, the object, a list of storage keys; then for each storage
//            its number of elements (int64) and its bytes
// Source: torch/serialization.py of PyTorch 2.11.
//
// Errors: io.241 … io.244, and those of io/zip/directory.hpp, io/pickle/machine.hpp, io/torch/globals.hpp,
// io/torch/storages.hpp, io/torch/state_dict.hpp.
#pragma once
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/io/pickle/machine.hpp>
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/io/torch/globals.hpp>
#include <dynvision/io/torch/state_dict.hpp>
#include <dynvision/io/torch/storages.hpp>
#include <dynvision/io/zip/reader.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

inline constexpr std::uint64_t torch_longest_pickle = 1U << 25U;  // [bytes]
inline constexpr std::string_view torch_legacy_mark = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
inline constexpr std::string_view torch_legacy_mark_in_digits = "119547037146038801333356";  // protocols 0 and 1

// Whether the first 32 bytes of a file are those of a legacy file, of any protocol.
inline bool is_torch_legacy(std::string_view start) {
  return start.find(torch_legacy_mark) != start.npos || start.find(torch_legacy_mark_in_digits) != start.npos;
}

// The entry that says what a zip file of PyTorch holds; nullptr: it is none.
inline ZipEntry const* torch_pickle(ZipReader const& zip) {
  auto const pickle = std::find_if(zip.entries().begin(), zip.entries().end(), [](ZipEntry const& e) {
    return e.name == "data.pkl" || (e.name.ends_with("/data.pkl") && e.name.find('/') == e.name.size() - 9);
  });
  return pickle == zip.entries().end() ? nullptr : &*pickle;
}

namespace detail {

inline TensorMap torch_tensors(PickleValues const& values, PickleIndex root, TorchGlobals const& names,
                               TorchStorages& storages, std::size_t n_pickle, std::uint64_t file_size,
                               std::string_view key) {
  auto found = TorchStateDict(values, 4096 + 16 * n_pickle, 65536 + file_size / 16).find(root, key);
  TensorMap tensors({}, std::move(found.metadata));
  tensors.passed_over = std::move(found.passed_over);
  for (auto& [name, which] : found.tensors) {
    Tensor tensor = storages.tensor(names, names.tensors[static_cast<std::size_t>(which)], name);
    if (tensors.contains(name)) fail("io", 121, {values.file(), ": tensor \"", name, "\" is there twice"});
    tensors.insert(std::move(name), std::move(tensor));
  }
  return tensors;
}

inline TensorMap read_torch_zip(std::filesystem::path const& path, std::string_view key) {
  ZipReader const zip(path);
  std::string const file = path.string();
  ZipEntry const* const pickle = torch_pickle(zip);
  if (pickle == nullptr) fail("io", 241, {file, ": expected a PyTorch file, found a zip file without data.pkl"});
  if (pickle->size > torch_longest_pickle) {
    fail("io", 242, {file, ": expected a pickle of at most ", torch_longest_pickle, " bytes, found ", pickle->size});
  }
  std::string const prefix = pickle->name.substr(0, pickle->name.size() - 8);
  if (zip.find(prefix + "constants.pkl") != nullptr) {
    fail("io", 243, {file, ": expected weights, found a compiled TorchScript model: save its state_dict() in Python"});
  }
  if (ZipEntry const* const order = zip.find(prefix + "byteorder");
      order != nullptr && order->size < 16 && zip.text(*order, false) != "little") {
    fail("io", 243, {file, ": expected little-endian numbers, found ", zip.text(*order, false)});
  }
  TorchStorages::Sizes sizes;
  std::map<std::string_view, ZipEntry const*> entries;
  for (ZipEntry const& entry : zip.entries()) {
    if (!entry.name.starts_with(prefix + "data/")) continue;
    std::string_view const name = std::string_view(entry.name).substr(prefix.size() + 5);
    sizes.emplace(name, entry.size);
    entries.emplace(name, &entry);
  }
  TorchStorages storages(file, std::move(sizes), zip.file_size(), [&](std::string_view name, void* bytes) {
    zip.read(*entries.find(name)->second, bytes, false);
  });
  std::string const bytes = zip.text(*pickle, false);
  PickleValues values(file);
  TorchGlobals names;
  PickleIndex const root = PickleMachine(values, names, bytes).run();
  return torch_tensors(values, root, names, storages, bytes.size(), zip.file_size(), key);
}

inline TensorMap read_torch_legacy(std::filesystem::path const& path, std::string_view key) {
  InputFile const input(path);
  std::string const file = path.string();
  std::string bytes(std::min(input.size(), torch_longest_pickle), '\0');
  input.read(0, bytes.data(), bytes.size());
  PickleValues values(file);
  TorchGlobals names;
  PickleMachine machine(values, names, std::string_view(bytes));
  PickleIndex const mark = machine.run(), version = machine.run(), system = machine.run();
  bool const marked = values[mark].text == torch_legacy_mark || values[mark].text == torch_legacy_mark_in_digits;
  if (!marked || !values.is(version, PickleKind::integer) || values[version].integer != 1001) {
    fail("io", 241, {file, ": expected a PyTorch file of the legacy format 1001, found another"});
  }
  auto const& facts = values[system].items;
  for (std::size_t i = 0; i + 1 < facts.size(); i += 2) {
    if (values[facts[i]].text == "little_endian" && facts[i + 1] == PickleValues::falsity) {
      fail("io", 243, {file, ": expected little-endian numbers, found big-endian ones"});
    }
  }
  PickleIndex const root = machine.run(), keys = machine.run();

  // A storage does not say how large its elements are: whoever uses it does.
  std::map<std::string_view, std::uint64_t> element_sizes;
  for (TorchStorage const& storage : names.storages) {
    element_sizes[storage.key] = storage.dtype ? c10::elementSize(*storage.dtype) : 1;
  }
  std::uint64_t at = bytes.size() - machine.rest().size();
  TorchStorages::Sizes sizes;
  std::map<std::string, std::uint64_t, std::less<>> positions;
  for (PickleIndex const index : values[keys].items) {
    std::string const name(values[index].text);
    auto const element = element_sizes.find(name);
    std::uint64_t numel = 0, size = 0;
    if (element == element_sizes.end() || input.size() - at < sizeof numel) {
      fail("io", 244, {file, ": expected storage \"", name.substr(0, 200), "\", found the end or no use of it"});
    }
    input.read(at, &numel, sizeof numel);
    at += sizeof numel;
    if (__builtin_mul_overflow(numel, element->second, &size) || size > input.size() - at) {
      fail("io", 244,
           {file, ": storage \"", name.substr(0, 200), "\": expected ", numel, " elements, found the end of the file"});
    }
    if (!sizes.emplace(name, size).second) {
      fail("io", 244, {file, ": expected storage \"", name.substr(0, 200), "\" once, found it twice"});
    }
    positions[name] = at;
    at += size;
  }
  TorchStorages storages(file, sizes, input.size(), [&](std::string_view name, void* to) {
    input.read(positions.find(name)->second, to, sizes.find(name)->second);
  });
  return torch_tensors(values, root, names, storages, bytes.size(), input.size(), key);
}

}  // namespace detail

// key: where the state_dict is in a checkpoint, such as "ema.state_dict"; empty: the usual places; ".": all tensors.
inline TensorMap read_torch(std::filesystem::path const& path, std::string_view key = "") {
  InputFile const file(path);
  char start[32]{};
  file.read(0, start, std::min<std::uint64_t>(file.size(), sizeof start));
  std::string_view const bytes(start, sizeof start);
  if (bytes.starts_with("PK\3\4")) return detail::read_torch_zip(path, key);
  if (is_torch_legacy(bytes)) return detail::read_torch_legacy(path, key);
  fail("io", 241, {path.string(), ": expected a PyTorch file (zip, or legacy 1001), found another format"});
}

}  // namespace dynvision
