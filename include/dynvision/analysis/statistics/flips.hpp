// Flips of the signs of units, for tests of paired differences: sums over units of every flip, many at once.
//
//   Flips const flips(n_units, {.most = 10000, .seed = 1});
//   each_flip(flips, {numbers, width}, [&](std::size_t k, std::span<double const> sums) { ... });       // k = 0: the identity
//
// All 2^(n-1) flips if they are at most `most` (the last unit keeps its sign: |sums| are the same), else so many, drawn. f is called on
// several threads, for different k. Rows have a multiple of four numbers (padded_steps).
#pragma once
#include <dynvision/analysis/response/trace_rows.hpp>
#include <dynvision/analysis/statistics/counted_sums.hpp>
#include <dynvision/analysis/statistics/draws.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct FlipSettings {
  std::size_t most = 10000;
  std::uint64_t seed = 0;
  unsigned n_threads = 0;
};

struct Flips {
  std::size_t n_units, n;
  bool exact;
  FlipSettings settings;

  Flips(std::size_t units, FlipSettings const& given)
      : n_units(units),
        n(given.most),
        exact(units - 1 < 63 && (std::uint64_t{1} << (units - 1)) <= given.most),
        settings(given) {
    if (exact) n = std::size_t{1} << (units - 1);
  }
  // Of flip k, which is none of those above n: -1 for units whose sign is changed.
  void signs(std::size_t k, std::span<std::int32_t> to) const {
    std::fill(to.begin(), to.end(), 1);
    if (k == 0) return;
    std::size_t i = 0;
    auto const take = [&](std::size_t bits, std::size_t n_bits) {
      for (std::size_t b = 0; b < n_bits && i < n_units; ++b, ++i) {
        if ((bits >> b) & 1) to[i] = -1;
      }
    };
    if (exact) return take(k, n_units);
    DrawStream(settings.seed, k).each_below(65536, (n_units + 15) / 16, 0, [&](std::size_t bits) { take(bits, 16); });
  }
};

template <class F> void each_flip(Flips const& flips, TraceRows const& x, F const& f) {
  constexpr std::size_t at_once = 32;
  each_draw((flips.n + at_once - 1) / at_once, flips.settings.n_threads, [&](std::size_t block) {
    std::size_t const first = block * at_once, n = std::min(at_once, flips.n - first), n_lists = padded_steps(n);
    std::vector<std::int32_t> signs(n_lists * flips.n_units, 0);
    for (std::size_t j = 0; j < n; ++j)
      flips.signs(first + j, std::span(signs).subspan(j * flips.n_units, flips.n_units));
    std::vector<double> sums(n_lists * x.n_steps);
    counted_sums(x, signs, sums);
    for (std::size_t j = 0; j < n; ++j) f(first + j, std::span<double const>(sums).subspan(j * x.n_steps, x.n_steps));
  });
}

}  // namespace dynvision::analysis
