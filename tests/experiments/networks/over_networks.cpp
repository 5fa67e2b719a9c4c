// covers: experiments/networks/key_cells.hpp, experiments/networks/image_numbers.hpp, experiments/networks/read_measures.hpp
// covers: experiments/networks/time_courses.hpp, experiments/networks/curves_of_images.hpp, experiments/networks/paired_numbers.hpp
// covers: experiments/networks/comparisons.hpp, experiments/networks/statistics_table.hpp, experiments/measures/measure_columns.hpp
// covers: experiments/measures/noise_curves.hpp, experiments/tables/key_columns.hpp, experiments/networks/null_run.hpp
#include <dynvision/experiments/networks/curves_of_images.hpp>
#include <dynvision/experiments/networks/null_run.hpp>
#include <dynvision/experiments/networks/over_networks.hpp>
#include <dynvision/experiments/networks/statistics_table.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

using namespace dynvision;
using namespace dynvision::experiments;
using Catch::Approx;

namespace {

std::string const key_header =
    "experiment,model,category,category_value,seed,status,epoch,parameter,parameter_value,parameter_ms,condition";

std::string keys_of(int seed, std::string const& value, std::string const& category = "full") {
  return "duration,x4:rctype=" + category + "_" + number_text(seed) + ",rctype," + category + "," + number_text(seed) +
         ",trained," + number_text(10 + seed) + ",stim," + value + ",,Loader:stim=" + value;
}

std::string written(std::filesystem::path const& path, std::string const& text) {
  std::ofstream(path) << text;
  return path.string();
}

// peak_height of image i of seed s: 10 s + i; accuracy 1 for even images.
std::string measures(int seed, int images, std::string const& category = "full", double more = 0) {
  std::string text = key_header + ",layer,image_index,label,peak_height,accuracy,own\n";
  for (int i = 0; i < images; ++i) {
    text +=
        keys_of(seed, "5", category) + ",V1," + number_text(i) + ",0," + number_text(10 * seed + i + more) + ",,1\n";
    text += keys_of(seed, "5", category) + ",classifier," + number_text(i) + ",0,," + (i % 2 == 0 ? "1" : "0") + ",\n";
  }
  return text;
}

// A unit that follows what is shown: the two tables of a run with durations 2 and 4 of 8 steps, onset in step 1.
void write_courses(std::filesystem::path const& folder, int images) {
  std::string traces = key_header + ",layer,times_index,time_ms,shown,label_valid,quantity,n,mean,sd,ci_low,ci_high\n";
  std::string data =
      "sample_index,times_index,image_index,first_label_index,accuracy,V1_response_avg,stim,idle_timesteps\n";
  for (int const d : {2, 4}) {
    for (std::string const of : {"V1", "classifier"}) {
      for (int t = 0; t < 8; ++t) {
        traces += keys_of(1, number_text(d)) + "," + of + "," + number_text(t) + "," + number_text(2 * (t - 1)) + "," +
                  (t > 0 && t <= d ? "1" : "0") + ",1," + (of == "V1" ? "response_avg" : "accuracy") + ",1,0,,,\n";
      }
    }
    for (int i = 0; i < images; ++i) {
      for (int t = 0; t < 8; ++t) {
        data += number_text(i) + "," + number_text(t) + "," + number_text(70 + i) + ",3,1," +
                number_text(t > 0 && t <= d ? 1 + i : 0) + "," + number_text(d) + ",20\n";
      }
    }
  }
  written(folder / "traces.csv", traces), written(folder / "test_data.csv", data);
}

}  // namespace

TEST_CASE("Numbers of images come from measures.csv, of one network or of several", "[experiments][networks]") {
  TemporaryFolder const folder;
  std::string const both = measures(3, 6) + measures(4, 5).substr(measures(4, 0).size());
  std::vector<ImageNumbers> const all = read_measures(written(folder.path / "measures.csv", both));
  REQUIRE(all.size() == 2);
  REQUIRE(all[0].columns.size() == 3);  // peak_height and `own` of V1, accuracy of the classifier
  CHECK(all[0].columns[0].measure == "peak_height");
  CHECK(all[0].columns[2].layer == "classifier");
  CHECK(all[0].of(0) == std::vector<double>{30, 31, 32, 33, 34, 35});

  SeedNumbers const seeds = of_seeds({&all[0], &all[1]});
  CHECK(seeds.images.size() == 5);  // that both have
  CHECK(seeds.network.model == "x4:rctype=full");
  CHECK(
      (seeds.network.seed.empty() && seeds.conditions[0].epoch.empty() && seeds.conditions[0].parameter_value == "5"));
  std::vector<NumberMean> const means = means_of(seeds, {.n_draws = 500});
  CHECK(means[0].of.mean == Approx(37));
  CHECK(means[0].of.sd_seeds == Approx(std::sqrt(50)));
  CHECK((means[0].interval.low < 34 && means[0].interval.high > 40));
  CHECK((means[1].interval.low == 1 && means[1].interval.high == 1));

  CHECK(failure([&] { read_measures(written(folder.path / "a.csv", "seed,model,layr\n3,x,V1\n")); }) ==
        "experiments.180");
  CHECK(message([&] { read_measures(written(folder.path / "a.csv", "seed,statis\n3,x\n")); }).find("status: ") !=
        std::string::npos);
  CHECK(failure([&] { read_measures(written(folder.path / "a.csv", measures(3, 0))); }) == "experiments.181");
  CHECK(failure([&] {
          read_measures(written(folder.path / "a.csv", measures(3, 2) + measures(3, 1).substr(measures(3, 0).size())));
        }) == "experiments.184");
  std::vector<ImageNumbers> const other = read_measures(written(
      folder.path / "b.csv", key_header + ",layer,image_index,label,peak_height\n" + keys_of(5, "5") + ",V2,0,0,1\n"));
  CHECK(failure([&] { of_seeds({&all[0], &other[0]}); }) == "experiments.182");
  ImageNumbers apart = all[1];
  for (std::int64_t& image : apart.images) image += 100;
  CHECK(failure([&] { of_seeds({&all[0], &apart}); }) == "experiments.183");
}

TEST_CASE("Pairs: networks by seed, images by number; the test says what its units are", "[experiments][networks]") {
  TemporaryFolder const folder;
  auto const of = [&](std::vector<std::string> const& texts) {
    std::vector<ImageNumbers> all;
    for (std::string const& text : texts) all.push_back(read_measures(written(folder.path / "m.csv", text))[0]);
    std::vector<ImageNumbers const*> members;
    for (ImageNumbers const& one : all) members.push_back(&one);
    return of_seeds(members);
  };
  SeedNumbers const full = of({measures(3, 8), measures(4, 8)}), none = of({measures(4, 8, "none", -2)});
  PairedNumbers const one(full, none);  // seed 4 of both
  CHECK((one.n_seeds() == 1 && one.n_images() == 8 && one.units_text(Units::as_drawn) == "images of one network"));
  ComparisonSettings settings{.draws = {.n_draws = 200}};
  std::vector<ComparedRow> rows = compared_measures(one, {"full", "none", &full, "rctype"}, settings);
  REQUIRE(rows.size() == 3);
  CHECK((rows[0].difference == 2 && rows[0].interval.low == 2 && rows[0].n == 8));
  CHECK(rows[0].p == 2.0 / 256);  // of 2^7 flips the identity alone
  CHECK((rows[2].difference == 0 && rows[2].p == 1 && rows[2].cliff_delta == 0));
  correct(rows);
  CHECK(rows[0].p_holm == rows[0].p);

  PairedNumbers const two(full, of({measures(3, 8, "none", -1), measures(4, 8, "none", -3)}));
  rows = compared_measures(two, {"full", "none", &full, "rctype"}, settings);
  CHECK((rows[0].difference == 2 && rows[0].n == 2 && rows[0].units == "seeds"));
  CHECK((std::isnan(rows[0].p) && rows[0].flags == "no test: 2 units, at least 5 are needed"));
  CHECK((rows[0].interval.low == 1 && rows[0].interval.high == 3));
  settings.units = Units::images;
  rows = compared_measures(two, {"full", "none", &full, "rctype"}, settings);
  CHECK((rows[0].n == 8 && rows[0].units == "images, means of 2 networks" && !std::isnan(rows[0].p)));
  CHECK(!PairedNumbers(full, of({measures(5, 8), measures(6, 8)})).found());  // no seed in common
}

TEST_CASE("Time courses of images, and what follows from them over the parameter", "[experiments][networks]") {
  TemporaryFolder const folder;
  write_courses(folder.path, 3);
  TimeCourses const all = read_time_courses(folder.path);
  REQUIRE(all.courses.size() == 2);
  CHECK((all.dt() == 2 && all.courses[1].idle == 20 && all.numbers.images == std::vector<std::int64_t>{70, 71, 72}));
  std::span<double const> const course = all.course(2, 1, 0);
  CHECK(std::vector<double>(course.begin(), course.end()) == std::vector<double>{0, 3, 3, 3, 3, 0, 0, 0});

  ImageNumbers const curves = curves_of_images(all, {});
  bool found = false;
  for (std::size_t c = 0; c < curves.columns.size(); ++c) {
    if (curves.columns[c].measure == "doubling_ratio") {
      found = true;
      CHECK(curves.conditions[curves.columns[c].condition].parameter_value == "2");
      for (double const ratio : curves.of(c)) CHECK(ratio == Approx(1));  // a unit without memory
    }
  }
  CHECK(found);

  // A cluster is where the two differ: never at onset, from step 3 on where one is shown longer.
  std::vector<ImageNumbers> sides;
  for (int side = 0; side < 2; ++side) {
    ImageNumbers one = all.numbers;
    one.images.clear(), one.values.clear();
    for (int i = 0; i < 9; ++i) {
      one.images.push_back(i);
      for (NumberColumn const& column : one.columns) {
        bool const differs = column.layer == "V1" && column.step >= 3 && column.step < 6;
        one.values.push_back(differs && side == 0 ? 1 + 0.1 * i
                                                  : 0.01 * ((i * 7 + static_cast<int>(column.step) * 3) % 5));
      }
    }
    sides.push_back(one);
  }
  SeedNumbers const a = of_seeds({&sides[0]}), b = of_seeds({&sides[1]});
  std::vector<std::vector<std::string>> const time{all.courses[0].time_ms, all.courses[1].time_ms};
  std::vector<ComparedRow> const rows =
      compared_courses(PairedNumbers(a, b), {"a", "b", &a, "q"}, time, {.draws = {.n_draws = 200}});
  REQUIRE(rows.size() == 4);  // two conditions, V1 and classifier
  CHECK((rows[0].t_start_ms == "4" && rows[0].t_end_ms == "8" && rows[0].p == 1.0 / 256));
  CHECK((rows[1].layer == "classifier" && rows[1].flags == "no cluster"));
  CHECK(rows[0].difference == Approx(1.4).margin(0.05));

  // Above a blank run of 0.5 in every step, and after as many idle steps: what is left is 0.5 less.
  TimeCourses blank = all;
  blank.courses.resize(1), blank.courses[0].idle = 18;
  for (std::string& shown : blank.courses[0].shown) shown = "0";
  CHECK(failure([&] { networks::null_steps(blank, all.courses[0], 0, "x"); }) ==
        "experiments.188");  // two steps are missing
  blank.courses[0].idle = 20;
  std::fill(blank.numbers.values.begin(), blank.numbers.values.end(), 0.5);
  ImageNumbers peaks{.network = all.numbers.network, .conditions = all.numbers.conditions, .images = {72, 70}};
  peaks.columns.push_back({.condition = 1, .layer = "V1", .measure = "peak_response"});
  peaks.values = {3, 1};
  take_null_run(peaks, all, blank);
  CHECK(peaks.values == std::vector<double>{2.5, 0.5});
  CHECK(failure([&] { take_null_run(peaks, all, all); }) == "experiments.188");  // something is shown

  std::string const data = [&] {
    std::ifstream in(folder.path / "test_data.csv");
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  written(folder.path / "test_data.csv", data.substr(0, data.size() - 10));
  CHECK(failure([&] { read_time_courses(folder.path); }) == "experiments.185");
}

TEST_CASE("Tables over networks are written whole; noise has its gain and its fits", "[experiments][networks]") {
  TemporaryFolder const folder;
  SeedNumbers noise{.network = {.experiment = "noise"}, .seeds = {"1"}, .images = {}, .conditions = {}, .columns = {}};
  std::vector<double> const levels{0.2, 0.4, 0.6, 0.8, 1}, right{10, 30, 70, 90, 95};
  for (std::size_t k = 0; k < levels.size(); ++k) {
    noise.conditions.push_back(
        {.experiment = "noise", .status = "trained", .parameter = "ssnr", .parameter_value = number_text(levels[k])});
    noise.columns.push_back({.condition = k, .layer = "classifier", .measure = "accuracy"});
    noise.columns.push_back({.condition = k, .layer = "classifier", .measure = "reaction_time_ms", .unit = "ms"});
  }
  for (int i = 0; i < 100; ++i) {
    noise.images.push_back(i);
    for (std::size_t k = 0; k < levels.size(); ++k)
      noise.values.push_back(i < right[k]), noise.values.push_back(30 - 20 * levels[k]);
  }
  OverNetworks tables(folder.path / "noise", {.n_draws = 200});
  tables.add_measures(noise), tables.add_noise(noise, 0.1);
  CHECK(tables.commit().size() == 2);
  CsvTable const curves = read_csv(folder.path / "noise/curves.csv");
  auto const place = static_cast<std::size_t>(std::find(curves.columns.begin(), curves.columns.end(), "measure") -
                                              curves.columns.begin());
  std::vector<double> const values = curves.numbers("value");
  std::map<std::string, double> of;
  for (std::size_t r = 0; r < curves.rows.size(); ++r) of[curves.rows[r][place]] = values[r];
  CHECK(of.at("reaction_time_change_ms") == Approx(-16));
  CHECK(of.at("threshold") == Approx(of.at("logistic_threshold")).margin(0.05));
  CHECK((of.at("ssnr_half") > 0.4 && of.at("ssnr_half") < 0.6));
  CHECK(std::filesystem::exists(folder.path / "noise/curves.columns.json"));
  write_comparisons(folder.path / "statistics.csv", {});
  CHECK(read_csv(folder.path / "statistics.csv").columns.size() == statistics_columns().size());
}
