// ClauseTable: the clauses of a formula as the k-SAT networks of this room take them: c_mi in {-1, 0, 1}, only those that are not 0.
//
// A literal that a clause names twice counts once, and a clause with v and -v, which is always true, is left out.
#pragma once
#include <dynvision/rate/ksat/cnf.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace dynvision::rate {

struct ClauseTable {
  int n_variables = 0;
  std::vector<int> begin{0};    // of clause m in the two below; one more at the end
  std::vector<int> variable{};  // from 0
  std::vector<double> sign{};   // c_mi

  explicit ClauseTable(Cnf const& formula) : n_variables(formula.n_variables) {
    for (std::vector<int> literals : formula.clauses) {
      std::sort(literals.begin(), literals.end());
      literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
      bool const always_true = std::any_of(literals.begin(), literals.end(), [&](int one) {
        return one < 0 && std::binary_search(literals.begin(), literals.end(), -one);
      });
      if (always_true) continue;
      for (int const literal : literals) {
        variable.push_back(std::abs(literal) - 1), sign.push_back(literal > 0 ? 1 : -1);
      }
      begin.push_back(static_cast<int>(variable.size()));
    }
  }
  int n_clauses() const { return static_cast<int>(begin.size()) - 1; }
};

// What the signs of s say of the variables.
inline Assignment assignment_of(double const* s, int n) {
  Assignment x(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = s[i] > 0;
  return x;
}

}  // namespace dynvision::rate
