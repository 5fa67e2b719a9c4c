// covers: experiments/observed/observed_columns.hpp experiments/observed/psychophysics.hpp io/numpy/npz_texts.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/experiments/observed/neural_recording.hpp>
#include <dynvision/experiments/observed/psychophysics.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <random>

using namespace dynvision;
using namespace dynvision::experiments;

namespace {

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

// Counts of an observer whose threshold is `alpha`, to the answer.
std::string answers(std::vector<std::pair<std::string, double>> const& conditions) {
  std::string text = "x,k,n,condition\n";
  for (auto const& [name, alpha] : conditions) {
    analysis::Psychometric const p{.alpha = alpha, .beta = 3, .lapse = 0.02, .guess = 0.1};
    for (double const x : {.1, .2, .3, .4, .5, .6, .8, 1.0}) {
      text += number_text(x) + "," + number_text(std::round(10000 * p(x))) + ",10000," + name + "\n";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("Thresholds of a model are compared with those of observers", "[observed]") {
  TemporaryFolder const folder;
  auto const people =
      read_psychophysics(folder.file("a.csv", answers({{"a", .3}, {"b", .5}, {"c", .7}, {"only", .4}})));
  auto const model = read_psychophysics(folder.file("b.csv", answers({{"c", .8}, {"a", .4}, {"b", .6}})));
  CHECK(people.conditions == std::vector<std::string>{"a", "b", "c", "only"});
  CHECK(people.answers[1].x.size() == 8);
  auto const both = compare_thresholds(model, people, analysis::Sigmoid::weibull, 0.1);
  REQUIRE(both.conditions == std::vector<std::string>{"a", "b", "c"});
  for (std::size_t i = 0; i < 3; ++i) {
    double const wanted = (.3 + .2 * static_cast<double>(i)) * std::pow(std::log(2.0), 1.0 / 3);
    CHECK(both.observers[i] == Catch::Approx(wanted).epsilon(1e-2));
  }
  CHECK(both.spearman == Catch::Approx(1));
  CHECK(both.mean_difference == Catch::Approx(.1 * std::pow(std::log(2.0), 1.0 / 3)).epsilon(.05));
  auto const others = read_psychophysics(folder.file("c.csv", answers({{"z", .3}})));
  CHECK(failure([&] { compare_thresholds(others, people, analysis::Sigmoid::weibull, 0.1); }) == "experiments.166");
}

TEST_CASE("Columns that are missing are named, and numbers that are none refused", "[observed]") {
  TemporaryFolder const folder;
  auto const why = [&](std::string const& text) {
    return message([&] { read_psychophysics(folder.file("x.csv", text)); });
  };
  CHECK(says(why("x,answers\n1,2\n"), "expected the columns k, n, condition as well, found x, answers"));
  CHECK(says(why("x,k,n,condition\n.1,3,4,a\n.2,,4,a\n"), "column \"k\", row 2"));
  CHECK(says(why("x,k,n,condition\n.1,3,4,a\n.2,nan,4,a\n"), "column \"k\", row 2"));
  CHECK(says(why("x,k,n,condition\n.1,5,4,a\n"), "0 <= k <= n"));
  CHECK(says(why("x,k,n,condition\n.1,1.5,4,a\n"), "whole numbers"));
  CHECK(says(why("x,k,n,condition\n"), "expected 1 rows, found 0"));
  NpzWriter npz(folder / "x.npz");
  npz.add("x", zeros({3}));
  npz.add("condition", std::vector<std::string>{"a", "b", "c"});
  npz.commit();
  CHECK(says(message([&] { read_psychophysics(folder / "x.npz"); }), "expected the columns k, n as well"));
}

TEST_CASE("A recording agrees with itself, turned and scaled, and not with noise", "[observed]") {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  NeuralRecording model{.bins = {{0, 10}}}, neurons{.bins = {{0, 10}, {10, 20}}};
  for (int i = 0; i < 40; ++i) {
    model.stimuli.push_back("s" + number_text(i));
    for (int u = 0; u < 6; ++u) model.responses.push_back(normal(generator));
  }
  model.layers = {"V1", "V1", "V1", "V4", "V4", "V4"};
  // The neurons have the stimuli in another order, each twice: first bin the model's V4, turned and scaled; second bin noise.
  for (int i = 79; i >= 0; --i) {
    int const stimulus = i % 40;
    neurons.stimuli.push_back("s" + number_text(stimulus));
    auto const v4 = [&](int u) { return model.responses[static_cast<std::size_t>(stimulus * 6 + 3 + u)]; };
    double const noise = i < 40 ? 1 : -1;  // gone in the mean of both
    for (double const value : {3 * v4(1) + noise, 3 * v4(2) + 2 * noise, 3 * v4(0)}) {
      neurons.responses.push_back(value), neurons.responses.push_back(normal(generator));
    }
  }
  auto const all = compare_recordings(model, neurons);
  REQUIRE(all.size() == 4);
  CHECK(all[2].layer == "V4");
  CHECK(all[2].n_stimuli == 40);
  CHECK(all[2].rsa == Catch::Approx(1));
  CHECK(all[2].cka == Catch::Approx(1));
  CHECK(all[2].cka_debiased == Catch::Approx(1));
  for (std::size_t const i : {0U, 1U, 3U}) {
    CHECK(std::abs(all[i].rsa) < 0.2);
    CHECK(all[i].cka < 0.3);
    CHECK(std::abs(all[i].cka_debiased) < 0.2);
  }
  neurons.stimuli.assign(80, "other");
  CHECK(failure([&] { compare_recordings(model, neurons); }) == "experiments.168");
}

TEST_CASE("The ceiling of several recordings is that of their dissimilarities", "[observed]") {
  std::mt19937_64 generator(2);
  std::normal_distribution<double> normal;
  std::vector<double> const common = [&] {
    std::vector<double> all(30 * 5);
    for (double& x : all) x = normal(generator);
    return all;
  }();
  // The same stimuli in other orders, the same five signals in other directions of 5 + r neurons, and noise of each.
  std::vector<NeuralRecording> all;
  std::vector<std::vector<double>> distances;
  for (std::size_t r = 0; r < 3; ++r) {
    NeuralRecording one{.bins = {{0, 10}}};
    std::vector<double> in_order(30 * (5 + r));
    for (std::size_t i = 0; i < 30; ++i) {
      std::size_t const stimulus = (7 * r + 11 * i) % 30;
      one.stimuli.push_back("s" + number_text(stimulus));
      for (std::size_t u = 0; u < 5 + r; ++u) {
        double const x = common[stimulus * 5 + (u + r) % 5] + 0.3 * normal(generator);
        one.responses.push_back(x), in_order[stimulus * (5 + r) + u] = x;
      }
    }
    distances.push_back(analysis::dissimilarities({in_order, 5 + r}));
    all.push_back(std::move(one));
  }
  auto const found = recordings_ceiling(all);
  auto const wanted = analysis::noise_ceiling(distances);
  REQUIRE(found.size() == 1);
  CHECK(found[0].upper == Catch::Approx(wanted.upper));
  CHECK(found[0].lower == Catch::Approx(wanted.lower));
  CHECK(found[0].lower < found[0].upper);
  CHECK(recordings_ceiling({all[1], all[1]})[0].lower == Catch::Approx(1));
  CHECK(failure([&] { recordings_ceiling({all[0]}); }) == "experiments.189");
  NeuralRecording two_bins = all[0];
  two_bins.bins.push_back({10, 20});
  CHECK(failure([&] { recordings_ceiling({all[0], two_bins}); }) == "experiments.189");
  all[2].stimuli.assign(30, "other");
  CHECK(failure([&] { recordings_ceiling(all); }) == "experiments.168");
}

TEST_CASE("Recordings are read from NPZ and CSV, and checked", "[observed]") {
  TemporaryFolder const folder;
  auto const recording = [&](Tensor const& responses, std::vector<std::string> const& ids) {
    NpzWriter npz(folder / "x.npz");
    npz.add("responses", responses);
    npz.add("stimulus_id", ids);
    npz.add("layer", std::vector<std::string>{"V1", "V4"});
    npz.add("time_bin_start", full({3}, 7));
    npz.commit();
    return read_recording(folder / "x.npz");
  };
  auto const read = recording(full({2, 2, 3}, 5), {"a", "ä"});
  CHECK(read.stimuli == std::vector<std::string>{"a", "ä"});
  CHECK(read.layers == std::vector<std::string>{"V1", "V4"});
  CHECK(read.n_neuroids() == 2);
  CHECK(read.bins[2].start == 7);
  CHECK(failure([&] { recording(full({2, 2, 3}, NAN), {"a", "b"}); }) == "experiments.167");
  CHECK(failure([&] { recording(full({2, 2, 3}, 1), {"a"}); }) == "experiments.166");
  CHECK(failure([&] { recording(full({2, 2, 2}, 1), {"a", "b"}); }) == "experiments.166");  // three times
  auto const table = read_recording(folder.file("x.csv", "stimulus_id,n1,n2\na,1,2\nb,3,4\n"));
  CHECK(table.responses == std::vector<double>{1, 2, 3, 4});
  CHECK(failure([&] { read_recording(folder.file("y.csv", "stimulus_id,n1\na,1\nb,\n")); }) == "experiments.167");
  CHECK(failure([&] { read_recording(folder.file("y.csv", "id,n1\na,1\n")); }) == "experiments.166");
  CHECK(failure([&] { read_recording(folder.file("y.csv", "stimulus_id\na\n")); }) == "experiments.166");
  CHECK(read_npz_texts(folder / "x.npz", "none") == std::nullopt);
  CHECK(read_npz_texts(folder / "x.npz", "time_bin_start") == std::nullopt);
}
