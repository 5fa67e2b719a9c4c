// Modularity: how much more of a graph's edges lie within communities than by chance, and the communities for which it is largest.
//
//   Q = sum over communities of L_c/m - (d_c/2m)^2         L_c edges within, d_c sum of degrees, m edges (Newman & Girvan 2004)
//
//   Communities const c = communities(g, {.seed = 1});     c.of_node, c.n, c.modularity
//
// By Louvain's method (Blondel et al. 2008): nodes move to the community that gains most, communities become nodes, until nothing
// gains; then single nodes move once more, and so on; the best of `n_starts` orders. Random sparse graphs have a Q of 0.3, too: what
// a value means, random graphs with the same degrees say (small_world.hpp).
// Errors: analysis.181.
#pragma once
#include <dynvision/analysis/graphs/graph.hpp>
#include <dynvision/analysis/statistics/draws.hpp>

#include <cstdint>
#include <map>
#include <numeric>

namespace dynvision::analysis {

struct CommunitySettings {
  int n_starts = 10;
  std::uint64_t seed = 0;
};

struct Communities {
  std::vector<int> of_node{};  // 0 ... n - 1, in the order of their first nodes
  int n = 0;
  double modularity = 0;
};

inline double modularity(Graph const& g, std::vector<int> const& of_node) {
  if (of_node.size() != g.neighbours.size()) {
    fail("analysis", 181, {of_node.size(), " communities for ", g.n_nodes(), " nodes: expected one for each"});
  }
  double const m = g.n_edges();
  if (m == 0) return 0;
  std::map<int, double> within, degrees;
  for (int a = 0; a < g.n_nodes(); ++a) {
    int const own = of_node[static_cast<std::size_t>(a)];
    degrees[own] += g.degree(a);
    for (int const b : g.of(a)) within[own] += of_node[static_cast<std::size_t>(b)] == own ? 0.5 : 0;
  }
  double Q = 0;
  for (auto const& [own, d] : degrees) Q += within[own] / m - d * d / (4 * m * m);
  return Q;
}

namespace graphs {

// Between communities that have become nodes; a loop counts twice for its node.
struct Weighted {
  std::vector<std::map<int, double>> to{};
  std::vector<double> degree{};
};

inline Weighted weighted(Graph const& g) {
  Weighted all;
  for (int a = 0; a < g.n_nodes(); ++a) {
    all.to.emplace_back();
    for (int const b : g.of(a)) all.to.back()[b] = 1;
    all.degree.push_back(g.degree(a));
  }
  return all;
}

// Single nodes to the community that gains most, until none gains; whether one has moved.
inline bool move_nodes(Weighted const& g, std::vector<int>& of_node, DrawStream const& draws, std::uint64_t& place) {
  std::size_t const n = g.to.size();
  double const twice_m = std::accumulate(g.degree.begin(), g.degree.end(), 0.0);
  std::vector<double> total(n, 0);
  for (std::size_t a = 0; a < n; ++a) total[static_cast<std::size_t>(of_node[a])] += g.degree[a];
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < n; ++i) std::swap(order[i], order[i + draws.below(n - i, place++)]);
  bool any = false, moved = true;
  while (moved) {
    moved = false;
    for (std::size_t const a : order) {
      std::map<int, double> links;  // from a to each community beside it
      for (auto const& [b, w] : g.to[a]) {
        if (static_cast<std::size_t>(b) != a) links[of_node[static_cast<std::size_t>(b)]] += w;
      }
      int const own = of_node[a];
      total[static_cast<std::size_t>(own)] -= g.degree[a];
      auto const gain = [&](int community, double w) {
        return w - total[static_cast<std::size_t>(community)] * g.degree[a] / twice_m;
      };
      int best = own;
      double most = gain(own, links.contains(own) ? links[own] : 0);
      for (auto const& [community, w] : links) {
        if (gain(community, w) > most + 1e-12) best = community, most = gain(community, w);
      }
      total[static_cast<std::size_t>(best)] += g.degree[a];
      of_node[a] = best;
      moved = moved || best != own;
    }
    any = any || moved;
  }
  return any;
}

// Numbers 0 ... n - 1 in the order of first nodes; how many there are.
inline int renumber(std::vector<int>& of_node) {
  std::map<int, int> number;
  for (int& one : of_node) one = number.emplace(one, static_cast<int>(number.size())).first->second;
  return static_cast<int>(number.size());
}

inline Weighted joined_nodes(Weighted const& g, std::vector<int> const& of_node, int n) {
  Weighted all{std::vector<std::map<int, double>>(static_cast<std::size_t>(n)),
               std::vector<double>(static_cast<std::size_t>(n), 0)};
  for (std::size_t a = 0; a < g.to.size(); ++a) {
    auto const own = static_cast<std::size_t>(of_node[a]);
    all.degree[own] += g.degree[a];
    for (auto const& [b, w] : g.to[a]) all.to[own][of_node[static_cast<std::size_t>(b)]] += w;
  }
  return all;
}

}  // namespace graphs

inline Communities communities(Graph const& g, CommunitySettings const& settings = {}) {
  if (settings.n_starts < 1)
    fail("analysis", 181, {"communities of ", settings.n_starts, " starts: expected at least one"});
  graphs::Weighted const nodes = graphs::weighted(g);
  Communities best;
  for (int start = 0; start < settings.n_starts; ++start) {
    DrawStream const draws(settings.seed, static_cast<std::uint64_t>(start));
    std::uint64_t place = 0;
    std::vector<int> of_node(g.neighbours.size());
    std::iota(of_node.begin(), of_node.end(), 0);
    for (bool moved = g.n_edges() > 0; moved;) {
      moved = graphs::move_nodes(nodes, of_node, draws, place);
      int n = graphs::renumber(of_node);
      graphs::Weighted level = graphs::joined_nodes(nodes, of_node, n);
      for (bool joins = true; joins;) {
        std::vector<int> own(static_cast<std::size_t>(n));
        std::iota(own.begin(), own.end(), 0);
        joins = graphs::move_nodes(level, own, draws, place);
        if (!joins) break;
        moved = true;
        int const fewer = graphs::renumber(own);
        for (int& one : of_node) one = own[static_cast<std::size_t>(one)];
        level = graphs::joined_nodes(level, own, fewer), n = fewer;
      }
    }
    int const n = graphs::renumber(of_node);
    double const Q = modularity(g, of_node);
    if (start == 0 || Q > best.modularity) best = {of_node, n, Q};
  }
  return best;
}

}  // namespace dynvision::analysis
