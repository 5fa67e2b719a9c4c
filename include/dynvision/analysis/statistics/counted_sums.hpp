// counted_sums: sums of rows, each of them counted so often, for several lists of counts at once.
//
//   sums(k,t) = sum over rows of counts(k,row) x(row,t)                  (K,R) by (R,T) -> (K,T)
//
//   counted_sums({x, T}, counts, n_lists, sums);        x in doubles, T a multiple of four (padded_steps)
//
// A product of matrices whose left one is of small whole numbers: the bits of a sum do not depend on how many lists there are.
// In registers of AVX2 where the CPU has them, whatever the flags of a program.
#pragma once
#include <dynvision/analysis/response/trace_rows.hpp>
#include <dynvision/kernels/convolution/microkernel.hpp>
#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/number/lanes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace dynvision::analysis {

inline constexpr std::size_t padded_steps(std::size_t n_steps) { return (n_steps + 3) / 4 * 4; }

namespace statistics {

inline constexpr std::int64_t rows_at_once = 256;  // of which the steps of a tile stay in the nearest cache
inline constexpr int lists_at_once = kernels::together;

struct CountedTile {
  double const* x;  // the first of its steps, of the first row
  std::int64_t n_rows, n_steps;
  double const* times;  // rows_at_once of each list
  double* sums;
};

// R registers of steps, of four lists.
template <int R> DYNVISION_WIDE void add_in_lanes(CountedTile const& tile) {
  using V = kernels::Lanes<double>::Vector;
  V sum[lists_at_once][R];
#pragma GCC unroll 4
  for (int k = 0; k < lists_at_once; ++k) std::memcpy(&sum[k], tile.sums + k * tile.n_steps, sizeof sum[k]);
  for (std::int64_t row = 0; row < tile.n_rows; ++row) {
    kernels::add_products<double, R, lists_at_once>(sum, tile.x + row * tile.n_steps,
                                                    [&](int k) { return tile.times[k * rows_at_once + row]; });
  }
#pragma GCC unroll 4
  for (int k = 0; k < lists_at_once; ++k) std::memcpy(tile.sums + k * tile.n_steps, &sum[k], sizeof sum[k]);
}

// The same without registers of AVX2.
template <int R> void add_one_by_one(CountedTile const& tile) {
  for (std::int64_t row = 0; row < tile.n_rows; ++row) {
    double const* const x = tile.x + row * tile.n_steps;
    for (int k = 0; k < lists_at_once; ++k) {
      double const times = tile.times[k * rows_at_once + row];
      double* const sums = tile.sums + k * tile.n_steps;
      for (int t = 0; t < R * kernels::Lanes<double>::width; ++t) sums[t] += times * x[t];
    }
  }
}

}  // namespace statistics

// x (R,T), counts (K,R), sums (K,T); T and K multiples of four.
inline void counted_sums(TraceRows const& x, std::span<std::int32_t const> counts, std::span<double> sums) {
  auto const n_rows = static_cast<std::int64_t>(x.size()), n_steps = static_cast<std::int64_t>(x.n_steps);
  auto const n_lists = static_cast<std::int64_t>(counts.size()) / n_rows;
  std::fill(sums.begin(), sums.end(), 0.0);
  kernels::Panels const panels{n_steps / kernels::Lanes<double>::width};
  std::vector<double> times(static_cast<std::size_t>(n_lists * statistics::rows_at_once));
  for (std::int64_t first = 0; first < n_rows; first += statistics::rows_at_once) {
    std::int64_t const n = std::min(statistics::rows_at_once, n_rows - first);
    for (std::int64_t list = 0; list < n_lists; ++list) {
      std::copy_n(counts.data() + list * n_rows + first, n, times.data() + list * statistics::rows_at_once);
    }
    panels.each(0, panels.vectors, [&]<int R>(std::int64_t vector) {  // the rows of a panel stay in the nearest cache
      std::int64_t const step = vector * kernels::Lanes<double>::width;
      for (std::int64_t list = 0; list < n_lists; list += statistics::lists_at_once) {
        statistics::CountedTile const tile{x.values.data() + first * n_steps + step, n, n_steps,
                                           times.data() + list * statistics::rows_at_once,
                                           sums.data() + list * n_steps + step};
        kernels::has_wide_registers() ? statistics::add_in_lanes<R>(tile) : statistics::add_one_by_one<R>(tile);
      }
    });
  }
}

}  // namespace dynvision::analysis
