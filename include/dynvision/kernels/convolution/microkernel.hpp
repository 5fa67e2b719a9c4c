// The microkernel of the convolutions: outputs by a few registers at a time.
//
// A tile of sums, up to three registers of outputs by four places or inputs, leaves four of sixteen
// registers for what is multiplied.
#pragma once
#include <dynvision/kernels/device/thread_scratch.hpp>
#include <dynvision/kernels/number/numbers.hpp>

#include <algorithm>

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
  // f<R>(first vector) for those that begin in [begin,end), R: how many vectors it has
  void each(std::int64_t begin, std::int64_t end, auto const& f) const {
    for (std::int64_t first = 0, n = 0; first < std::min(end, vectors); first += n) {
      n = vectors_of(first);
      if (first < begin) continue;
      if (n == 3) f.template operator()<3>(first);
      if (n == 2) f.template operator()<2>(first);
      if (n == 1) f.template operator()<1>(first);
    }
  }
};

// Places, or inputs, that are computed together. Where their number is no multiple of it, the last ones are computed with
// some that are not wanted.
inline constexpr int together = 4;
inline constexpr std::int64_t up_to_four(std::int64_t n) { return (n + together - 1) / together * together; }

// sum(k,r) += vectors(r) number(k), R registers by c numbers; a number is the same in every lane.
template <class T, int R, int c>
DYNVISION_LANES_ONLY void add_products(typename Lanes<T>::Vector (&sum)[c][R], T const* vectors, auto const& number) {
  using V = typename Lanes<T>::Vector;
  V v[R];
#pragma GCC unroll 3
  for (int r = 0; r < R; ++r) std::memcpy(&v[r], vectors + r * Lanes<T>::width, sizeof(V));
#pragma GCC unroll 4
  for (int k = 0; k < c; ++k) {
    V const x = number(k) - V{};
#pragma GCC unroll 3
    for (int r = 0; r < R; ++r) sum[k][r] += v[r] * x;
  }
}

// What is wanted next, fetched into the nearest cache while something of as many rows is gone over in `passes`; a row has
// `row` numbers.
template <class T> class Prefetch {
 public:
  Prefetch(T const* at, std::int64_t row, std::int64_t passes)
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

}  // namespace dynvision::kernels
