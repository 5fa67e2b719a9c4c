// Graph: which of N nodes are joined, without directions and weights; made of the strongest connections of a network.
//
//   Graph const g = strongest_edges(W, 0.1);           a tenth of all pairs, those with the largest |W_ij| + |W_ji|
//   g.neighbours[3], g.has_edge(3, 7), g.n_edges()
//
// Of pairs that are equally strong those that come first, row by row, are taken; pairs without a connection never are.
// Errors: analysis.180.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace dynvision::analysis {

struct Graph {
  std::vector<std::vector<int>> neighbours{};  // of each node, ascending

  Graph() = default;
  Graph(int n_nodes, std::vector<std::pair<int, int>> const& edges) : neighbours(static_cast<std::size_t>(n_nodes)) {
    for (auto const& [a, b] : edges) {
      if (a < 0 || b < 0 || a >= n_nodes || b >= n_nodes || a == b) {
        fail("analysis", 180,
             {"an edge from ", a, " to ", b, " in a graph of ", n_nodes, " nodes: expected two different nodes of it"});
      }
      of(a).push_back(b), of(b).push_back(a);
    }
    for (std::vector<int>& all : neighbours) {
      std::sort(all.begin(), all.end());
      if (std::adjacent_find(all.begin(), all.end()) != all.end()) {
        fail("analysis", 180, "two edges between the same nodes: expected one at most");
      }
    }
  }

  int n_nodes() const { return static_cast<int>(neighbours.size()); }
  int degree(int node) const { return static_cast<int>(of(node).size()); }
  int n_edges() const {
    int n = 0;
    for (auto const& all : neighbours) n += static_cast<int>(all.size());
    return n / 2;
  }
  bool has_edge(int a, int b) const { return std::binary_search(of(a).begin(), of(a).end(), b); }
  // Each once, a < b.
  std::vector<std::pair<int, int>> edges() const {
    std::vector<std::pair<int, int>> all;
    for (int a = 0; a < n_nodes(); ++a) {
      for (int const b : of(a)) {
        if (a < b) all.emplace_back(a, b);
      }
    }
    return all;
  }
  std::vector<int> const& of(int node) const { return neighbours[static_cast<std::size_t>(node)]; }

 private:
  std::vector<int>& of(int node) { return neighbours[static_cast<std::size_t>(node)]; }
};

inline Graph strongest_edges(Eigen::MatrixXd const& W, double density) {
  if (W.rows() != W.cols() || W.rows() < 2 || !W.allFinite() || !(density > 0 && density <= 1)) {
    fail("analysis", 180,
         {"a graph of ", W.rows(), " x ", W.cols(), " connections, density ", density,
          ": expected N x N finite numbers and a density above 0, at most 1"});
  }
  auto const n = static_cast<int>(W.rows());
  std::vector<std::pair<double, std::pair<int, int>>> pairs;
  for (int a = 0; a < n; ++a) {
    for (int b = a + 1; b < n; ++b) pairs.push_back({std::abs(W(a, b)) + std::abs(W(b, a)), {a, b}});
  }
  auto const kept = static_cast<std::size_t>(std::lround(density * static_cast<double>(pairs.size())));
  std::stable_sort(pairs.begin(), pairs.end(), [](auto const& x, auto const& y) { return x.first > y.first; });
  std::vector<std::pair<int, int>> edges;
  for (std::size_t i = 0; i < kept && pairs[i].first > 0; ++i) edges.push_back(pairs[i].second);
  return {n, edges};
}

}  // namespace dynvision::analysis
