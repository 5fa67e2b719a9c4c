// covers: rate/ksat.hpp
// covers: rate/ksat/cnf.hpp, rate/ksat/dimacs.hpp, rate/ksat/clause_table.hpp, rate/ksat/ctnn.hpp, rate/ksat/ctds.hpp, rate/ksat/solve.hpp
#include <dynvision/analysis/maps/map.hpp>
#include <dynvision/dynamics/flow_step.hpp>
#include <dynvision/rate/ksat/ctds.hpp>
#include <dynvision/rate/ksat/ctnn.hpp>
#include <dynvision/rate/ksat/dimacs.hpp>
#include <dynvision/rate/ksat/solve.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace dynvision;
using Catch::Approx;

namespace {

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}
rate::PlantedFormula planted(int n, int m, std::uint64_t seed) {
  return rate::planted_ksat({.n_variables = n, .n_clauses = m, .k = 3, .seed = seed});
}

}  // namespace

TEST_CASE("a k-SAT network solves planted 3-SAT at a ratio of 4.2", "[rate]") {
  for (double const dt : {0.1, 0.02}) {
    std::vector<double> times;
    int n_solved = 0;
    std::uint64_t const n_runs = 30;
    for (std::uint64_t run = 0; run < n_runs; ++run) {
      auto const [formula, solution] = planted(50, 210, run);
      REQUIRE(formula.satisfied_by(solution));
      auto const found = rate::solve(rate::Ctnn(formula), formula, {.dt = dt, .seed = run});
      if (found.solved) CHECK(formula.satisfied_by(found.assignment));
      n_solved += found.solved;
      times.push_back(found.t);
    }
    CAPTURE(dt, n_solved, median(times));
    CHECK(n_solved >= 0.95 * static_cast<double>(n_runs));
    CHECK(median(times) < 150);
  }
}

TEST_CASE("at a solution |s| = A and a = 1 - 2 j", "[rate]") {
  for (std::uint64_t run = 0; run < 5; ++run) {
    rate::Cnf const formula = planted(50, 210, run).formula;
    rate::Ctnn const net(formula);
    auto const found = rate::solve(net, formula, {.seed = run});
    REQUIRE(found.solved);
    // On from there the network may leave a first solution; it rests at one.
    Eigen::VectorXd const rest = integrate<EulerStep>(net, found.state, {.dt = 0.1, .n_steps = 1500});
    rate::Assignment const x = rate::assignment_of(rest.data(), 50);
    REQUIRE(formula.satisfied_by(x));
    CHECK((rest.head(50).cwiseAbs().array() - 1.5).abs().maxCoeff() <= 1e-12);
    double worst = 0;
    for (std::size_t m = 0; m < formula.clauses.size(); ++m) {
      worst =
          std::max(worst, std::abs(rest[50 + static_cast<Eigen::Index>(m)] - (1 - 2 * formula.true_literals(m, x))));
    }
    CHECK(worst <= 1e-12);
  }
}

TEST_CASE("the dynamical system with growing weights solves 20 variables", "[rate]") {
  std::vector<double> times;
  for (std::uint64_t run = 0; run < 12; ++run) {
    rate::Cnf const formula = planted(20, 84, run).formula;
    auto const found = rate::solve(rate::Ctds(formula), formula, {.t_most = 100, .seed = run});
    CHECK(found.solved);
    times.push_back(found.t);
  }
  CAPTURE(median(times));
  CHECK(median(times) < 10);
}

TEST_CASE("a formula without a solution is never reported as solved", "[rate]") {
  std::vector<std::vector<int>> all;
  for (int signs = 0; signs < 8; ++signs) {
    all.push_back({signs & 1 ? 1 : -1, signs & 2 ? 2 : -2, signs & 4 ? 3 : -3});
  }
  rate::Cnf const core(3, all);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto const found = rate::solve(rate::Ctnn(core), core, {.t_most = 200, .seed = seed});
    CHECK_FALSE(found.solved);
    CHECK(found.assignment.empty());
    CHECK_FALSE(rate::solve(rate::Ctds(core), core, {.t_most = 5, .seed = seed}).solved);
  }
}

TEST_CASE("networks are their equations, for clauses of any length", "[rate]") {
  rate::Cnf const formula(4, {{1, -2, 3}, {-1, 4}, {2, 2, -3, -4}, {1, -1, 2}, {3}});
  Eigen::VectorXd const x = 0.9 * Eigen::VectorXd::Random(8);
  rate::Ctnn const net(formula, 1.4, 2);
  CHECK(net.size() == 8);  // {1, -1, 2} is always true
  std::vector<std::vector<int>> const c{{1, -2, 3}, {-1, 4}, {2, -3, -4}, {3}};
  auto const f = [](double s) { return std::clamp(s, -1.0, 1.0); };
  auto const g = [](double a) { return std::clamp(a, 0.0, 1.0); };
  Eigen::VectorXd wanted(8), growing = Eigen::VectorXd::Zero(8);
  for (int i = 0; i < 4; ++i) wanted[i] = -x[i] + 1.4 * f(x[i]);
  for (int m = 0; m < 4; ++m) {
    auto const& clause = c[static_cast<std::size_t>(m)];
    wanted[4 + m] = -x[4 + m] + 2 * g(x[4 + m]) + 1 - static_cast<double>(clause.size());
    double K = std::pow(2, -static_cast<double>(clause.size()));
    for (int const l : clause) {
      double const sign = l > 0 ? 1 : -1;
      wanted[std::abs(l) - 1] += sign * g(x[4 + m]);
      wanted[4 + m] -= sign * f(x[std::abs(l) - 1]);
      K *= 1 - sign * x[std::abs(l) - 1];
    }
    for (int const l : clause) {
      double const sign = l > 0 ? 1 : -1;
      growing[std::abs(l) - 1] += 2 * x[4 + m] * sign * K / (1 - sign * x[std::abs(l) - 1]) * K;
    }
    growing[4 + m] = x[4 + m] * K;
  }
  CHECK((net.derivative(x, 0) - wanted).norm() < 1e-14);
  CHECK((rate::Ctds(formula).derivative(x, 0) - growing).norm() < 1e-14);
}

TEST_CASE("eight queens as a formula", "[rate]") {
  rate::Cnf const formula = rate::queens(8);
  CHECK(formula.n_variables == 64);
  int const columns[] = {0, 4, 7, 5, 2, 6, 1, 3};
  rate::Assignment board(64);
  for (int row = 0; row < 8; ++row) board[static_cast<std::size_t>(8 * row + columns[row])] = true;
  CHECK(formula.satisfied_by(board));
  board[1] = true;
  CHECK_FALSE(formula.satisfied_by(board));
}

TEST_CASE("DIMACS files are read as they are written", "[rate]") {
  rate::Cnf const formula =
      rate::parse_dimacs("c a comment\r\np cnf 3 3\r\n1 -2 0 2\n 3\n0 -1\t-3 0\nc more\n%\n0\n\n");
  CHECK(formula.n_variables == 3);
  CHECK(formula.clauses == std::vector<std::vector<int>>{{1, -2}, {2, 3}, {-1, -3}});
  CHECK(rate::parse_dimacs(rate::dimacs_text(formula)).clauses == formula.clauses);
  CHECK(rate::parse_dimacs("p cnf 2 1\n0\n").clauses == std::vector<std::vector<int>>{{}});
  CHECK_FALSE(rate::parse_dimacs("p cnf 2 1\n0\n").satisfied_by({true, true}));
}

TEST_CASE("DIMACS errors name the line", "[rate]") {
  struct Row {
    char const* text;
    int number;
    char const* place;
  };
  for (Row const& row : std::vector<Row>{{"1 2 0\n", 222, "line 1"},
                                         {"c\n\np sat 3 2\n", 222, "line 3"},
                                         {"p cnf 3\n", 222, "line 1"},
                                         {"p cnf 3 1\np cnf 3 1\n", 222, "line 2"},
                                         {"", 222, "no header"},
                                         {"p cnf 3 1\n1 4 0\n", 223, "line 2"},
                                         {"p cnf 3 1\n1 2x 0\n", 223, "line 2"},
                                         {"p cnf 3 1\n1 99999999999 0\n", 223, "line 2"},
                                         {"p cnf -3 1\n", 223, "line 1"},
                                         {"p cnf 99999999 1\n", 223, "line 1"},
                                         {"p cnf 3 1\n\n1 2\n", 224, "line 3"},
                                         {"p cnf 3 2\n1 2 0\n", 225, "line 2"},
                                         {"p cnf 3 1\n1 2 0\n1 0\n", 225, "line 3"}}) {
    CAPTURE(row.text);
    CHECK(error_number([&] { rate::parse_dimacs(row.text); }) == row.number);
    CHECK(error_text([&] { rate::parse_dimacs(row.text); }).find(row.place) != std::string::npos);
  }
}

TEST_CASE("formulas and settings that are none are refused", "[rate]") {
  CHECK(error_number([] { rate::Cnf(2, {{3}}); }) == 220);
  CHECK(error_number([] { planted(2, 1, 0); }) == 221);
  rate::Cnf const formula(2, {{1, 2}}), other(3, {{1, 2}});
  CHECK(error_number([&] { rate::Ctnn(formula, 0.9); }) == 227);
  CHECK(error_number([&] { rate::solve(rate::Ctnn(formula), other); }) == 228);
}
