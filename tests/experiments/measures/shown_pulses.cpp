// Which curve the conditions of an experiment make, and its measures, on linear units whose answers are known.
// covers: experiments/measures/curve_measures.hpp experiments/measures/measured_columns.hpp experiments/measures/noise_curves.hpp
#include <dynvision/experiments/measures/curve_measures.hpp>
#include <dynvision/experiments/measures/noise_curves.hpp>
#include <dynvision/experiments/measures/shown_pulses.hpp>

#include "io/failure.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace dynvision::experiments;
using Catch::Approx;

namespace {

constexpr int n_steps = 60;

Schedule pulses_of(int steps, double contrast = 1, std::vector<int> const& gaps = {}, double ssnr = 1) {
  Segment image{.show = Show::image, .duration = steps, .contrast = contrast};
  if (ssnr < 1) image.noise = {.type = NoiseType::gaussian, .ssnr = ssnr};
  Schedule s{.idle = Duration(3), .n_timesteps = n_steps, .segments = {{.duration = 2}, image}};
  for (int const gap : gaps) s.segments.push_back({.duration = gap}), s.segments.push_back(image);
  return s;
}

std::vector<ShownPulses> all_of(std::vector<Schedule> const& schedules) {
  std::vector<ShownPulses> all;
  for (Schedule const& one : schedules) all.push_back(shown_pulses(one, 2, n_steps));
  return all;
}

// r <- r + 0.4 (s - r)
std::vector<double> linear_unit(ShownPulses const& p) {
  std::vector<double> r(n_steps, 0.0);
  double now = 0;
  for (std::size_t t = 0; t < r.size(); ++t) {
    bool shown = false;
    for (auto const& [begin, end] : p.pulses) shown = shown || (t >= begin && t < end);
    r[t] = now += 0.4 * ((shown ? p.contrast : 0) - now);
  }
  return r;
}

double value_of(MeasuredColumns const& columns, std::string const& measure, std::size_t condition) {
  for (std::size_t c = 0; c < columns.columns().size(); ++c) {
    MeasuredColumn const& one = columns.columns()[c];
    if (one.measure == measure && (one.condition == condition || !one.has_parameter)) return columns.of(c)[0];
  }
  return -1;
}

MeasuredColumns curves_of(std::vector<Schedule> const& schedules, std::vector<double> const& single = {}) {
  auto const p = all_of(schedules);
  std::vector<std::vector<double>> rows;
  for (ShownPulses const& one : p) rows.push_back(linear_unit(one));
  MeasuredColumns columns;
  columns.begin_image();
  add_curve_measures(columns, curve_kind(p), p, {rows.begin(), rows.end()}, single, "V1");
  return columns;
}

}  // namespace

TEST_CASE("What conditions show says which curve they make", "[experiments][measures]") {
  ShownPulses const p = shown_pulses(pulses_of(5, 0.5, {4}), 2, n_steps);
  CHECK(p.pulses == std::vector<std::pair<std::size_t, std::size_t>>{{2, 7}, {11, 16}});
  CHECK((p.shown.t_on == 2 && p.shown.t_off == 7 && p.contrast == 0.5));
  CHECK(shown_pulses({.n_timesteps = 5}, 2, 7).shown.t_on == 7);
  auto const kind = [](std::vector<Schedule> const& s) { return curve_kind(all_of(s)); };
  CHECK(kind({pulses_of(1), pulses_of(2)}) == CurveKind::duration);
  CHECK(kind({pulses_of(2, 0.1), pulses_of(2, 0.5), pulses_of(2, 1)}) == CurveKind::contrast);
  CHECK(kind({pulses_of(2, 1, {1}), pulses_of(2, 1, {5})}) == CurveKind::interval);
  CHECK(kind({pulses_of(2, 1, {1, 1}), pulses_of(2, 1, {5, 5})}) == CurveKind::train);
  CHECK(kind({pulses_of(2, 1, {}, 0.2), pulses_of(2, 1, {}, 0.6), pulses_of(2)}) == CurveKind::noise);
  CHECK(kind({pulses_of(1)}) == CurveKind::none);
  CHECK(kind({pulses_of(1), pulses_of(2, 0.5)}) == CurveKind::none);
  CHECK(kind({pulses_of(1), {.n_timesteps = n_steps}}) == CurveKind::none);
}

TEST_CASE("Curves of linear units are known", "[experiments][measures]") {
  MeasuredColumns const duration = curves_of({pulses_of(10), pulses_of(5), pulses_of(20)});  // in any order
  CHECK(value_of(duration, "doubling_ratio", 1) == Approx(1).epsilon(1e-9));                 // of 5, the second
  CHECK(value_of(duration, "nts", 0) == Approx(0.5).epsilon(1e-9));
  CHECK(value_of(duration, "summation_exponent", 0) == Approx(1).epsilon(1e-6));
  MeasuredColumns const contrast = curves_of({pulses_of(9, 0.2), pulses_of(9, 0.6), pulses_of(9, 1)});
  CHECK(value_of(contrast, "latency_shift_ms", 0) == Approx(0).margin(1e-9));
  std::vector<double> const single = linear_unit(shown_pulses(pulses_of(5), 2, n_steps));
  MeasuredColumns const interval = curves_of({pulses_of(5, 1, {1}), pulses_of(5, 1, {8})}, single);
  CHECK(value_of(interval, "recovery_max", 0) == Approx(1).epsilon(1e-9));
  CHECK(curves_of({pulses_of(5, 1, {1}), pulses_of(5, 1, {8})}).columns().empty());  // without the single pulse
  MeasuredColumns const train = curves_of({pulses_of(3, 1, {9, 9}), pulses_of(3, 1, {12, 12})});
  CHECK(value_of(train, "train_index", 0) == Approx(1).epsilon(0.02));
}

TEST_CASE("Means of images have intervals; noise has a threshold", "[experiments][measures]") {
  MeasuredColumns columns;
  for (int i = 0; i < 30; ++i) {
    columns.begin_image();
    columns.add({.layer = "V1", .measure = "a"}, i % 2), columns.add({.layer = "V1", .measure = "b"}, 3);
  }
  auto const means = columns.means();
  CHECK(means[0].of_images.mean == 0.5);
  CHECK((means[0].interval.low > 0.2 && means[0].interval.high < 0.8));
  CHECK((means[1].interval.low == 3 && means[1].interval.high == 3));
  columns.begin_image();
  CHECK(failure([&] { columns.begin_image(); }) == "experiments.138");

  std::vector<double> accuracy;
  std::vector<double> const levels{0.1, 0.3, 0.5, 0.7, 1}, share{10, 30, 70, 90, 95};
  for (int i = 0; i < 100; ++i) {
    for (double const one : share) accuracy.push_back(i < one ? 1 : 0);
  }
  auto const numbers = noise_numbers({.ssnr = levels, .accuracy = accuracy, .n_images = 100, .logistic = true}, 0.1);
  REQUIRE(numbers.size() == 12);
  CHECK(numbers[1].measure == "ssnr_half");
  CHECK(numbers[1].value == Approx(0.3 + 0.2 * (0.5 * 0.85 - 0.2) / 0.4));
  CHECK(numbers[5].measure == "threshold");
  CHECK((numbers[5].interval.low < numbers[5].value && numbers[5].value < numbers[5].interval.high));
  CHECK(numbers[10].measure == "logistic_threshold");
  CHECK(numbers[10].value == Approx(numbers[5].value).margin(0.03));

  // Of two networks: the mean of their numbers, and wider intervals where they differ.
  std::vector<double> two = accuracy;
  for (int i = 0; i < 100; ++i) {
    for (double const one : {10, 10, 20, 50, 95}) two.push_back(i < one ? 1 : 0);
  }
  NoiseAnswers both{.ssnr = levels, .accuracy = two, .n_images = 100, .n_seeds = 2};
  auto const second = noise_numbers({.ssnr = levels, .accuracy = {two.begin() + 500, two.end()}, .n_images = 100}, 0.1),
             of_both = noise_numbers(both, 0.1);
  for (std::size_t k : {0U, 1U, 2U, 5U}) {
    CHECK(of_both[k].value == Approx((numbers[k].value + second[k].value) / 2));
    CHECK(of_both[k].interval.low < of_both[k].value);
    CHECK(of_both[k].interval.high > of_both[k].value);
  }
  CHECK(of_both[5].interval.low < numbers[5].interval.high);
  CHECK(of_both[5].interval.high > 0.5 * (numbers[5].value + second[5].value));
  both.n_threads = 1;
  CHECK(noise_numbers(both, 0.1)[5].interval.high == of_both[5].interval.high);
}
