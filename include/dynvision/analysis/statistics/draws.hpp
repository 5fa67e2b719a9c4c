// Random draws as a function of (seed, draw, place): the same bits in any order and for any number of threads.
//
//   DrawStream draws(seed, draw);        std::size_t const image = draws.below(200, place);
//   each_draw(2000, 2, [&](std::size_t draw) { means[draw] = ...; });       // on two threads
//
// Bits: Philox4x32-10 (Salmon et al. 2011), kernels/random/philox.hpp.
#pragma once
#include <dynvision/kernels/random/philox.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <numbers>
#include <thread>
#include <vector>

namespace dynvision::analysis {

class DrawStream {
 public:
  DrawStream(std::uint64_t seed, std::uint64_t draw) : draw_(draw), key_{{low(seed), high(seed)}} {}

  // Uniform in [0, 1), multiples of 2^-53.
  double uniform(std::uint64_t place) const {
    kernels::PhiloxCounter const bits = kernels::philox({{low(place), high(place), low(draw_), high(draw_)}}, key_);
    std::uint64_t const both = (std::uint64_t{bits.word[0]} << 32) | bits.word[1];
    return static_cast<double>(both >> 11) * 0x1p-53;
  }
  // Standard normal (Box & Muller 1958), in double: u in (0, 1], v in [0, 1) of one counter.
  double normal(std::uint64_t place) const {
    kernels::PhiloxCounter const bits = kernels::philox({{low(place), high(place), low(draw_), high(draw_)}}, key_);
    auto const number = [](std::uint32_t a, std::uint32_t b) {
      return static_cast<double>(((std::uint64_t{a} << 32) | b) >> 11);
    };
    double const u = (number(bits.word[0], bits.word[1]) + 1) * 0x1p-53,
                 v = number(bits.word[2], bits.word[3]) * 0x1p-53;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }
  // One of 0 ... n - 1.
  std::size_t below(std::size_t n, std::uint64_t place) const {
    return static_cast<std::size_t>(uniform(place) * static_cast<double>(n));
  }
  // f(index) for n_draws indices of 0 ... n - 1, n < 2^32, from the places place, place + 1 ...: four of one counter.
  template <class F> void each_below(std::size_t n, std::size_t n_draws, std::uint64_t place, F const& f) const {
    for (std::size_t i = 0; i < n_draws; i += 4, ++place) {
      kernels::PhiloxCounter const bits = kernels::philox({{low(place), high(place), low(draw_), high(draw_)}}, key_);
      for (std::size_t k = 0; k < std::min<std::size_t>(4, n_draws - i); ++k) {
        f(static_cast<std::size_t>((std::uint64_t{bits.word[k]} * n) >> 32));
      }
    }
  }

 private:
  static std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
  static std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
  std::uint64_t draw_;
  kernels::PhiloxKey key_;
};

// f(draw) for every draw, on n_threads threads (0: as many as the machine has). The first exception is thrown on.
template <class F> void each_draw(std::size_t n_draws, unsigned n_threads, F const& f) {
  if (n_threads == 0) n_threads = std::max(1u, std::thread::hardware_concurrency());
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  auto const work = [&] {
    try {
      for (std::size_t draw; (draw = next++) < n_draws;) f(draw);
    } catch (...) {
      std::lock_guard const lock(guard);
      if (!failure) failure = std::current_exception();
      next = n_draws;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < std::min<std::size_t>(n_threads, n_draws); ++i) threads.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace dynvision::analysis
