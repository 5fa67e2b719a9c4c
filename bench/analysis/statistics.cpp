// How long a bootstrap takes: 2000 draws over 100,000 values of 60 steps, of one network and of five seeds; on one and two threads.
//
//   cmake --build build --target bench.statistics && build/bench/bench.statistics
#include <dynvision/analysis/statistics/mean_intervals.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <vector>

using namespace dynvision::analysis;

int main() {
  std::size_t const n = 100000, n_steps = 60;
  std::vector<double> x(n * n_steps);
  DrawStream const stream(1, 0);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = stream.uniform(i);
  auto const measure = [&](char const* what, auto const& call) {
    auto const start = std::chrono::steady_clock::now();
    std::clock_t const cpu = std::clock();
    call();
    std::chrono::duration<double> const wall = std::chrono::steady_clock::now() - start;
    std::printf("%-44s %6.2f s, %6.2f s of the CPU\n", what, wall.count(),
                static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  };
  BootstrapRows const images{x, 1, n, n_steps}, seeds{x, 5, n / 5, n_steps};
  for (int round = 0; round < 3; ++round) {
    measure("2000 draws of images, one thread", [&] { bootstrap_means(images, {.n_threads = 1}); });
    measure("2000 draws of images, two threads", [&] { bootstrap_means(images, {.n_threads = 2}); });
    measure("2000 draws of five seeds, two threads", [&] { bootstrap_means(seeds, {.n_threads = 2}); });
    measure("the same with both intervals of each step", [&] { mean_intervals(seeds, {.n_threads = 2}); });
  }
}
