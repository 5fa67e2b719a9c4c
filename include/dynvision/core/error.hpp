// Errors: one exception type, numbered, with the value, what was expected and the nearest valid choice.
//
//   [dynvision.dynamics.104] t_skip of V4 = 5 ms is no multiple of dt = 2 ms: expected 4 or 6 ms
//
// Areas are the stations of the library (core, dynamics, model, run, losses, data, io, config, train, records);
// docs/reference/errors.md lists every number.
#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

class Error : public std::runtime_error {
 public:
  Error(std::string_view area, int number, std::string_view message)
      : std::runtime_error("[dynvision." + std::string(area) + "." + std::to_string(number) + "] " +
                           std::string(message)),
        area_(area),
        number_(number) {}
  std::string const& area() const noexcept { return area_; }
  int number() const noexcept { return number_; }

 private:
  std::string area_;
  int number_;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::string_view area, int number, std::string_view message) {
  throw Error(area, number, message);
}

// A piece of a message: text or a number. Messages are lists of words, put together only when they are needed:
//   fail("model", 111, {"tau = ", tau, " ms: expected a positive number"});
class Word {
 public:
  Word(char const* text) : text_(text) {}         // NOLINT: implicit on purpose
  Word(std::string const& text) : text_(text) {}  // NOLINT: implicit on purpose
  Word(std::string_view text) : text_(text) {}    // NOLINT: implicit on purpose
  Word(std::integral auto value) : Word(Digits{}, "%lld", static_cast<long long>(value)) {}      // NOLINT
  Word(std::floating_point auto value) : Word(Digits{}, "%.10g", static_cast<double>(value)) {}  // NOLINT
  Word(Word const&) = delete;
  Word& operator=(Word const&) = delete;
  std::string_view text() const { return text_; }

 private:
  struct Digits {};
  template <class Number> [[gnu::cold, gnu::noinline]] Word(Digits, char const* format, Number value) {
    text_ = {digits_, static_cast<std::size_t>(std::snprintf(digits_, sizeof digits_, format, value))};
  }
  std::string_view text_;
  char digits_[32]{};
};

[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::string_view area, int number,
                                                        std::initializer_list<Word> words) {
  std::string message;
  for (Word const& word : words) message += word.text();
  throw Error(area, number, message);
}

// Distance of two words: insertions, deletions and substitutions (Levenshtein 1966).
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

// "expected a | b | c (did you mean "b"?)": the suggestion only if it is close; of many names only the nearest one.
[[gnu::cold, gnu::noinline]] inline std::string expected_one_of(std::string_view given,
                                                                std::vector<std::string_view> const& names) {
  std::string all, best;
  std::size_t distance = given.size() / 2 + 2;
  for (std::string_view const name : names) {
    all += all.empty() ? "" : " | ";
    all += name;
    if (std::size_t const d = edit_distance(given, name); d < distance) distance = d, best = name;
  }
  std::string text = "expected ";
  if (names.empty()) {
    text += "none (there are no names to choose from)";
  } else {
    text += names.size() <= 24 ? all : "one of " + std::to_string(names.size()) + " names";
  }
  return best.empty() ? text : text + " (did you mean \"" + best + "\"?)";
}
template <class Names> std::string expected_one_of(std::string_view given, Names const& names) {
  return expected_one_of(given, std::vector<std::string_view>(std::begin(names), std::end(names)));
}

}  // namespace dynvision
