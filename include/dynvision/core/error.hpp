// Errors: one exception type, numbered, with the value, what was expected and the nearest valid choice.
//
//   [dynvision.data.201] images.gz: expected an IDX file, found magic number 0x1234
//
// Areas are the stations of the library (core, dynamics, model, run, losses, data, io, config, train, records);
// docs/reference/errors.md lists every number.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
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

[[noreturn]] inline void fail(std::string_view area, int number, std::string_view message) {
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
template <class Names> std::string expected_one_of(std::string_view given, Names const& names) {
  std::string all, best;
  std::size_t distance = given.size() / 2 + 2, n = 0;
  for (std::string_view name : names) {
    all += (n++ ? " | " : "") + std::string(name);
    if (std::size_t const d = edit_distance(given, name); d < distance) distance = d, best = name;
  }
  std::string text = "expected ";
  if (n == 0) {
    text += "none (there are no names to choose from)";
  } else {
    text += n <= 24 ? all : "one of " + std::to_string(n) + " names, such as " + all.substr(0, all.find(" | "));
  }
  return best.empty() ? text : text + " (did you mean \"" + best + "\"?)";
}

}  // namespace dynvision
