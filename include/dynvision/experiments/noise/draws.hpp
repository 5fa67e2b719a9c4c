// Draws: the standard random numbers of an image's noise, each a function of seed, image, frame, channel and pixel.
//
//   Draws draws({.seed = 7, .images = indices, .frame = 12});
//   draws.normal(0, 1, n, to);         n standard normal numbers of the first image
//   draws.uniform(0, 1, n, to);        n others, uniform in [0, 1)
//
// They do not depend on which images are drawn together, in which order, by how many threads; nor on the level of the noise. Calls
// for an image are counted, so that two of them give different numbers; the same row of calls gives the same numbers again.
//
// Correlated ones follow a first-order autoregressive process from frame to frame,
//   x_0 = z_0,   x_t = rho x_(t-1) + sqrt(1 - rho^2) z_t        z standard normal, rho: `correlation`
// and are uniform as Phi(x). Sources: kernels/random/philox.hpp, kernels/random/gaussian.hpp.
#pragma once
#include <dynvision/analysis/statistics/distributions.hpp>
#include <dynvision/kernels/random/normal_numbers.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::experiments {

struct DrawsOf {
  std::uint64_t seed = 0;
  std::span<std::int64_t const> images{};  // indices in their data set
  int frame = 0;
  double correlation = 0;  // of a frame with the one before
  bool correlated = false;
};

class Draws {
 public:
  explicit Draws(DrawsOf of) : of_(of), n_calls_(of.images.size()) {}

  // `each` numbers of images [first, first + n) of those that it is for, image after image.
  void normal(std::int64_t first, std::int64_t n, std::int64_t each, float* to) {
    for (std::int64_t i = 0; i < n; ++i) normal_of(next_place(first + i), image(first + i), each, to + i * each);
  }
  void uniform(std::int64_t first, std::int64_t n, std::int64_t each, float* to) {
    for (std::int64_t i = 0; i < n; ++i) {
      float* const at = to + i * each;
      std::uint32_t const place = next_place(first + i);
      if (!of_.correlated) {
        uniform_of(place, image(first + i), each, at);
        continue;
      }
      normal_of(place, image(first + i), each, at);
      for (std::int64_t k = 0; k < each; ++k) {
        at[k] = std::min(static_cast<float>(analysis::normal_probability(static_cast<double>(at[k]))), 0x1.fffffep-1F);
      }
    }
  }
  // Poisson numbers of these means, where the distribution function of each is what a standard normal number's is.
  void poisson(std::int64_t first, std::int64_t n, std::int64_t each, double const* mean, double* to) {
    std::vector<float> z(static_cast<std::size_t>(n * each));
    normal(first, n, each, z.data());
    for (std::size_t i = 0; i < z.size(); ++i) to[i] = poisson_number(mean[i], static_cast<double>(z[i]));
  }

  // The smallest q with P(Q <= q) >= Phi(z); above a mean of 400 to the second order in 1 / sqrt(mean) (Cornish & Fisher 1938).
  static double poisson_number(double mean, double z) {
    if (mean > 400) return std::max(0.0, std::round(mean + std::sqrt(mean) * z + (z * z - 1) / 6 - 0.5));
    double const u = analysis::normal_probability(z);
    double p = std::exp(-mean), sum = p, q = 0;
    while (sum < u && p > 0) p *= mean / ++q, sum += p;
    return q;
  }

 private:
  std::int64_t image(std::int64_t i) const { return of_.images[static_cast<std::size_t>(i)]; }
  std::uint32_t next_place(std::int64_t i) { return first_place + n_calls_[static_cast<std::size_t>(i)]++; }
  kernels::PhiloxKey key() const {
    return {{static_cast<std::uint32_t>(of_.seed), static_cast<std::uint32_t>(of_.seed >> 32U)}};
  }

  void uniform_of(std::uint32_t place, std::int64_t image, std::int64_t each, float* to) const {
    for (std::int64_t i = 0; i < each; i += 4) {
      kernels::PhiloxCounter const bits =
          kernels::philox({{static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(image),
                            static_cast<std::uint32_t>(of_.frame), place}},
                          key());
      for (std::int64_t k = 0; k < std::min<std::int64_t>(4, each - i); ++k) {
        to[i + k] = static_cast<float>(bits.word[k] >> 8U) * 0x1p-24F;
      }
    }
  }
  void independent(std::uint32_t place, std::int64_t image, int frame, std::int64_t each, float* to) const {
    kernels::draw_normal({.key = key(),
                          .place = place,
                          .first_step = static_cast<std::uint32_t>(frame),
                          .first_sample = static_cast<std::uint32_t>(image),
                          .size = each},
                         at::kCPU, to);
  }
  void normal_of(std::uint32_t place, std::int64_t image, std::int64_t each, float* to) const {
    double const rho = of_.correlated ? std::clamp(of_.correlation, 0.0, 1.0) : 0;
    if (rho == 0) return independent(place, image, of_.frame, each, to);
    // What is further back than this is less than a rounding.
    double const reach = rho < 1 ? std::ceil(std::log(0x1p-26) / std::log(rho)) : HUGE_VAL;
    int const begin = of_.frame > reach ? of_.frame - static_cast<int>(reach) : 0;
    independent(place, image, begin, each, to);
    if (rho == 1) return;
    std::vector<float> z(static_cast<std::size_t>(each));
    double const rest = std::sqrt(1 - rho * rho);
    std::vector<double> x(to, to + each);
    for (int t = begin + 1; t <= of_.frame; ++t) {
      independent(place, image, t, each, z.data());
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = rho * x[i] + rest * static_cast<double>(z[i]);
    }
    std::transform(x.begin(), x.end(), to, [](double a) { return static_cast<float>(a); });
  }

  static constexpr std::uint32_t first_place = 0x65780000;  // others than those of a model's noise
  DrawsOf of_;
  std::vector<std::uint32_t> n_calls_;  // for each image
};

}  // namespace dynvision::experiments
