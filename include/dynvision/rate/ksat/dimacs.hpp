// Formulas of DIMACS files, the format of SAT competitions and of SATLIB.
//
//   c a comment
//   p cnf 3 2            variables, clauses
//   1 -2 0               literals of a clause, up to a 0, over any number of lines
//   2 3 0                a line with "%" ends the file, as SATLIB's do
//
//   rate::Cnf const formula = rate::read_dimacs("uf50-01.cnf");
//   rate::write_dimacs(formula, "mine.cnf");
//
// Memory grows with the file, not with what its header says. Errors name file and line: rate.222 ... 225, and those of
// io/file/input_file.hpp.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/rate/ksat/cnf.hpp>

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::rate {

inline constexpr int most_dimacs_variables = 10'000'000;

class DimacsReader {
 public:
  DimacsReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Cnf read() {
    while (next_line()) {
      std::string_view rest = line_;
      std::string_view const first = word(rest);
      if (first.empty() || first.front() == 'c') continue;
      if (first.front() == '%') break;
      if (first == "p") {
        header(rest);
        continue;
      }
      if (!has_header_) {
        fail("rate", 222, {place(), "\"", shown(first), "\" before the header: expected \"p cnf VARIABLES CLAUSES\""});
      }
      for (rest = line_;;) {
        std::string_view const one = word(rest);
        if (one.empty()) break;
        literal(one);
      }
    }
    if (!has_header_) fail("rate", 222, {name_, ": no header: expected a line \"p cnf VARIABLES CLAUSES\""});
    if (!clause_.empty()) fail("rate", 224, {place(), "the last clause has no end: expected a 0 after its literals"});
    if (formula_.clauses.size() != static_cast<std::size_t>(n_clauses_)) {
      fail("rate", 225, {place(), formula_.clauses.size(), " clauses: expected ", n_clauses_, ", as the header says"});
    }
    return std::move(formula_);
  }

 private:
  bool next_line() {
    if (at_ >= text_.size()) return false;
    std::size_t const end = std::min(text_.find('\n', at_), text_.size());
    line_ = text_.substr(at_, end - at_);
    at_ = end + 1, ++n_lines_;
    return true;
  }
  static std::string_view word(std::string_view& rest) {
    std::string_view constexpr blank = " \t\r\v\f";
    std::size_t const begin = rest.find_first_not_of(blank);
    if (begin == std::string_view::npos) return rest = {};
    std::size_t const end = std::min(rest.find_first_of(blank, begin), rest.size());
    std::string_view const found = rest.substr(begin, end - begin);
    rest.remove_prefix(end);
    return found;
  }
  static std::string_view shown(std::string_view text) { return text.substr(0, 40); }
  std::string place() const { return joined({name_, ", line ", n_lines_, ": "}); }

  int number(std::string_view text, int low, int high, char const* what) const {
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
      fail("rate", 223, {place(), what, " \"", shown(text), "\": expected a whole number of ", low, " to ", high});
    }
    return value;
  }
  void header(std::string_view rest) {
    if (has_header_) fail("rate", 222, {place(), "a second header: expected one"});
    std::string_view const format = word(rest), variables = word(rest), clauses = word(rest), more = word(rest);
    if (format != "cnf" || clauses.empty() || !more.empty()) {
      fail("rate", 222, {place(), "\"", shown(line_), "\": expected \"p cnf VARIABLES CLAUSES\""});
    }
    formula_.n_variables = number(variables, 1, most_dimacs_variables, "number of variables");
    n_clauses_ = number(clauses, 0, std::numeric_limits<int>::max(), "number of clauses");
    has_header_ = true;
  }
  void literal(std::string_view text) {
    int const value = number(text, -formula_.n_variables, formula_.n_variables, "literal");
    if (value != 0) {
      clause_.push_back(value);
      return;
    }
    if (formula_.clauses.size() == static_cast<std::size_t>(n_clauses_)) {
      fail("rate", 225, {place(), "clause ", n_clauses_ + 1LL, ": expected ", n_clauses_, ", as the header says"});
    }
    formula_.clauses.push_back(std::move(clause_));
    clause_.clear();
  }

  std::string_view text_, line_;
  std::string name_;
  std::size_t at_ = 0, n_lines_ = 0;
  bool has_header_ = false;
  int n_clauses_ = 0;
  std::vector<int> clause_;
  Cnf formula_;
};

inline Cnf parse_dimacs(std::string_view text, std::string_view name = "formula") {
  return DimacsReader(text, name).read();
}
inline std::string dimacs_text(Cnf const& formula) {
  std::string text = joined({"p cnf ", formula.n_variables, " ", formula.clauses.size(), "\n"});
  for (std::vector<int> const& clause : formula.clauses) {
    for (int const literal : clause) text += number_text(literal) + " ";
    text += "0\n";
  }
  return text;
}

inline Cnf read_dimacs(std::filesystem::path const& path) {
  return parse_dimacs(InputFile(path).text(), path.string());
}
inline void write_dimacs(Cnf const& formula, std::filesystem::path const& path) {
  AtomicFile file(path);
  file.write(dimacs_text(formula));
  file.commit();
}

}  // namespace dynvision::rate
