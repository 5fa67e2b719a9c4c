// The header of an NPY array: type, order of axes and shape, from a dictionary of Python that is parsed and never evaluated.
//
// Types are <order><kind><bytes>: < little-endian, > big-endian, | one byte; kinds b bool, i, u, f, c. Of other types (texts,
// records, objects, times) the name alone is kept.
// Source: numpy.lib.format.
//
// Errors: io.263.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <c10/core/ScalarType.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct NpyDtype {
  std::string_view name;
  c10::ScalarType type;
};
inline constexpr std::array<NpyDtype, 14> npy_dtypes{{{"f8", c10::ScalarType::Double},
                                                      {"f4", c10::ScalarType::Float},
                                                      {"f2", c10::ScalarType::Half},
                                                      {"i8", c10::ScalarType::Long},
                                                      {"i4", c10::ScalarType::Int},
                                                      {"i2", c10::ScalarType::Short},
                                                      {"i1", c10::ScalarType::Char},
                                                      {"u8", c10::ScalarType::UInt64},
                                                      {"u4", c10::ScalarType::UInt32},
                                                      {"u2", c10::ScalarType::UInt16},
                                                      {"u1", c10::ScalarType::Byte},
                                                      {"b1", c10::ScalarType::Bool},
                                                      {"c16", c10::ScalarType::ComplexDouble},
                                                      {"c8", c10::ScalarType::ComplexFloat}}};
inline constexpr std::uint64_t npy_longest_header = 1U << 20U;  // [bytes]

struct NpyHeader {
  std::optional<c10::ScalarType> dtype{};  // none: no numbers
  std::string descr;                       // as the header has it, in letters that can be shown
  bool swapped = false;                    // big-endian
  bool fortran_order = false;              // the first axis is the fastest
  std::vector<std::int64_t> shape;
};

class NpyHeaderReader {
 public:
  NpyHeaderReader(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  NpyHeader read() {
    std::array<bool, 3> seen{};
    expect('{');
    while (!next('}')) {
      std::string_view const key = quoted();
      expect(':');
      static constexpr std::array<std::string_view, 3> keys{"descr", "fortran_order", "shape"};
      auto const index = static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
      if (index == keys.size() || std::exchange(seen[index], true)) refuse("descr, fortran_order and shape, each once");
      if (index == 0) dtype();
      if (index == 1) header_.fortran_order = boolean();
      if (index == 2) shape();
      if (!next(',')) {
        expect('}');
        break;
      }
    }
    if (!(seen[0] && seen[1] && seen[2])) refuse("descr, fortran_order and shape, each once");
    skip();
    if (!text_.empty()) refuse("nothing after the dictionary");
    return std::move(header_);
  }

 private:
  [[noreturn]] void refuse(std::string const& expected) const {
    fail("io", 263, {where_, "header: expected ", expected, ", found ", found()});
  }
  std::string found() const { return text_.empty() ? "the end" : shown(text_); }
  static std::string shown(std::string_view raw) {
    std::string text(raw.substr(0, 60));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
  }
  void skip() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n' || text_[0] == '\t')) text_.remove_prefix(1);
  }
  bool next(char c) {
    skip();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!next(c)) refuse(std::string(1, c));
  }
  std::string_view quoted() {
    skip();
    char const quote = text_.empty() ? ' ' : text_[0];
    std::size_t const end = text_.size() > 1 ? text_.find(quote, 1) : text_.npos;
    if ((quote != '\'' && quote != '"') || end == text_.npos) refuse("a text in quotes");
    std::string_view const inside = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return inside;
  }
  bool boolean() {
    skip();
    for (std::string_view const word : {"True", "False"}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return word == "True";
    }
    refuse("True or False");
  }
  void dtype() {
    skip();
    std::string_view const all = text_;
    std::string_view descr;
    if (text_.starts_with('[') || text_.starts_with('(')) {
      nested();
      descr = all.substr(0, all.size() - text_.size());
    } else {
      descr = quoted();
    }
    header_.descr = shown(descr);
    bool const order = !descr.empty() && (descr[0] == '<' || descr[0] == '>' || descr[0] == '|' || descr[0] == '=');
    auto const* const known = std::find_if(npy_dtypes.begin(), npy_dtypes.end(),
                                           [&](NpyDtype const& d) { return order && d.name == descr.substr(1); });
    if (known != npy_dtypes.end()) header_.dtype = known->type;
    header_.swapped = descr.starts_with('>');
  }
  // A list of fields: up to the bracket that closes it. What is in it is not looked at.
  void nested() {
    int depth = 0;
    do {
      skip();
      if (text_.empty()) refuse("the end of a list");
      if (text_[0] == '\'' || text_[0] == '"') {
        quoted();
        continue;
      }
      depth += text_[0] == '[' || text_[0] == '(' ? 1 : text_[0] == ']' || text_[0] == ')' ? -1 : 0;
      text_.remove_prefix(1);
    } while (depth > 0);
  }
  void shape() {
    expect('(');
    while (!next(')')) {
      skip();
      std::int64_t n = 0;
      std::size_t digits = 0;
      bool possible = true;
      for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
        possible = possible && !__builtin_mul_overflow(n, std::int64_t{10}, &n) &&
                   !__builtin_add_overflow(n, std::int64_t{text_[digits] - '0'}, &n);
      }
      if (digits == 0 || !possible || header_.shape.size() == 64) refuse("at most 64 whole numbers >= 0 in the shape");
      text_.remove_prefix(digits);
      if (text_.starts_with('L')) text_.remove_prefix(1);  // Python 2
      header_.shape.push_back(n);
      if (!next(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view text_;
  std::string where_;
  NpyHeader header_;
};

}  // namespace dynvision
