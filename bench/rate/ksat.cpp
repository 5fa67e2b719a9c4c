// How long a k-SAT network takes beside plain loops over arrays: planted 3-SAT, N = 50, M = 210, ten formulas, each until it is solved.
//
//   cmake --build build --target bench.ksat && build/bench/bench.ksat
#include <dynvision/rate/ksat.hpp>

#include "beside.hpp"

using namespace dynvision;

namespace {

double clipped(double x, double low) { return x < low ? low : x > 1 ? 1 : x; }

// The same network and the same test for a solution, written down for three literals to a clause.
int plain_steps(int n, int m, int const* variable, double const* sign, double* x, double* dx) {
  double *s = x, *a = x + n, *ds = dx, *da = dx + n;
  bool* signs = new bool[static_cast<std::size_t>(n)]();
  int step = 0;
  for (bool first = true; step < 6000; ++step) {
    bool changed = first;
    first = false;
    for (int i = 0; i < n; ++i) {
      if (signs[i] != (s[i] > 0)) signs[i] = s[i] > 0, changed = true;
    }
    if (changed) {
      bool all = true;
      for (int c = 0; c < m && all; ++c) {
        bool one = false;
        for (int l = 3 * c; l < 3 * c + 3; ++l) one = one || signs[variable[l]] == (sign[l] > 0);
        all = one;
      }
      if (all) break;
    }
    for (int i = 0; i < n; ++i) ds[i] = -s[i] + 1.5 * clipped(s[i], -1);
    for (int c = 0; c < m; ++c) {
      double const g = clipped(a[c], 0);
      double pull = -a[c] + 2.1 * g + 1 - 3;
      for (int l = 3 * c; l < 3 * c + 3; ++l) {
        pull -= sign[l] * clipped(s[variable[l]], -1);
        ds[variable[l]] += sign[l] * g;
      }
      da[c] = pull;
    }
    for (int i = 0; i < n + m; ++i) x[i] += 0.1 * dx[i];
  }
  delete[] signs;
  return step;
}

}  // namespace

int main() {
  std::vector<rate::Cnf> formulas;
  std::vector<rate::Ctnn> nets;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    formulas.push_back(rate::planted_ksat({.n_variables = 50, .n_clauses = 210, .k = 3, .seed = seed}).formula);
    nets.emplace_back(formulas.back());
  }
  int library_steps = 0, loop_steps = 0;
  auto const library = [&] {
    library_steps = 0;
    for (std::size_t i = 0; i < 10; ++i)
      library_steps += rate::solve(nets[i], formulas[i], {.restart_after = 1e9, .seed = i}).n_steps;
  };
  auto const plain = [&] {
    loop_steps = 0;
    for (std::size_t i = 0; i < 10; ++i) {
      Eigen::VectorXd x = nets[i].start(i), dx(x.size());
      rate::ClauseTable const& table = nets[i].clauses();
      loop_steps += plain_steps(50, 210, table.variable.data(), table.sign.data(), x.data(), dx.data());
    }
  };
  int const failed = beside("k-SAT network, N = 50, M = 210, 10 formulas", 1.5, library, plain);
  std::printf("%d and %d steps\n", library_steps, loop_steps);
  return failed || library_steps != loop_steps;
}
