// The values that a pickle describes: plain data, containers, and objects that stay what the pickle says of them.
//
// All values of a file live in one list and refer to each other by position, so that cycles cost nothing,
// nesting needs no recursion to be taken apart, and a value shared a million times is there once. Texts point into the
// bytes of the pickle. What is no plain data (a storage, a tensor) is a number for whoever reads the pickle. An object is
// what the pickle would have made by calling Python: its class is known by name, and its state if it has one.
//
// Errors: io.221.
#pragma once
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <array>
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
  global,   // module, text: the name of a class or a function
  storage,  // integer: which
  tensor,   // integer: which
  object    // module, text: the name of its class; items: its state, if it has one
};

struct PickleValue {
  PickleKind kind = PickleKind::none;
  union {
    std::int64_t integer = 0;
    double real;
  };
  std::string_view module{};
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
    if (values_.size() >= most) too_many();
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
  PickleIndex add(PickleKind kind, std::string_view module, std::string_view name) {
    PickleIndex const index = add(kind, name);
    values_[index].module = module;
    return index;
  }
  // One byte: there once, too.
  PickleIndex add_small(std::uint8_t number) {
    PickleIndex& known = small_[number];
    if (known == none) known = add(PickleKind::integer, number);
    return known;
  }
  // Keeps a text that is not in the bytes of the pickle.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }
  // Items that are copied without a byte of the pickle for each of them: no more than there can be values.
  void count_copies(std::size_t n) {
    if (n > most - n_copies_) too_many();
    n_copies_ += n;
  }

  PickleValue& operator[](PickleIndex index) { return values_[index]; }
  PickleValue const& operator[](PickleIndex index) const { return values_[index]; }
  bool is(PickleIndex index, PickleKind kind) const { return values_[index].kind == kind; }
  std::size_t size() const noexcept { return values_.size(); }
  std::string const& file() const noexcept { return file_; }

  // "collections.Counter", in letters that can be shown.
  std::string name(PickleIndex index) const {
    std::string text(values_[index].module.substr(0, 500));
    text += text.empty() ? "" : ".";
    text += values_[index].text.substr(0, 500);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
  }

 private:
  [[noreturn]] void too_many() const {
    fail("io", 221, {file_, ": expected a pickle of at most ", most, " values, found more"});
  }

  std::string file_;
  std::vector<PickleValue> values_;
  std::array<PickleIndex, 256> small_{};
  std::deque<std::string> kept_;
  std::size_t n_copies_ = 0;
};

}  // namespace dynvision
