// covers: analysis/graphs/graph.hpp, analysis/graphs/modularity.hpp
#include <dynvision/analysis/graphs/small_world.hpp>

#include "rate/error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

Graph cliques(int n, int size) {
  std::vector<std::pair<int, int>> edges;
  for (int k = 0; k < n; ++k) {
    for (int a = 0; a < size; ++a) {
      for (int b = a + 1; b < size; ++b) edges.emplace_back(k * size + a, k * size + b);
    }
  }
  return {n * size, edges};
}
// Each node joined to the `reach` next ones on both sides.
Graph ring(int n, int reach) {
  std::vector<std::pair<int, int>> edges;
  for (int a = 0; a < n; ++a) {
    for (int k = 1; k <= reach; ++k) edges.emplace_back(a, (a + k) % n);
  }
  return {n, edges};
}
Eigen::MatrixXd random_numbers(Eigen::Index n, std::uint64_t seed) {
  DrawStream const draws(seed, 9);
  Eigen::MatrixXd x(n, n);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = draws.normal(static_cast<std::uint64_t>(i));
  return x;
}

}  // namespace

TEST_CASE("the strongest connections are the edges, whichever way they point", "[measures]") {
  Eigen::Matrix4d W;
  W << 9, 1, 0, 0,   //
      -3, 9, 2, 0,   //
      0, 0, 9, 0.5,  //
      0, 0, 0, 9;
  Graph const g = strongest_edges(W, 1.0 / 3);
  CHECK(g.edges() == std::vector<std::pair<int, int>>{{0, 1}, {1, 2}});
  CHECK(g.has_edge(2, 1));
  CHECK_FALSE(g.has_edge(0, 2));
  CHECK(strongest_edges(W, 1).n_edges() == 3);  // no more pairs are joined
  CHECK(strongest_edges(Eigen::MatrixXd::Ones(10, 10), 0.2).n_edges() == 9);
}

TEST_CASE("modularity in closed form, and its communities", "[measures]") {
  for (int n = 2; n <= 5; ++n) {
    Graph const g = cliques(n, 6);
    Communities const found = communities(g, {.seed = 3});
    CHECK(found.modularity == Approx(1 - 1.0 / n).margin(1e-12));  // 0.5 for two
    CHECK(found.n == n);
    for (int a = 0; a < n * 6; ++a) CHECK(found.of_node[static_cast<std::size_t>(a)] == a / 6);
    CHECK(modularity(g, std::vector<int>(static_cast<std::size_t>(n * 6), 0)) == Approx(0).margin(1e-12));
  }
  // A ring of 30 cliques of 5, joined by single edges (Fortunato & Barthelemy 2007): pairs of cliques, 0.888, are better than cliques, 0.876.
  std::vector<std::pair<int, int>> edges = cliques(30, 5).edges();
  for (int k = 0; k < 30; ++k) edges.emplace_back(5 * k, (5 * k + 6) % 150);
  Graph const circle(150, edges);
  std::vector<int> single(150), pairs(150);
  for (int a = 0; a < 150; ++a)
    single[static_cast<std::size_t>(a)] = a / 5, pairs[static_cast<std::size_t>(a)] = a / 10;
  CHECK(modularity(circle, single) == Approx(1 - 1.0 / 11 - 1.0 / 30));
  CHECK(modularity(circle, pairs) == Approx(1 - 1.0 / 22 - 1.0 / 15));
  CHECK(communities(circle).modularity > 0.88);
  CHECK(communities(Graph(4, {})).modularity == 0);
}

TEST_CASE("clustering and efficiency in closed form", "[measures]") {
  Graph const clique = cliques(1, 7);
  CHECK(clustering_coefficient(clique) == 1);
  CHECK(global_efficiency(clique) == Approx(1));
  Graph const wheel = ring(12, 2);  // 3 of 6 pairs of neighbours are joined
  CHECK(clustering_coefficient(wheel) == Approx(0.5));
  // 4 nodes at one step, 4 at two, 3 at three
  CHECK(global_efficiency(wheel) == Approx((4 + 4.0 / 2 + 3.0 / 3) / 11));
  CHECK(clustering_coefficient(ring(9, 1)) == 0);
  CHECK(global_efficiency(cliques(2, 3)) == Approx(2.0 / 5));  // nothing between the two
}

TEST_CASE("a random graph keeps the degrees, and little else", "[measures]") {
  Graph const g = ring(60, 3);
  Graph const null = rewired(g, 1);
  int kept = 0;
  for (int a = 0; a < 60; ++a) {
    CHECK(null.degree(a) == g.degree(a));
    for (int const b : null.of(a)) {
      CHECK(b != a);
      CHECK(null.has_edge(b, a));
      kept += g.has_edge(a, b);
    }
  }
  CHECK(null.n_edges() == g.n_edges());
  CHECK(kept < 120);  // of 360
  CHECK(clustering_coefficient(null) < 0.3);
  CHECK(rewired(g, 1).edges() == null.edges());
  CHECK(rewired(cliques(1, 5), 2).edges() == cliques(1, 5).edges());  // there is no other one
}

TEST_CASE("a ring of near connections is short, clustered and of more communities than chance", "[measures]") {
  Eigen::Index const n = 60;
  Eigen::MatrixXd D(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      auto const apart = static_cast<double>(std::abs(i - j));
      D(i, j) = std::min(apart, static_cast<double>(n) - apart);
    }
  }
  Eigen::MatrixXd const W = (-0.5 * D.array()).exp();
  GraphMetrics const near = graph_metrics(W, D, {.density = 6.0 / 59});
  CHECK(near.n_edges == 180);
  CHECK(near.wiring_ratio == Approx(2.0 / (900.0 / 59)));  // 1, 2, 3 of a mean of 900/59
  CHECK(near.modularity - near.modularity_null > 0.15);
  CHECK(near.small_world > 2);
  CHECK(near.correlation < -0.4);
  GraphMetrics const far = graph_metrics(random_numbers(n, 2), D, {.density = 6.0 / 59});
  CHECK(far.wiring_ratio == Approx(1).margin(0.1));
  CHECK(far.modularity == Approx(far.modularity_null).margin(0.05));
  CHECK(far.small_world == Approx(1).margin(0.6));
  CHECK(std::abs(far.correlation) < 0.05);
}

TEST_CASE("graphs that cannot be are refused", "[measures]") {
  CHECK(error_number([] { strongest_edges(Eigen::MatrixXd::Ones(3, 2), 0.1); }) == 180);
  CHECK(error_number([] { strongest_edges(Eigen::MatrixXd::Ones(3, 3), 0); }) == 180);
  CHECK(error_number([] { strongest_edges(Eigen::MatrixXd::Constant(3, 3, NAN), 0.1); }) == 180);
  CHECK(error_number([] { Graph(3, {{0, 3}}); }) == 180);
  CHECK(error_number([] { Graph(3, {{0, 1}, {1, 0}}); }) == 180);
  CHECK(error_number([] { modularity(cliques(1, 3), {0, 0}); }) == 181);
  CHECK(error_number([] { communities(cliques(1, 3), {.n_starts = 0}); }) == 181);
  CHECK(error_number([] { wiring_ratio(cliques(1, 3), Eigen::MatrixXd::Ones(2, 2)); }) == 182);
  CHECK(error_number([] { graph_metrics(Eigen::MatrixXd::Ones(3, 3), Eigen::MatrixXd::Ones(3, 3), {.n_nulls = 0}); }) ==
        182);
}
