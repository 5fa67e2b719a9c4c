// The members of an object, taken by their names; what is left over is unknown.
//
//   ObjectReader read(value, "segments[2]", problems);
//   read.number("contrast", segment.contrast, at_least(0));
//   read.finish();                                        reports every other member, with the nearest name
//
// Errors: config.161, config.162.
#pragma once
#include <dynvision/config/describe/codec.hpp>
#include <dynvision/config/tree/problems.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

class ObjectReader {
 public:
  ObjectReader(Value const& value, std::string where, Problems& problems)
      : value_(value), where_(std::move(where)), problems_(problems) {
    if (!value.is_object()) refuse(value, "", "an object, {\"key\": value, ...}");
  }

  // A member, or null.
  Value const* member(std::string_view name) {
    known_.push_back(name);
    return value_.is_object() ? value_.find(name) : nullptr;
  }
  // Whether it was given.
  template <class T> bool value(std::string_view name, T& to, NumberRange const& range = {}) {
    Value const* const one = member(name);
    if (one == nullptr) return false;
    if (auto const refused = Codec<T>::read(*one, to, range)) refuse(*one, name, refused->expected);
    return true;
  }
  template <class Enum, std::size_t n>
  bool word(std::string_view name, Enum& to, std::array<std::string_view, n> const& words) {
    Value const* const one = member(name);
    if (one == nullptr) return false;
    std::string const text = one->is_text() ? one->scalar.get<std::string>() : "";
    for (std::size_t i = 0; i < n; ++i) {
      if (words[i] == text) return to = static_cast<Enum>(i), true;
    }
    refuse(*one, name, expected_one_of(text, words).substr(std::string_view("expected ").size()));
    return true;
  }
  void refuse(Value const& found, std::string_view name, std::string_view expected) {
    std::string text = found.json().dump();
    if (text.size() > 60) text = text.substr(0, 60) + "...";
    problems_.report("config", 162, found.place, {path(name), " = ", text, ": expected ", expected});
  }
  void finish() {
    for (Value::Name const& one : value_.names) {
      bool known = false;
      for (std::string_view const name : known_) known = known || name == one.text;
      if (known) continue;
      problems_.report("config", 161, one.place,
                       {"there is no key \"", path(one.text), "\": ", expected_one_of(one.text, known_)});
    }
  }
  std::string path(std::string_view name) const {
    return where_.empty() || name.empty() ? where_ + std::string(name) : where_ + "." + std::string(name);
  }

 private:
  Value const& value_;
  std::string where_;
  Problems& problems_;
  std::vector<std::string_view> known_;
};

}  // namespace dynvision::config
