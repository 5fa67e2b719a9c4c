// Cnf: a formula in conjunctive normal form: every clause needs one of its literals to be true.
//
//   literal v: variable v is true, -v: it is false, v = 1 ... n_variables (as in DIMACS files, rate/ksat/dimacs.hpp)
//
//   rate::Cnf const formula{3, {{1, -2}, {2, 3}, {-1, -3}}};
//   formula.satisfied_by({true, true, false})
//   rate::planted_ksat({.n_variables = 50, .n_clauses = 210, .k = 3, .seed = 1})       with a solution, drawn first
//
// Errors: rate.220, 221.
#pragma once
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace dynvision::rate {

using Assignment = std::vector<bool>;  // of variables 1, 2, ...

struct Cnf {
  int n_variables = 0;
  std::vector<std::vector<int>> clauses{};

  Cnf() = default;
  Cnf(int n, std::vector<std::vector<int>> of) : n_variables(n), clauses(std::move(of)) { check(); }

  bool is_true(int literal, Assignment const& x) const {
    return x[static_cast<std::size_t>(std::abs(literal) - 1)] == (literal > 0);
  }
  int true_literals(std::size_t clause, Assignment const& x) const {
    return static_cast<int>(std::count_if(clauses[clause].begin(), clauses[clause].end(),
                                          [&](int literal) { return is_true(literal, x); }));
  }
  bool satisfied_by(Assignment const& x) const {
    for (std::size_t m = 0; m < clauses.size(); ++m) {
      if (true_literals(m, x) == 0) return false;
    }
    return static_cast<int>(x.size()) == n_variables;
  }

 private:
  void check() const {
    if (n_variables < 1) fail("rate", 220, {"a formula of ", n_variables, " variables: expected at least one"});
    for (std::size_t m = 0; m < clauses.size(); ++m) {
      for (int const literal : clauses[m]) {
        if (literal == 0 || literal > n_variables || literal < -n_variables) {
          fail("rate", 220,
               {"literal ", literal, " of clause ", m + 1, ": expected 1 to ", n_variables, " or its negative"});
        }
      }
    }
  }
};

struct KsatDraw {
  int n_variables = 50, n_clauses = 210, k = 3;
  std::uint64_t seed = 0;
};

struct PlantedFormula {
  Cnf formula;
  Assignment solution;
};

namespace ksat {

// k different variables with random signs, in the order in which they are drawn.
inline std::vector<int> random_clause(KsatDraw const& draw, analysis::DrawStream const& stream, std::uint64_t& place) {
  std::vector<int> clause;
  while (static_cast<int>(clause.size()) < draw.k) {
    int const variable = 1 + static_cast<int>(stream.below(static_cast<std::size_t>(draw.n_variables), place++));
    bool const known = std::any_of(clause.begin(), clause.end(), [&](int one) { return std::abs(one) == variable; });
    if (!known) clause.push_back(stream.uniform(place++) < 0.5 ? variable : -variable);
  }
  return clause;
}

inline void check(KsatDraw const& draw) {
  if (draw.k < 1 || draw.n_variables < draw.k || draw.n_clauses < 0) {
    fail("rate", 221,
         {"random clauses: n_variables = ", draw.n_variables, ", n_clauses = ", draw.n_clauses, ", k = ", draw.k,
          ": expected 1 <= k <= n_variables and n_clauses >= 0"});
  }
}

}  // namespace ksat

// Clauses are drawn until each agrees with an assignment that was drawn before.
inline PlantedFormula planted_ksat(KsatDraw const& draw) {
  ksat::check(draw);
  analysis::DrawStream const stream(draw.seed, 0), of_solution(draw.seed, 1);
  PlantedFormula planted{{draw.n_variables, {}}, {}};
  for (int i = 0; i < draw.n_variables; ++i) {
    planted.solution.push_back(of_solution.uniform(static_cast<std::uint64_t>(i)) < 0.5);
  }
  std::uint64_t place = 0;
  while (static_cast<int>(planted.formula.clauses.size()) < draw.n_clauses) {
    planted.formula.clauses.push_back(ksat::random_clause(draw, stream, place));
    if (planted.formula.true_literals(planted.formula.clauses.size() - 1, planted.solution) == 0) {
      planted.formula.clauses.pop_back();
    }
  }
  return planted;
}

// Every clause with the same probability; it may have no solution.
inline Cnf random_ksat(KsatDraw const& draw) {
  ksat::check(draw);
  analysis::DrawStream const stream(draw.seed, 0);
  Cnf formula{draw.n_variables, {}};
  std::uint64_t place = 0;
  for (int m = 0; m < draw.n_clauses; ++m) formula.clauses.push_back(ksat::random_clause(draw, stream, place));
  return formula;
}

// n queens on a board of n x n, none of which attacks another: variable 1 + n row + column.
inline Cnf queens(int n) {
  if (n < 1 || n > 1000) fail("rate", 221, {n, " queens: expected 1 to 1000"});
  auto const at = [n](int row, int column) { return 1 + n * row + column; };
  std::vector<std::vector<int>> clauses;
  for (int row = 0; row < n; ++row) {
    clauses.emplace_back();
    for (int column = 0; column < n; ++column) clauses.back().push_back(at(row, column));
  }
  for (int row = 0; row < n; ++row) {
    for (int column = 0; column < n; ++column) {
      for (int c = column + 1; c < n; ++c) clauses.push_back({-at(row, column), -at(row, c)});
      for (int r = row + 1; r < n; ++r) {
        for (int const c : {column, column - (r - row), column + (r - row)}) {
          if (c >= 0 && c < n) clauses.push_back({-at(row, column), -at(r, c)});
        }
      }
    }
  }
  return {n * n, std::move(clauses)};
}

}  // namespace dynvision::rate
