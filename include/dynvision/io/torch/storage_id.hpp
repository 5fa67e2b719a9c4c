// How a PyTorch pickle names a storage: by a persistent id, a tuple, in protocol 0 the text of one.
//
//   ('storage', class, key, location, numel)             in legacy files with a sixth: None, or (key, offset, numel) of a view
//   P('storage', <class 'torch.FloatStorage'>, '0', 'cpu', 6, None)
//
// The class says the type of the numbers: torch.FloatStorage, torch.storage.UntypedStorage (bytes).
// Source: torch/serialization.py of PyTorch 2.11; pickle.Pickler.save_pers of Python.
//
// Errors: io.228.
#pragma once
#include <dynvision/io/pickle/value.hpp>
#include <dynvision/io/torch/dtypes.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace dynvision {

struct TorchStorage {
  std::string_view key;
  std::optional<c10::ScalarType> dtype;  // none: untyped, sizes in bytes
  std::int64_t numel = 0;                // of the whole storage [elements of dtype]
  std::int64_t begin = 0;                // of a view within it (legacy files) [elements]
};

namespace detail {

// The fields of the text of a tuple: texts without their quotes, classes without "<class '…'>", numbers as they are.
inline std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  while (!text.empty() && fields.size() < 12) {
    if (std::size_t const skip = text.find_first_not_of("(), "); skip > 0) {
      text.remove_prefix(std::min(skip, text.size()));
      continue;
    }
    bool const is_class = text.starts_with("<class '");
    std::size_t const quote = is_class ? 7 : text[0] == '\'' || text[0] == '"' ? 0 : text.npos;
    std::size_t const begin = quote == text.npos ? 0 : quote + 1;
    std::size_t const end = quote == text.npos ? text.find_first_of("(), ") : text.find(text[quote], begin);
    fields.push_back(text.substr(begin, end == text.npos ? end : end - begin));
    std::size_t const behind = quote == text.npos ? 0 : is_class ? 2 : 1;  // the quote, and the bracket
    text.remove_prefix(end == text.npos ? text.size() : std::min(end + behind, text.size()));
  }
  return fields;
}

inline std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
  bool const whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// The type of the numbers in storages of a class; nothing: of another class. Untyped: no type.
inline std::optional<std::optional<c10::ScalarType>> storage_dtype(std::string_view module, std::string_view name) {
  std::optional<std::optional<c10::ScalarType>> found;
  if (!module.starts_with("torch")) return found;
  if (name.ends_with("UntypedStorage")) return found.emplace(std::nullopt), found;
  auto const same = [&](TorchDtype const& known) { return !known.storage.empty() && known.storage == name; };
  auto const* const plain = std::find_if(torch_dtypes.begin(), torch_dtypes.end(), same);
  if (plain != torch_dtypes.end()) return found.emplace(plain->type), found;
  auto const* const quantised = std::find_if(torch_quantised.begin(), torch_quantised.end(), same);
  if (quantised != torch_quantised.end()) found.emplace(quantised->type);
  return found;
}

inline std::optional<TorchStorage> storage_of_text(PickleValues const& values, std::string_view text) {
  auto const fields = fields_of(text);
  if (fields.empty() || fields[0] != "storage") return std::nullopt;
  auto const numel = fields.size() > 4 ? whole_number(fields[4]) : std::nullopt;
  bool const view = fields.size() > 6;
  auto const begin = view ? whole_number(fields[6]) : std::optional<std::int64_t>(0);
  if (!numel || !begin) {
    fail("io", 228, {values.file(), ": pickle: expected the persistent id of a storage, found another"});
  }
  std::size_t const dot = std::min(fields[1].rfind('.'), fields[1].size());
  auto const dtype = storage_dtype(fields[1].substr(0, dot), fields[1].substr(std::min(dot + 1, fields[1].size())));
  return dtype ? std::optional(TorchStorage{fields[2], *dtype, *numel, *begin}) : std::nullopt;
}

}  // namespace detail

// Nothing: the id of something else, or of a storage of a class that is not known.
inline std::optional<TorchStorage> torch_storage(PickleValues const& values, PickleIndex id) {
  if (values.is(id, PickleKind::text)) return detail::storage_of_text(values, values[id].text);
  auto const& a = values[id].items;
  auto const is = [&](std::size_t i, PickleKind kind) { return i < a.size() && values.is(a[i], kind); };
  if (!values.is(id, PickleKind::tuple) || !is(0, PickleKind::text) || values[a[0]].text != "storage") {
    return std::nullopt;
  }
  if (!is(1, PickleKind::global) || !is(2, PickleKind::text) || !is(4, PickleKind::integer)) {
    fail("io", 228, {values.file(), ": pickle: expected the persistent id of a storage, found another"});
  }
  auto const dtype = detail::storage_dtype(values[a[1]].module, values[a[1]].text);
  if (!dtype) return std::nullopt;
  TorchStorage storage{values[a[2]].text, *dtype, values[a[4]].integer, 0};
  if (is(5, PickleKind::tuple)) {
    auto const& view = values[a[5]].items;
    if (view.size() != 3 || !values.is(view[1], PickleKind::integer)) {
      fail("io", 228, {values.file(), ": pickle: expected a view (key, offset, size) of a storage"});
    }
    storage.begin = values[view[1]].integer;
  }
  return storage;
}

}  // namespace dynvision
