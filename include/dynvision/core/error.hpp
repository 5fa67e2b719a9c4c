// Errors: one exception type, numbered, with the value, what was expected and the nearest valid choice.
//
//   [dynvision.dynamics.104] t_skip of V4 = 5 ms is no multiple of dt = 2 ms: expected 4 or 6 ms
//
// Areas are the stations of the library (core, dynamics, model, run, losses, data, io, config, train, records,
// analysis, ...); docs/reference/errors.md lists every number.
#pragma once
#include <dynvision/core/inline.hpp>
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

  void append_to(std::string& all) const;

 private:
  enum class Kind { text, integer, natural, single, real } kind_ = Kind::text;
  union {
    std::string_view text_;
    long long integer_;
    unsigned long long natural_;
    double real_;
  };
};

[[gnu::cold]] std::string joined(std::initializer_list<MessagePart> parts);

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

[[noreturn, gnu::cold]] void fail(std::string_view area, int number, std::string_view message);

[[noreturn, gnu::cold]] void fail(std::string_view area, int number, std::initializer_list<MessagePart> parts);

// Distance of two words: insertions, deletions and substitutions (Levenshtein 1966).
int edit_distance(std::string_view a, std::string_view b);

// "expected a | b | c (did you mean "b"?)": the suggestion only if it is close; of many names only the nearest one.
[[gnu::cold]] std::string expected_one_of(std::string_view given, std::vector<std::string_view> const& names);
template <class Names> std::string expected_one_of(std::string_view given, Names const& names) {
  return expected_one_of(given, std::vector<std::string_view>(std::begin(names), std::end(names)));
}

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/core/error.ipp>
#endif
