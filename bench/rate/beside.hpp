// Two programs for one thing, asked in turn in one run: medians, their ratio, and whether it is within what is aimed at.
//
//   return beside("k-SAT, N = 50", 1.5, [&] { library(); }, [&] { plain(); });      1 if the ratio is above
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

template <class Library, class Plain>
int beside(char const* what, double aim, Library const& library, Plain const& plain, int n_rounds = 9,
           char const* other = "plain loops") {
  auto const seconds = [](auto const& call) {
    auto const start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  std::vector<double> a, b, ratio;
  library(), plain();  // once without being counted
  for (int round = 0; round < n_rounds; ++round) {
    a.push_back(seconds(library)), b.push_back(seconds(plain));
    ratio.push_back(a.back() / b.back());
  }
  auto const median = [](std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
  };
  auto const [least, greatest] = std::minmax_element(ratio.begin(), ratio.end());
  bool const holds = median(ratio) <= aim;
  std::printf("%-44s library %8.2f ms, %s %8.2f ms, ratio %.2f (%.2f ... %.2f), aim <= %.2f%s\n", what, 1e3 * median(a),
              other, 1e3 * median(b), median(ratio), *least, *greatest, aim, holds ? "" : "   NOT REACHED");
  return holds ? 0 : 1;
}
