// covers: analysis/order.hpp
// covers: analysis/response/trace_rows.hpp, analysis/response/evoked.hpp, analysis/response/measure_table.hpp
// covers: analysis/response/unit_measures.hpp, analysis/response/averages.hpp
#include <dynvision/analysis/response/averages.hpp>
#include <dynvision/analysis/response/measure_table.hpp>
#include <dynvision/analysis/response/unit_measures.hpp>

#include "analysis/euler_layer.hpp"
#include "analysis/measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cmath>
#include <string>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::string number_of(void (*call)()) {
  try {
    call();
  } catch (dynvision::Error const& error) {
    return error.area() + "." + std::to_string(error.number());
  }
  return "nothing";
}

}  // namespace

TEST_CASE("measures of one trace are the reference's", "[measures]") {
  MeasureFile const file("measures/trace_measures");
  auto const& traces = file["traces"];
  Shown const shown{file.number("dt_ms"), static_cast<std::size_t>(file.number("t_on")),
                    static_cast<std::size_t>(file.number("t_off"))};
  MeasureTable const table = measure_table({traces.values, traces.size(1)}, shown);
  std::size_t compared = 0;
  for (auto const& [name, expected] : file.tensors) {
    if (name == "traces") continue;
    INFO(name);
    CHECK(relative_error(table.column(name), expected.values) < 1e-10);
    ++compared;
  }
  CHECK(compared >= 11);
}

TEST_CASE("measures of the original are the original's", "[measures]") {
  MeasureFile const file("measures/original_measures");
  auto const& traces = file["traces"];
  MeasureTable const table = measure_table({traces.values, traces.size(1)}, {.dt = 1, .t_on = 0, .t_off = 1});
  for (std::string const name : {"peak_time", "peak_height", "time_averaged_response"}) {
    INFO(name);
    CHECK(relative_error(table.column(name), file[name].values) < (name == "peak_time" ? 1e-15 : 1e-6));
  }
  for (auto const& [name, expected] : file.tensors) {
    std::string const begin = "peak_ratio.min_delay";
    if (!name.starts_with(begin)) continue;
    std::vector<double> ratios;
    for (std::size_t i = 0; i < traces.size(0); ++i) {
      ratios.push_back(peak_ratio(traces({i}), std::stoul(name.substr(begin.size()))));
    }
    INFO(name);
    CHECK(relative_error(ratios, expected.values) < 1e-6);
  }
  auto const& response = file["response"];
  std::vector<double> avg, std, spatial, feature;
  for (std::size_t n = 0; n < response.size(0); ++n) {
    for (std::size_t t = 0; t < response.size(1); ++t) {
      UnitMeasures const now = unit_measures(response({n, t}), response.size(2));
      avg.push_back(now.response_avg), std.push_back(now.response_std);
      spatial.push_back(now.spatial_variance), feature.push_back(now.feature_variance);
    }
  }
  CHECK(relative_error(avg, file["layer_response_avg"].values) < 1e-6);
  CHECK(relative_error(std, file["layer_response_std"].values) < 1e-6);
  CHECK(relative_error(spatial, file["spatial_variance"].values) < 1e-6);
  CHECK(relative_error(feature, file["feature_variance"].values) < 1e-6);
}

TEST_CASE("latencies of an Euler layer are those of its closed form", "[measures]") {
  auto const trace = EulerLayer{}.pulse(40, 0, 40);
  Evoked const response(trace, {.dt = 2, .t_on = 0, .t_off = 40});
  CHECK(latency_ms(response, 0.1) == Approx(0.500).epsilon(1e-3));
  CHECK(latency_ms(response, 0.5) == Approx(2.833).epsilon(1e-3));
  CHECK(latency_ms(response, 0.9) == Approx(9.142).epsilon(1e-3));
  double const f = (0.9 - (1 - std::pow(0.6, 4))) / (0.4 * std::pow(0.6, 4));  // within the fifth step; plateau 1
  CHECK(latency_ms(response, 0.9) == Approx(2 * (4 + f)).epsilon(1e-7));
}

TEST_CASE("an alpha function peaks after its time constant", "[measures]") {
  std::vector<double> trace(44, 0.2);  // on a baseline
  for (std::size_t k = 1; k <= 40; ++k) {
    trace[k + 3] += static_cast<double>(k) / 5 * std::exp(1 - static_cast<double>(k) / 5);
  }
  CHECK(peak_latency_ms(Evoked(trace, {.dt = 2, .t_on = 4, .t_off = 44})) == 5 * 2);
}

TEST_CASE("half the width of a triangle is that of its flank", "[measures]") {
  std::size_t const m = 10;
  std::vector<double> triangle;
  for (std::size_t i = 0; i <= 2 * m; ++i) triangle.push_back(static_cast<double>(i < m ? i : 2 * m - i));
  CHECK(fwhm_ms(Evoked(triangle, {.dt = 2, .t_on = 0, .t_off = 10})) == m * 2);
}

TEST_CASE("an Euler layer is sustained, has no off response, and returns geometrically", "[measures]") {
  auto const trace = EulerLayer{}.pulse(120, 10, 60);
  Evoked const response(trace, {.dt = 2, .t_on = 10, .t_off = 70});
  CHECK(sustained_index(response) == Approx(1));
  CHECK(transient_index(response) == Approx(0).margin(1e-12));
  CHECK(off_response_index(response) == Approx(-0.4));  // -dt/tau
  CHECK(return_to_baseline_ms(response) == 2 * std::ceil(std::log(0.05) / std::log(0.6)));
  CHECK(summed_response(response) == Approx(60));
}

TEST_CASE("the later of two bumps over the earlier", "[measures]") {
  std::vector<double> trace(40, 0);
  for (int i = -3; i <= 3; ++i) {
    trace[static_cast<std::size_t>(10 + i)] = 0.8 * (1 - 0.2 * std::abs(i));
    trace[static_cast<std::size_t>(28 + i)] = 1 - 0.2 * std::abs(i);
  }
  CHECK(peak_ratio(trace) == Approx(1.25));
  CHECK(peak_ratio(std::vector<double>{1}) == 0);           // no two steps
  CHECK(peak_ratio(std::vector<double>{0, 1, 0, 0}) == 0);  // one peak
}

TEST_CASE("what is not defined is nan, and nothing else", "[measures]") {
  Shown const shown{.dt = 1, .t_on = 2, .t_off = 5};
  std::vector<double> const zeros(8, 0), with_nan{0, 0, 1, not_defined, 1, 0, 0, 0};
  std::vector<double> all(zeros);
  all.insert(all.end(), with_nan.begin(), with_nan.end());
  MeasureTable const table = measure_table({all, 8}, shown);
  for (std::string const name : {"peak_latency_ms", "latency_50_ms", "fwhm_ms", "sustained_index", "transient_index",
                                 "off_response_index", "return_to_baseline_ms"}) {
    INFO(name);
    CHECK(std::isnan(table.column(name)[0]));
  }
  CHECK(table.column("summed_response")[0] == 0);
  for (TraceMeasure const& measure : trace_measures) {
    INFO(measure.name);
    if (std::string(measure.name) != "baseline") CHECK(std::isnan(table.column(measure.name)[1]));
  }
  ValidMean const mean = valid_mean(table.column("summed_response"));
  CHECK((mean.mean == 0 && mean.n == 2 && mean.n_valid == 1));

  // A stimulus that never comes, or never goes.
  std::vector<double> const flat(8, 1);
  Evoked const never(flat, {.dt = 1, .t_on = 8, .t_off = 8}), always(zeros, {.dt = 1, .t_on = 0, .t_off = 8});
  for (TraceMeasure const& measure : trace_measures) {
    measure.of(never), measure.of(always);
  }
  CHECK(std::isnan(latency_ms(never, 0.5)));
  CHECK(std::isnan(return_to_baseline_ms(always)));
  CHECK(always.baseline == 0);
}

TEST_CASE("the baseline may be a run without a stimulus", "[measures]") {
  auto trace = EulerLayer{}.pulse(40, 10, 20);
  std::vector<double> null_run(40);
  for (std::size_t t = 0; t < 40; ++t) null_run[t] = 0.3 + 0.01 * static_cast<double>(t), trace[t] += null_run[t];
  Shown const shown{.dt = 2, .t_on = 10, .t_off = 30};
  CHECK(off_response_index(Evoked(trace, shown, null_run)) == Approx(-0.4).epsilon(1e-4));
  CHECK(measure_table({trace, 40}, shown, {null_run, 40}).column("sustained_index")[0] == Approx(1));
}

TEST_CASE("order of averaging", "[measures]") {
  std::vector<double> const traces{0, 2, 0, 0, 0, 4};  // peaks at different times
  CHECK(mean_trace({traces, 3}) == std::vector<double>{0, 1, 2});
  MeasureTable const table = measure_table({traces, 3}, {.dt = 1, .t_on = 0, .t_off = 3});
  CHECK(valid_mean(table.column("peak_height")).mean == 3);  // the peak of the mean is 2
  std::vector<std::vector<double>> const values{{1, 3}, {5, not_defined}};
  SeedMean const seeds = mean_over_seeds(values);
  CHECK((seeds.mean == 3.5 && seeds.n_images == 4 && seeds.n_valid == 3 && seeds.n_seeds == 2));
  CHECK(seeds.sd_seeds == Approx(3 / std::sqrt(2.0)));
}

TEST_CASE("ranks, quantiles, correlations", "[measures]") {
  CHECK(average_ranks(std::vector<double>{3, 1, 3, 2}) == std::vector<double>{3.5, 1, 3.5, 2});
  CHECK(quantile(std::vector<double>{4, 1, 2, 3}, 0.5) == 2.5);
  CHECK(quantile(std::vector<double>{4, 1}, 1) == 4);
  CHECK(spearman(std::vector<double>{1, 2, 3}, std::vector<double>{1, 10, 100}) == Approx(1));
  CHECK(std::isnan(pearson(std::vector<double>{1, 1}, std::vector<double>{1, 2})));
  CHECK(std::isnan(quantile(std::vector<double>{1, not_defined}, 0.5)));
}

TEST_CASE("bad input of measures of traces", "[measures]") {
  static std::vector<double> const trace(6, 0);
  CHECK(number_of([] { measure_table({trace, 4}, {}); }) == "analysis.102");
  CHECK(number_of([] { Evoked({}, {}); }) == "analysis.102");
  CHECK(number_of([] { Evoked(trace, {}, std::vector<double>(5)); }) == "analysis.102");
  CHECK(number_of([] { measure_table({trace, 6}, {}, {trace, 3}); }) == "analysis.102");
  CHECK(number_of([] { Evoked(trace, {.dt = 0, .t_on = 0, .t_off = 1}); }) == "analysis.103");
  CHECK(number_of([] { Evoked(trace, {.dt = 1, .t_on = 3, .t_off = 2}); }) == "analysis.103");
  CHECK(number_of([] { Evoked(trace, {.dt = 1, .t_on = 3, .t_off = 7}); }) == "analysis.103");
  CHECK(number_of([] { unit_measures(trace, 4); }) == "analysis.104");
  CHECK(number_of([] { measure_table({trace, 6}, {}).column("peak_latency"); }) == "analysis.105");
  CHECK(number_of([] { quantile(trace, 1.5); }) == "analysis.101");
  CHECK(number_of([] { pearson(trace, std::vector<double>(5)); }) == "analysis.101");
}

TEST_CASE("all measures of an experiment take a fraction of a second", "[measures]") {
  std::size_t const images = 200, layers = 5, steps = 60;
  std::vector<double> values;
  for (std::size_t i = 0; i < images * layers; ++i) {
    auto const one = EulerLayer{.a = 0.1 + 0.8 * static_cast<double>(i) / 1000}.pulse(steps, 5, 30);
    values.insert(values.end(), one.begin(), one.end());
  }
  auto const before = std::chrono::steady_clock::now();
  MeasureTable const table = measure_table({values, steps}, {.dt = 2, .t_on = 5, .t_off = 35});
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count() < 1);
  CHECK(table.size() == images * layers);
}
