// Errors: one exception type, numbered, with the value, what was expected and the nearest valid choice.
//
//   [dynvision.dynamics.104] t_skip of V4 = 5 ms is no multiple of dt = 2 ms: expected 4 or 6 ms
//
// Areas are the stations of the library (core, dynamics, model, run, losses, data, io, config, train, records);
// docs/reference/errors.md lists every number.
#pragma once
#include <dynvision/core/number_text.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0
#error "dynvision: -ffast-math and -Ofast remove every test for nan and infinity; add -fno-finite-math-only"
#endif

namespace dynvision {

// A part of a message: text or a number. Messages are lists of parts, put together only when they are needed:
//   fail("model", 111, {"tau = ", tau, " ms: expected a positive number"});
class MessagePart {
 public:
  MessagePart(char const* text) : text_(text) {}         // NOLINT
  MessagePart(std::string const& text) : text_(text) {}  // NOLINT
  MessagePart(std::string_view text) : text_(text) {}    // NOLINT
  MessagePart(char) = delete;                            // a letter or a number?
  MessagePart(std::signed_integral auto value)           // NOLINT
      : kind_(Kind::integer), integer_(static_cast<long long>(value)) {}
  MessagePart(std::unsigned_integral auto value)  // NOLINT
      : kind_(Kind::natural), natural_(static_cast<unsigned long long>(value)) {}
  MessagePart(float value) : kind_(Kind::single), real_(static_cast<double>(value)) {}  // NOLINT
  MessagePart(double value) : kind_(Kind::real), real_(value) {}                        // NOLINT
  MessagePart(MessagePart const&) = delete;
  MessagePart& operator=(MessagePart const&) = delete;

  void append_to(std::string& all) const {
    if (kind_ == Kind::text) {
      all += text_;
    } else if (kind_ == Kind::integer) {
      all += number_text(integer_);
    } else if (kind_ == Kind::natural) {
      all += number_text(natural_);
    } else {
      all += number_text(real_, kind_ == Kind::single ? 7 : 10);
    }
  }

 private:
  enum class Kind { text, integer, natural, single, real } kind_ = Kind::text;
  union {
    std::string_view text_;
    long long integer_;
    unsigned long long natural_;
    double real_;
  };
};

[[gnu::cold, gnu::noinline]] inline std::string joined(std::initializer_list<MessagePart> parts) {
  std::string text;
  for (MessagePart const& part : parts) part.append_to(text);
  return text;
}

class Error : public std::runtime_error {
 public:
  Error(std::string_view area, int number, std::string_view message)
      : std::runtime_error(joined({"[dynvision.", area, ".", number, "] ", message})), area_(area), number_(number) {}
  std::string const& area() const noexcept { return area_; }
  int number() const noexcept { return number_; }

 private:
  std::string area_;
  int number_;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::string_view area, int number, std::string_view message) {
  throw Error(area, number, message);
}

[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::string_view area, int number,
                                                        std::initializer_list<MessagePart> parts) {
  throw Error(area, number, joined(parts));
}

// Distance of two words: insertions, deletions and substitutions (Levenshtein 1966).
inline int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int const substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min(std::min(row[j], row[j - 1]) + 1, substituted);
    }
  }
  return row[b.size()];
}

// "expected a | b | c (did you mean "b"?)": the suggestion only if it is close; of many names only the nearest one.
[[gnu::cold, gnu::noinline]] inline std::string expected_one_of(std::string_view given,
                                                                std::vector<std::string_view> const& names) {
  std::string all;
  std::string_view best;
  int distance = static_cast<int>(given.size() / 2) + 2;
  for (std::string_view const name : names) {
    all += all.empty() ? "" : " | ";
    all += name;
    if (int const d = edit_distance(given, name); d < distance) distance = d, best = name;
  }
  if (names.empty()) all = "none (there are no names to choose from)";
  if (names.size() > 24) all = joined({"one of ", names.size(), " names"});
  return best.empty() ? joined({"expected ", all}) : joined({"expected ", all, " (did you mean \"", best, "\"?)"});
}
template <class Names> std::string expected_one_of(std::string_view given, Names const& names) {
  return expected_one_of(given, std::vector<std::string_view>(std::begin(names), std::end(names)));
}

}  // namespace dynvision
