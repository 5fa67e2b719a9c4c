// Panels: outputs of a convolution by a few registers at a time; and the scratch of a thread.
//
// Station: kernels. A tile of sums, up to three registers of outputs by four places or inputs, leaves four of sixteen
// registers for what is multiplied.
#pragma once
#include <dynvision/kernels/numbers.hpp>

#include <algorithm>
#include <vector>

namespace dynvision::kernels {

// Outputs in panels of up to three registers.
struct Panels {
  static constexpr std::int64_t most = 3;
  std::int64_t vectors;
  // Of the panel that begins with this vector: three, but four left are twice two.
  std::int64_t vectors_of(std::int64_t first) const {
    std::int64_t const left = vectors - first;
    return left == 4 ? 2 : std::min(left, most);
  }
};

// What is wanted next, fetched into the nearest cache while something of as many rows is gone over in `passes`; a row has
// `row` numbers.
template <class T> class Ahead {
 public:
  Ahead(T const* at, std::int64_t row, std::int64_t passes)
      : at_(at), step_(std::max<std::int64_t>(1, row / std::max<std::int64_t>(passes, 1))) {}
  DYNVISION_LANES_ONLY void fetch() {  // once for every row of a pass
    __builtin_prefetch(at_);
    at_ += step_;
  }

 private:
  T const* at_;
  std::int64_t step_;
};

// The first `count` numbers of a register; all of them, if there are more.
template <class T> DYNVISION_LANES_ONLY void write(typename Lanes<T>::Vector const& v, T* to, std::int64_t count) {
  if (count >= Lanes<T>::width) {
    std::memcpy(to, &v, sizeof v);
  } else {
    for (std::int64_t lane = 0; lane < count; ++lane) to[lane] = v[lane];
  }
}

// A register of sums, added to those in memory.
template <class T> DYNVISION_LANES_ONLY void add_to(T* to, typename Lanes<T>::Vector const& sum) {
  typename Lanes<T>::Vector all;
  std::memcpy(&all, to, sizeof all);
  all += sum;
  std::memcpy(to, &all, sizeof all);
}

// n rows of R registers, `next` numbers apart, summed up and added to those in memory.
template <class T, int R> DYNVISION_LANES_ONLY void add_sum(T const* from, std::int64_t next, std::int64_t n, T* to) {
  typename Lanes<T>::Vector sum[R] = {}, one;
  for (; n > 0; --n, from += next) {
#pragma GCC unroll 3
    for (int r = 0; r < R; ++r) std::memcpy(&one, from + r * Lanes<T>::width, sizeof one), sum[r] += one;
  }
#pragma GCC unroll 3
  for (int r = 0; r < R; ++r) add_to<T>(to + r * Lanes<T>::width, sum[r]);
}

// A buffer of a thread, from a cache line on, which all of its convolutions use one after the other. Contents are lost.
template <class T, int which> T* thread_scratch(std::int64_t numbers) {
  thread_local std::vector<T> all;
  std::size_t constexpr line = 64;
  std::size_t const enough = static_cast<std::size_t>(numbers) + line / sizeof(T);
  if (all.size() < enough) all = std::vector<T>(), all.resize(enough);
  return all.data() + (line - reinterpret_cast<std::uintptr_t>(all.data()) % line) % line / sizeof(T);
}

}  // namespace dynvision::kernels
