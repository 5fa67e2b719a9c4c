// covers: analysis/statistics/draws.hpp, analysis/statistics/distributions.hpp, analysis/statistics/bootstrap.hpp
// covers: analysis/statistics/counted_sums.hpp, analysis/statistics/mean_intervals.hpp
// covers: analysis/statistics/cluster_permutation.hpp, analysis/statistics/effect_size.hpp, analysis/statistics/sign_flips.hpp
// covers: analysis/statistics/draws_over_seeds.hpp, analysis/statistics/flips.hpp
#include <dynvision/analysis/statistics/bootstrap.hpp>
#include <dynvision/analysis/statistics/cluster_permutation.hpp>
#include <dynvision/analysis/statistics/draws_over_seeds.hpp>
#include <dynvision/analysis/statistics/effect_size.hpp>
#include <dynvision/analysis/statistics/mean_intervals.hpp>
#include <dynvision/analysis/statistics/sign_flips.hpp>

#include "analysis/measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

double error_of(std::vector<double> const& a, MeasureFile::Numbers const& b) { return relative_error(a, b.values); }

std::vector<double> normal_draws(std::size_t n, std::uint64_t seed, std::uint64_t draw = 0) {
  std::vector<double> x(n);
  DrawStream const stream(seed, draw);
  for (std::size_t i = 0; i < n; ++i) x[i] = normal_quantile(stream.uniform(i) + 0x1p-54);
  return x;
}

}  // namespace

TEST_CASE("intervals are the reference's", "[measures]") {
  MeasureFile const file("measures/bootstrap");
  auto const& x = file["x"].values;
  auto const& indices = file["indices"];
  std::vector<double> means(indices.size(0), 0.0);
  for (std::size_t b = 0; b < means.size(); ++b) {
    for (double const i : indices({b}))
      means[b] += x[static_cast<std::size_t>(i)] / static_cast<double>(indices.size(1));
  }
  CHECK(error_of(means, file["means"]) < 1e-10);
  Interval const percentile = percentile_interval(means);
  CHECK(error_of({percentile.low, percentile.high}, file["percentile_95"]) < 1e-10);
  BcaInterval const bca = bca_interval(means, mean_of(x), jackknife_means({.values = x, .n_images = x.size()}));
  CHECK(error_of({bca.z0}, file["bca.z0"]) < 1e-10);
  CHECK(error_of({bca.acceleration}, file["bca.acceleration"]) < 1e-10);
  CHECK(error_of({bca.interval.low, bca.interval.high}, file["bca_95"]) < 1e-10);
  Interval const hierarchical = percentile_interval(file["hierarchical.means"].values);
  CHECK(error_of({hierarchical.low, hierarchical.high}, file["hierarchical.percentile_95"]) < 1e-10);
}

TEST_CASE("clusters are the reference's", "[measures]") {
  MeasureFile const file("measures/cluster_permutation");
  auto const compare = [&](ClusterTest const& test, std::string const& which) {
    INFO(which);
    REQUIRE(test.done);
    CHECK(test.exact);
    CHECK(static_cast<double>(test.n_permutations) == file.number(which + "_n_permutations"));
    CHECK(error_of(test.t, file[which + ".t"]) < 1e-10);
    CHECK(error_of({test.threshold}, file[which + ".threshold"]) < 1e-10);
    std::vector<double> start, end, mass, p;
    for (Cluster const& c : test.clusters) {
      start.push_back(static_cast<double>(c.start)), end.push_back(static_cast<double>(c.end));
      mass.push_back(c.mass), p.push_back(c.p);
    }
    CHECK(start == file[which + ".cluster_start"].values);
    CHECK(end == file[which + ".cluster_end"].values);
    CHECK(error_of(mass, file[which + ".cluster_mass"]) < 1e-10);
    CHECK(error_of(p, file[which + ".p"]) < 1e-10);
  };
  compare(cluster_test({file["one.x"].values, file["one.x"].size(1)}), "one");
  compare(cluster_test({file["two.a"].values, file["two.a"].size(1)}, {file["two.b"].values, file["two.b"].size(1)}),
          "two");
}

TEST_CASE("effect sizes are the reference's", "[measures]") {
  MeasureFile const file("measures/effect_size");
  EffectSize const e = effect_size(file["a"].values, file["b"].values);
  CHECK(error_of({e.cohen_d}, file["cohen_d"]) < 1e-10);
  CHECK(error_of({e.hedges_g}, file["hedges_g"]) < 1e-10);
  CHECK(error_of({e.cliff_delta}, file["cliff_delta"]) < 1e-10);
  CHECK(error_of({e.auc}, file["auc"]) < 1e-10);
  CHECK(error_of({paired_effect_size(file["paired.a"].values, file["paired.b"].values)}, file["paired.d_z"]) < 1e-10);
  CHECK(hedges_correction(10) == Approx(0.9227).margin(5e-5));
}

TEST_CASE("draws are the same bits for any number of threads", "[measures]") {
  std::vector<double> const x = normal_draws(4 * 30 * 7, 3);
  BootstrapRows const rows{.values = x, .n_seeds = 4, .n_images = 30, .n_steps = 7};
  auto const one = bootstrap_means(rows, {.n_draws = 200, .seed = 5, .n_threads = 1});
  for (unsigned threads : {2u, 5u})
    CHECK(bootstrap_means(rows, {.n_draws = 200, .seed = 5, .n_threads = threads}) == one);
  CHECK(bootstrap_means(rows, {.n_draws = 200, .seed = 6, .n_threads = 1}) != one);
  std::vector<double> const y = normal_draws(20 * 30, 4);
  ClusterTest const a = cluster_test({y, 30}, {.n_permutations = 500, .n_threads = 1});
  CHECK(!a.exact);
  for (unsigned threads : {2u, 5u}) {
    ClusterTest const b = cluster_test({y, 30}, {.n_permutations = 500, .n_threads = threads});
    REQUIRE(b.clusters.size() == a.clusters.size());
    for (std::size_t i = 0; i < a.clusters.size(); ++i) CHECK(b.clusters[i].p == a.clusters[i].p);
  }
}

TEST_CASE("an interval of a mean is as wide as its standard error says", "[measures]") {
  std::vector<double> const x = normal_draws(400, 8);
  double const sd = std::sqrt(statistics::squares_around_mean(x) / 400);
  auto const means = bootstrap_means({.values = x, .n_images = 400}, {.n_draws = 20000, .seed = 1});
  Interval const i = percentile_interval(means);
  CHECK(i.high - i.low == Approx(2 * 1.96 * sd / 20).epsilon(0.03));
}

TEST_CASE("without a difference three to seven per cent of cluster tests reject", "[measures]") {
  int rejected = 0;
  for (std::uint64_t k = 0; k < 500; ++k) {
    std::vector<double> const x = normal_draws(10 * 20, 11, k);
    for (Cluster const& c : cluster_test({x, 20}).clusters) {
      if (c.p <= 0.05) {
        ++rejected;
        break;
      }
    }
  }
  CHECK(rejected >= 15);
  CHECK(rejected <= 35);
}

TEST_CASE("four units are not tested, and that is said", "[measures]") {
  std::vector<double> const x(4 * 6, 1.0);
  ClusterTest const test = cluster_test({x, 6});
  CHECK(!test.done);
  CHECK(test.why == "no test: 4 units, at least 5 are needed");
  CHECK_THROWS_AS(percentile_interval({}), dynvision::Error);
  CHECK_THROWS_AS(bootstrap_means({.values = x, .n_images = 5}), dynvision::Error);
  CHECK_THROWS_AS(effect_size(std::vector<double>{1}, x), dynvision::Error);
  CHECK_THROWS_AS(cluster_test({x, 6}, {.alpha = 2}), dynvision::Error);
}

TEST_CASE("several comparisons: Holm", "[measures]") {
  std::vector<double> const p{.01, .04, .03}, expected{.03, .06, .06};
  CHECK(relative_error(holm(p), expected) < 1e-12);
}

TEST_CASE("a draw is a mean of the rows that it draws, and of the numbers that are there", "[measures]") {
  std::size_t const S = 3, N = 7, T = 4;
  std::vector<double> x = normal_draws(S * N * T, 4);
  std::vector<double> const whole = bootstrap_means({x, S, N, T}, {.n_draws = 19, .seed = 5});
  // Constant rows: every mean is that number. Seeds that differ: a draw is a mean of three of them.
  std::vector<double> of_seeds(S * N * T);
  for (std::size_t i = 0; i < of_seeds.size(); ++i) of_seeds[i] = static_cast<double>(i / (N * T));
  for (double const mean : bootstrap_means({of_seeds, S, N, T}, {.n_draws = 50})) {
    CHECK(std::abs(3 * mean - std::round(3 * mean)) < 1e-12);
  }
  // A step that is nowhere is NaN, the others are what they were.
  for (std::size_t row = 0; row < S * N; ++row) x[row * T + 2] = NAN;
  std::vector<double> const without = bootstrap_means({x, S, N, T}, {.n_draws = 19, .seed = 5});
  for (std::size_t i = 0; i < without.size(); ++i) {
    if (i % T == 2) {
      CHECK(std::isnan(without[i]));
    } else {
      CHECK(without[i] == Approx(whole[i]).epsilon(1e-12));
    }
  }
  // One number that is missing leaves the mean of the others: of ones it is one.
  std::vector<double> ones(N, 1.0);
  ones[3] = NAN;
  for (double const mean : bootstrap_means({ones, 1, N, 1}, {.n_draws = 20})) CHECK(mean == 1);
}

TEST_CASE("rows are summed as often as they are counted, with and without wide registers", "[measures]") {
  for (auto const& [rows, steps] :
       {std::pair<std::size_t, std::size_t>{1, 4}, {300, 12}, {257, 16}, {1000, 20}, {5, 60}}) {
    std::size_t const lists = 8;
    std::vector<double> const x = normal_draws(rows * steps, 1);
    std::vector<std::int32_t> counts(lists * rows);
    DrawStream const stream(1, rows);
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<std::int32_t>(stream.below(5, i));
    std::vector<double> found(lists * steps), sums(lists * steps, 0.0), plain(4 * steps, 0.0), times(4 * 256);
    counted_sums({x, steps}, counts, found);
    for (std::size_t k = 0; k < lists; ++k) {
      for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t t = 0; t < steps; ++t) sums[k * steps + t] += counts[k * rows + row] * x[row * steps + t];
      }
    }
    CHECK(relative_error(found, sums) < 1e-12);
    std::vector<double> four(4 * steps);  // four lists are what they are among eight
    counted_sums({x, steps}, std::span(counts).first(4 * rows), four);
    CHECK(std::equal(four.begin(), four.end(), found.begin()));
    if (rows > 256) continue;
    for (std::size_t i = 0; i < 4 * rows; ++i) times[i / rows * 256 + i % rows] = counts[i];
    for (std::size_t t = 0; t < steps; t += 4) {
      statistics::add_one_by_one<1>({x.data() + t, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(steps),
                                     times.data(), plain.data() + t});
    }
    CHECK(relative_error(plain, four) < 1e-12);
  }
}

TEST_CASE("without a unit: a seed where there are several, else an image", "[measures]") {
  std::vector<double> const x{1, 10, 3, 20, 5, NAN, 7, 50};  // two seeds of two images, two steps
  CHECK(jackknife_means({x, 2, 2, 2}) == std::vector<double>{6, 50, 2, 15});
  CHECK(relative_error(jackknife_means({x, 1, 4, 2}),
                       std::vector<double>{5, 35, 13 / 3.0, 30, 11 / 3.0, 80 / 3.0, 3, 15}) < 1e-15);
  CHECK_THROWS_AS(jackknife_means({x, 3, 2, 2}), dynvision::Error);
}

TEST_CASE("intervals of means: of each step its own, BCa moved to where the skew is", "[measures]") {
  std::size_t const S = 6, N = 20, T = 3;
  std::vector<double> x = normal_draws(S * N * T, 9);
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::size_t const t = i % T, seed = i / (N * T);
    if (t == 1) x[i] += std::exp(static_cast<double>(seed));  // a long tail upward
    if (t == 2) x[i] = 2;
  }
  BootstrapRows const rows{x, S, N, T};
  BootstrapSettings const settings{.n_draws = 1000, .seed = 2};
  std::vector<MeanInterval> const found = mean_intervals(rows, settings);
  REQUIRE(found.size() == T);
  std::vector<double> const draws = bootstrap_means(rows, settings);
  std::vector<double> second;
  for (std::size_t b = 0; b < 1000; ++b) second.push_back(draws[b * T + 1]);
  CHECK(found[1].percentile.low == percentile_interval(second).low);
  CHECK(found[1].bca.acceleration > 0.05);
  CHECK(found[1].bca.interval.low > found[1].percentile.low);
  CHECK(found[1].bca.interval.high > found[1].percentile.high);
  CHECK(std::abs(found[0].bca.acceleration) < 0.1);
  CHECK(found[2].mean == Approx(2));
  CHECK(found[2].percentile.high == Approx(2));
  for (unsigned threads : {1u, 3u}) {
    BootstrapSettings own = settings;
    own.n_threads = threads;
    CHECK(mean_intervals(rows, own)[1].bca.interval.low == found[1].bca.interval.low);
  }
}

TEST_CASE("flips of signs: each number by itself, all of them where there are few", "[measures]") {
  // five units: 16 flips; sums 1+2+3+4+5 = 15 is reached by the identity and no other (its mirror is not among them)
  std::vector<double> const x{1, 1, 2, -2, 3, 3, 4, -4, 5, 2};  // two numbers of each unit
  FlipTest const test = sign_flip_test({x, 2});
  REQUIRE(test.done);
  CHECK((test.exact && test.n_permutations == 16));
  CHECK(test.p[0] == 1.0 / 16);
  CHECK(test.t[0] == Approx(3 / std::sqrt(2.5 / 5)));
  CHECK(test.p[1] == 1);  // 1 - 2 + 3 - 4 + 2 = 0
  CHECK(!sign_flip_test({std::vector<double>(8, 1.0), 2}).done);
  std::vector<double> with_nan = x;
  with_nan[0] = NAN;
  FlipTest const without = sign_flip_test({with_nan, 2});
  CHECK((std::isnan(without.p[0]) && without.n_valid[0] == 4 && without.p[1] == 1));

  // the same flips as those of cluster_test: with one step and a threshold near 0 its one cluster is the number
  std::vector<double> const y = normal_draws(40 * 6, 3);
  ClusterSettings settings{.n_permutations = 700, .seed = 3, .n_threads = 1};
  FlipTest const all = sign_flip_test({y, 6}, settings);
  CHECK(!all.exact);
  settings.n_threads = 3;
  CHECK(sign_flip_test({y, 6}, settings).p == all.p);
  settings.alpha = 1 - 1e-12;
  for (std::size_t k = 0; k < 6; ++k) {
    std::vector<double> column;
    for (std::size_t i = 0; i < 40; ++i) column.push_back(y[i * 6 + k]);
    ClusterTest const one = cluster_test({column, 1}, settings);
    REQUIRE(one.clusters.size() == 1);
    CHECK(one.clusters[0].mass == Approx(all.t[k]));
    CHECK(one.clusters[0].p == all.p[k]);
  }
}

TEST_CASE("a draw is a mean of the means of seeds, also where numbers are missing", "[measures]") {
  // two seeds: 10 of all four images, 20 of one of four
  std::vector<double> const x{10, 10, 10, 10, 20, NAN, NAN, NAN};
  for (double const mean : bootstrap_means({x, 2, 4, 1}, {.n_draws = 200, .seed = 1})) {
    bool const is_one = mean == 10 || mean == 15 || mean == 20;
    CHECK((is_one || std::isnan(mean)));
  }
  CHECK(mean_intervals({x, 2, 4, 1})[0].mean == 15);
  CHECK(jackknife_means({x, 2, 4, 1}) == std::vector<double>{20, 10});
  auto const of = [&](unsigned threads) {
    return bootstrap_means({x, 2, 4, 1}, {.n_draws = 100, .seed = 3, .n_threads = threads});
  };
  auto const one = of(1), three = of(3);
  for (std::size_t b = 0; b < one.size(); ++b)
    CHECK((one[b] == three[b] || (std::isnan(one[b]) && std::isnan(three[b]))));
}

TEST_CASE("draws of what is no mean: seeds, and of each drawn one a draw of its own", "[measures]") {
  std::vector<double> const first(100, 1.0), second(50, 3.0);
  CHECK(draws_over_seeds({first}) == first);
  std::vector<double> const both = draws_over_seeds({first, second}, {.n_draws = 4000, .seed = 2});
  std::size_t twos = 0;
  for (double const mean : both) {
    CHECK((mean == 1 || mean == 2 || mean == 3));
    twos += mean == 2;
  }
  CHECK(static_cast<double>(twos) / 4000 == Approx(0.5).margin(0.03));
  CHECK(draws_over_seeds({first, second}, {.n_draws = 4000, .seed = 2}) == both);
  CHECK_THROWS_AS(draws_over_seeds({}), dynvision::Error);
}

TEST_CASE("clusters of flips are those of deviations that are computed for each flip", "[measures]") {
  for (std::size_t const n : {6UL, 40UL}) {  // all flips; drawn ones
    std::size_t const T = 9;
    std::vector<double> x = normal_draws(n * T, 17 + n);
    for (std::size_t i = 0; i < n; ++i) x[i * T + 3] += 1.5, x[i * T + 4] += 1.2, x[i * T + 6] = 0.1, x[i * T + 8] = 0;
    x[2 * T + 7] = NAN;
    ClusterTest const test = cluster_test({x, T}, {.n_permutations = 300, .seed = 4});
    REQUIRE(!test.clusters.empty());
    Flips const flips(n, {.most = 300, .seed = 4});
    CHECK((test.exact == flips.exact && test.n_permutations == flips.n));
    std::vector<double> largest;
    std::vector<std::int32_t> signs(n);
    for (std::size_t k = 0; k < flips.n; ++k) {
      flips.signs(k, signs);
      statistics::Moments m = statistics::moments(
          n, T, [&](std::size_t i) { return std::span<double const>(x).subspan(i * T, T); },
          [&](std::size_t i) { return static_cast<double>(signs[i]); });
      for (std::size_t t = 0; t < T; ++t)
        m.mean[t] = ratio(m.mean[t], std::sqrt(m.squares[t] / static_cast<double>(n * (n - 1))));
      if (k == 0) CHECK((std::isnan(m.mean[7]) && std::isnan(m.mean[6]) && std::isnan(m.mean[8])));
      largest.push_back(statistics::largest_mass(m.mean, test.threshold));
    }
    for (Cluster const& c : test.clusters) {
      auto const count =
          std::count_if(largest.begin(), largest.end(), [&](double y) { return y >= std::abs(c.mass) * (1 - 1e-10); });
      CHECK(c.p == static_cast<double>(count) / static_cast<double>(flips.n));
    }
  }
}
