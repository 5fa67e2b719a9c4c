// The values that a pickle describes: plain data, containers, and names of what it would call.
//
// All values of a file live in one list and refer to each other by position, so that cycles cost nothing,
// nesting needs no recursion to be taken apart, and a value shared a million times is there once. Texts point into the
// bytes of the pickle. What is not plain data (a storage, a tensor) is a number for whoever reads the pickle.
//
// Errors: io.221.
#pragma once
#include <dynvision/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

using PickleIndex = std::uint32_t;
enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,
  real,
  text,
  bytes,
  list,
  tuple,
  set,
  dict,
  global,   // text "module.name"
  storage,  // integer: which
  tensor,   // integer: which
  other     // known to be harmless, of no use here
};

struct PickleValue {
  PickleKind kind = PickleKind::none;
  union {
    std::int64_t integer = 0;
    double real;
  };
  std::string_view text{};
  std::vector<PickleIndex> items{};  // of a dict: key, value, key, value, …
};

class PickleValues {
 public:
  static constexpr std::size_t most = std::size_t{1} << 21U;

  explicit PickleValues(std::string file) : file_(std::move(file)) {
    for (auto const kind : {PickleKind::none, PickleKind::boolean, PickleKind::boolean, PickleKind::tuple}) add(kind);
    values_[truth].integer = 1;
  }

  // There once, however often a pickle says them.
  static constexpr PickleIndex none = 0, falsity = 1, truth = 2, empty_tuple = 3;

  PickleIndex add(PickleKind kind) {
    if (values_.size() >= most) {
      fail("io", 221, {file_, ": expected a pickle of at most ", most, " values, found more"});
    }
    values_.emplace_back().kind = kind;
    return static_cast<PickleIndex>(values_.size() - 1);
  }
  PickleIndex add(PickleKind kind, std::int64_t integer) {
    PickleIndex const index = add(kind);
    values_[index].integer = integer;
    return index;
  }
  PickleIndex add(PickleKind kind, std::string_view text) {
    PickleIndex const index = add(kind);
    values_[index].text = text;
    return index;
  }
  // Keeps a text that is not in the bytes of the pickle.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  PickleValue& operator[](PickleIndex index) { return values_[index]; }
  PickleValue const& operator[](PickleIndex index) const { return values_[index]; }
  bool is(PickleIndex index, PickleKind kind) const { return values_[index].kind == kind; }
  std::string const& file() const noexcept { return file_; }

 private:
  std::string file_;
  std::vector<PickleValue> values_;
  std::deque<std::string> kept_;
};

}  // namespace dynvision
