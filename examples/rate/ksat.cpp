// A network that solves 3-SAT (review, Fig. 6A).
//
//   build/examples/rate/ksat docs/figures
//   build/examples/rate/ksat docs/figures mine.cnf        a formula of your own (DIMACS), too
#include <dynvision/rate/ksat.hpp>

#include "figure_of_numbers.hpp"

#include <algorithm>

using namespace dynvision;

int main(int count, char** arguments) {
  FigureOfNumbers figure("ksat", "A network that comes to rest where a formula is satisfied");
  // [solve]
  rate::PlantedFormula const planted = rate::planted_ksat({.n_variables = 50, .n_clauses = 210, .k = 3, .seed = 0});
  rate::Ctnn const net(planted.formula);
  rate::Solution const found = rate::solve(net, planted.formula, {.seed = 0});
  if (found.solved) std::printf("satisfied after t = %.1f\n", found.t);
  // [/solve]

  Eigen::VectorXd x = net.start(0), change(x.size());
  std::vector<double> time, open, first, second, third;
  for (int step = 0; step < static_cast<int>(found.t / 0.1) + 150; ++step) {
    rate::Assignment const now = rate::assignment_of(x.data(), 50);
    double unsatisfied = 0;
    for (std::size_t m = 0; m < 210; ++m) unsatisfied += planted.formula.true_literals(m, now) == 0;
    time.push_back(0.1 * step), open.push_back(unsatisfied);
    first.push_back(x[0]), second.push_back(x[1]), third.push_back(x[2]);
    net.advance(x, change, 0.1);
  }
  figure.panel("clauses that are not satisfied, of 210", "time").curve("", time, open);
  figure.panel("three of the fifty variables", "time")
      .curve("s1", time, first)
      .curve("s2", time, second)
      .curve("s3", time, third);

  std::vector<double> times, when;
  int n_solved = 0;
  for (std::uint64_t run = 0; run < 30; ++run) {
    rate::Cnf const formula = rate::planted_ksat({.n_variables = 50, .n_clauses = 210, .k = 3, .seed = run}).formula;
    rate::Solution const one = rate::solve(rate::Ctnn(formula), formula, {.seed = run});
    n_solved += one.solved, times.push_back(one.t);
    if (one.solved) when.push_back(one.t);
  }
  std::sort(times.begin(), times.end()), std::sort(when.begin(), when.end());
  std::vector<double> share;
  for (std::size_t i = 0; i < when.size(); ++i) share.push_back(static_cast<double>(i + 1) / 30);
  figure.panel("30 formulas: share that is solved", "time").curve("", when, share, true);
  figure.number("solved, of 30 formulas", 30, 1, "prototype: 97 to 100 %", n_solved);
  figure.number("median time", 55, 60, "prototype", times[15]);

  Eigen::VectorXd const rest = integrate<EulerStep>(net, found.state, {.dt = 0.1, .n_steps = 1500});
  figure.number("largest difference of |s| from A at rest", 0, 1e-12, "theory",
                (rest.head(50).cwiseAbs().array() - net.A()).abs().maxCoeff());

  if (count > 2) {
    // [file]
    rate::Cnf const formula = rate::read_dimacs(arguments[2]);
    rate::Solution const own = rate::solve(rate::Ctnn(formula), formula, {.t_most = 2000});
    std::printf("%s: %s after t = %.1f\n", arguments[2], own.solved ? "satisfied" : "not solved", own.t);
    // [/file]
  }
  return figure.finish(count, arguments);
}
