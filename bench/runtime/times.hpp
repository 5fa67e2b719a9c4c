// The least of several times of one piece of work, since other programs on a machine only add to it: by the clock, and of the
// process on all CPUs, which they disturb less.
#pragma once
#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <limits>
#include <string_view>

struct Times {
  double wall = std::numeric_limits<double>::infinity(), of_cpus = wall;  // [s]
};

inline double seconds_of_cpus() {
  std::timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class F> void measure(Times& least, F const& work) {
  using Clock = std::chrono::steady_clock;
  double const cpus = seconds_of_cpus();
  Clock::time_point const begin = Clock::now();
  work();
  least.wall = std::min(least.wall, std::chrono::duration<double>(Clock::now() - begin).count());
  least.of_cpus = std::min(least.of_cpus, seconds_of_cpus() - cpus);
}

// The first argument of a program.
inline int rounds_of(int n_arguments, char** arguments, int otherwise) {
  int rounds = otherwise;
  if (n_arguments > 1) {
    std::string_view const text = arguments[1];
    std::from_chars(text.data(), text.data() + text.size(), rounds);
  }
  return rounds;
}
