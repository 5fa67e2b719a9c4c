// Small worlds, and how a network lies in space.
//
//   clustering      mean over nodes of the share of pairs of their neighbours that are joined; 0 for fewer than two
//   efficiency      mean over pairs of 1/(steps between them); 0 where there is no way           Latora & Marchiori 2001
//   rewired(g)      a random graph with the same degrees: ends of two edges exchanged, 10 times for each edge   Maslov & Sneppen 2002
//   small_world     (C/C_null) (E/E_null), nulls rewired                                        Humphries & Gurney 2008
//   wiring ratio    mean distance over edges / mean distance over pairs: below 1 where near nodes are joined
//
//   GraphMetrics const m = graph_metrics(W, D, {.density = 0.1});      W (N,N) connections, D (N,N) distances
//   m.modularity - m.modularity_null, m.wiring_ratio, m.correlation    (of |W| and D, off the diagonal)
//
// Errors: analysis.182.
#pragma once
#include <dynvision/analysis/graphs/modularity.hpp>
#include <dynvision/analysis/order.hpp>

#include <limits>

namespace dynvision::analysis {

inline double clustering_coefficient(Graph const& g) {
  double sum = 0;
  for (int a = 0; a < g.n_nodes(); ++a) {
    std::vector<int> const& near = g.of(a);
    if (near.size() < 2) continue;
    int joined_pairs = 0;
    for (std::size_t i = 0; i < near.size(); ++i) {
      for (std::size_t j = i + 1; j < near.size(); ++j) joined_pairs += g.has_edge(near[i], near[j]);
    }
    double const pairs = static_cast<double>(near.size() * (near.size() - 1)) / 2;
    sum += joined_pairs / pairs;
  }
  return g.n_nodes() > 0 ? sum / g.n_nodes() : not_defined;
}

inline double global_efficiency(Graph const& g) {
  int const n = g.n_nodes();
  double sum = 0;
  std::vector<int> steps(static_cast<std::size_t>(n)), queue;
  for (int from = 0; from < n; ++from) {
    std::fill(steps.begin(), steps.end(), -1);
    queue.assign(1, from), steps[static_cast<std::size_t>(from)] = 0;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      int const here = steps[static_cast<std::size_t>(queue[i])];
      if (here > 0) sum += 1.0 / here;
      for (int const b : g.of(queue[i])) {
        if (steps[static_cast<std::size_t>(b)] >= 0) continue;
        steps[static_cast<std::size_t>(b)] = here + 1, queue.push_back(b);
      }
    }
  }
  return n > 1 ? sum / (static_cast<double>(n) * (n - 1)) : not_defined;
}

inline Graph rewired(Graph const& g, std::uint64_t seed, int swaps_of_an_edge = 10) {
  std::vector<std::pair<int, int>> edges = g.edges();
  Graph now = g;
  DrawStream const draws(seed, 0);
  std::uint64_t place = 0;
  auto const replace = [&](int node, int old, int with) {
    std::vector<int>& all = now.neighbours[static_cast<std::size_t>(node)];
    all.erase(std::lower_bound(all.begin(), all.end(), old));
    all.insert(std::lower_bound(all.begin(), all.end(), with), with);
  };
  for (std::size_t swap = 0; swap < edges.size() * static_cast<std::size_t>(swaps_of_an_edge) && edges.size() > 1;
       ++swap) {
    std::pair<int, int>& one = edges[draws.below(edges.size(), place)];
    std::pair<int, int>& other = edges[draws.below(edges.size(), place + 1)];
    bool const turn = draws.below(2, place + 2) == 1;
    place += 3;
    auto const [a, b] = one;
    auto const [c, d] = turn ? std::pair{other.second, other.first} : other;
    if (a == c || a == d || b == c || b == d || now.has_edge(a, d) || now.has_edge(c, b))
      continue;  // a-b, c-d -> a-d, c-b
    replace(a, b, d), replace(d, c, a), replace(c, d, b), replace(b, a, c);
    one = {a, d}, other = {c, b};
  }
  return now;
}

inline double wiring_ratio(Graph const& g, Eigen::MatrixXd const& D) {
  if (D.rows() != g.n_nodes() || D.cols() != g.n_nodes() || !D.allFinite()) {
    fail("analysis", 182,
         {"distances ", D.rows(), " x ", D.cols(), " of ", g.n_nodes(), " nodes: expected N x N finite numbers"});
  }
  double over_edges = 0, over_pairs = 0;
  for (auto const& [a, b] : g.edges()) over_edges += D(a, b);
  for (int a = 0; a < g.n_nodes(); ++a) {
    for (int b = a + 1; b < g.n_nodes(); ++b) over_pairs += D(a, b);
  }
  double const pairs = static_cast<double>(g.n_nodes()) * (g.n_nodes() - 1) / 2;
  return g.n_edges() > 0 && over_pairs > 0 ? over_edges / g.n_edges() / (over_pairs / pairs) : not_defined;
}

struct GraphSettings {
  double density = 0.1;  // of pairs that are edges
  int n_nulls = 20;
  CommunitySettings communities{};
};

struct GraphMetrics {
  int n_edges = 0, n_communities = 0;
  double modularity = not_defined, modularity_null = not_defined;  // of the null: mean
  double clustering = not_defined, efficiency = not_defined, small_world = not_defined;
  double wiring_ratio = not_defined, correlation = not_defined;
};

inline GraphMetrics graph_metrics(Eigen::MatrixXd const& W, Eigen::MatrixXd const& D,
                                  GraphSettings const& settings = {}) {
  if (settings.n_nulls < 1) fail("analysis", 182, {settings.n_nulls, " random graphs: expected at least one"});
  Graph const g = strongest_edges(W, settings.density);
  Communities const found = communities(g, settings.communities);
  GraphMetrics all{.n_edges = g.n_edges(), .n_communities = found.n, .modularity = found.modularity};
  all.clustering = clustering_coefficient(g), all.efficiency = global_efficiency(g);
  double Q = 0, C = 0, E = 0;
  for (int k = 0; k < settings.n_nulls; ++k) {
    Graph const null = rewired(g, settings.communities.seed + 1 + static_cast<std::uint64_t>(k));
    Q += communities(null, settings.communities).modularity, C += clustering_coefficient(null);
    E += global_efficiency(null);
  }
  double const n = settings.n_nulls;
  all.modularity_null = Q / n, all.small_world = ratio(all.clustering, C / n) * ratio(all.efficiency, E / n);
  all.wiring_ratio = wiring_ratio(g, D);
  std::vector<double> weights, distances;
  for (Eigen::Index i = 0; i < W.rows(); ++i) {
    for (Eigen::Index j = 0; j < W.cols(); ++j) {
      if (i != j) weights.push_back(std::abs(W(i, j))), distances.push_back(D(i, j));
    }
  }
  all.correlation = pearson(weights, distances);
  return all;
}

}  // namespace dynvision::analysis
