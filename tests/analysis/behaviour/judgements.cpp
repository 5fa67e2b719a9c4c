// covers: records/class_scores.hpp, analysis/behaviour/reaction_time.hpp, analysis/behaviour/robustness.hpp
#include <dynvision/analysis/behaviour/judgements.hpp>
#include <dynvision/analysis/behaviour/reaction_time.hpp>
#include <dynvision/analysis/behaviour/robustness.hpp>

#include "analysis/measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <string>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::vector<std::int64_t> labels_of(MeasureFile::Numbers const& numbers) {
  std::vector<std::int64_t> labels;
  for (double const value : numbers.values) labels.push_back(static_cast<std::int64_t>(value));
  return labels;
}
std::vector<double> numbers_of(std::vector<std::int64_t> const& values) { return {values.begin(), values.end()}; }

}  // namespace

TEST_CASE("judgements and reaction times are the reference's", "[measures]") {
  MeasureFile const file("measures/behaviour");
  auto const& logits = file["logits"];
  Judgements const said = judge({logits.values, logits.size(1), logits.size(2)}, labels_of(file["labels"]));
  CHECK(numbers_of(said.guess) == file["guess"].values);
  CHECK(relative_error(said.over_images(said.accuracy), file["accuracy"].values) < 1e-10);
  CHECK(relative_error(said.guess_confidence, file["guess_confidence"].values) < 1e-10);
  CHECK(relative_error(said.label_confidence, file["label_confidence"].values) < 1e-10);
  CHECK(relative_error(said.entropy, file["normalized_entropy"].values) < 1e-10);
  Shown const shown{file.number("dt_ms"), static_cast<std::size_t>(file.number("t_on")), logits.size(1)};
  std::size_t compared = 0;
  for (auto const& [name, expected] : file.tensors) {
    bool const entropy = name.starts_with("reaction_time_entropy_ms.");
    if (!entropy && !name.starts_with("reaction_time_ms.")) continue;
    INFO(name);
    std::string const rest = name.substr(name.find('.') + 1);
    std::size_t const dot = rest.rfind('.');
    ReactionCriterion const criterion{std::stod(rest.substr(0, dot)), std::stoul(rest.substr(dot + 1)),
                                      entropy ? Certainty::entropy : Certainty::confidence};
    CHECK(relative_error(reaction_times(said, shown, criterion).ms, expected.values) < 1e-10);
    ++compared;
  }
  CHECK(compared > 0);
  Robustness const r =
      robustness(file["robustness.ssnr"].values, file["robustness.accuracy"].values, file.number("chance"));
  CHECK(relative_error(r.relative, file["robustness.relative"].values) < 1e-10);
  CHECK(relative_error({&r.area, 1}, file["robustness.area"].values) < 1e-10);
  CHECK(relative_error({&r.ssnr_half, 1}, file["robustness.ssnr_half"].values) < 1e-10);
}

TEST_CASE("judgements are the original's, but for steps without a label", "[measures]") {
  MeasureFile const file("data/metrics");
  auto const& outputs = file["outputs"];
  LogitRows const logits{outputs.values, outputs.size(1), outputs.size(2)};
  std::vector<std::int64_t> const labels = labels_of(file["labels"]);
  Judgements const said = judge(logits, labels);
  CHECK(numbers_of(said.guess) == file["guess"].values);
  CHECK(relative_error(said.guess_confidence, file["guess_confidence"].values) < 1e-9);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::size_t const image = i / logits.n_steps;
    CHECK(static_cast<double>(said.first_labels[image]) == file["first_label"].values[i]);
    auto const same = [&](double own, std::string const& name) {
      INFO(name << " " << i);
      if (std::isnan(own)) {
        CHECK(file[name].values[i] == 0);
      } else {
        CHECK(own == Approx(file[name].values[i]).epsilon(1e-9));
      }
    };
    same(said.label_confidence[i], "label_confidence");
    same(said.first_label_confidence[i], "first_label_confidence");
    same(accuracy_top(logits, labels, 1)[i], "top1");
    same(accuracy_top(logits, labels, 3)[i], "top3");
    CHECK(std::isnan(said.label_confidence[i]) == (labels[i] < 0));
  }
}

TEST_CASE("before a signal arrives a network knows nothing", "[measures]") {
  std::vector<double> const zeros(3 * 2 * 10, 0);  // three images, two steps
  std::vector<std::int64_t> const labels{0, 2, 9};
  LogitRows const logits{zeros, 2, 10};
  Judgements const said = judge(logits, labels);
  CHECK(said.guess_confidence[0] == Approx(0.1));
  CHECK(said.entropy[0] == Approx(1));
  CHECK(said.accuracy == std::vector<double>{1, 1, 0, 0, 0, 0});  // the first of equals
  CHECK(accuracy_top(logits, labels, 3) == std::vector<double>{1, 1, 1, 1, 0, 0});
  CHECK(std::isnan(reaction_times(said, {.dt = 2, .t_on = 0, .t_off = 2}).ms[0]));
}

TEST_CASE("labels may be missing, and logits undefined", "[measures]") {
  std::vector<double> const logits{0, 1, 2, 1, not_defined, 1, 3, 0};  // two images, two steps, two classes
  std::vector<std::int64_t> const labels{-1, 0, -1, -1};
  Judgements const said = judge({logits, 2, 2}, labels);
  CHECK(said.guess == std::vector<std::int64_t>{1, 0, -1, 0});
  CHECK((said.accuracy[0] == 0 && said.accuracy[1] == 1));  // against the first label, at every step
  CHECK((std::isnan(said.accuracy[2]) && std::isnan(said.label_confidence[0])));
  CHECK(std::isnan(said.guess_confidence[2]));
  CHECK(said.over_images(said.accuracy) == std::vector<double>{0, 1});
  std::vector<double> const sums{1, 5, 5, 0, 2, 2, 2, 2};
  CHECK(top_units({sums, 1, 4}, 3) == std::vector<std::size_t>{1, 2, 0});
}

TEST_CASE("a reaction is the first of enough rows", "[measures]") {
  std::vector<double> const sure{0.9, 0.1, 0.7, 0.2, 0.6, 0.8, 0.9};
  CHECK(reaction_row(sure, 1) == 2);
  CHECK(reaction_row(sure, 0) == 0);
  CHECK(reaction_row(sure, 1, {.threshold = 0.6, .rows = 3}) == 4);
  CHECK_FALSE(reaction_row(sure, 1, {.threshold = 0.6, .rows = 4}));
  CHECK(reaction_row(sure, 0, {.threshold = 0.2, .rows = 1, .of = Certainty::entropy}) == 1);
  std::vector<double> logits;
  for (double const p : {0.5, 0.5, 0.2, 0.9}) logits.push_back(std::log(p)), logits.push_back(std::log(1 - p));
  ReactionTimes const r =
      reaction_times(judge({logits, 4, 2}, std::vector<std::int64_t>{0}), {.dt = 2, .t_on = 1, .t_off = 4});
  CHECK(r.ms[0] == 4);        // row 2
  CHECK(r.accuracy[0] == 0);  // it was sure, and wrong
}

TEST_CASE("robustness, and which accuracy counts", "[measures]") {
  std::vector<double> const ssnr{0, 0.5, 1}, accuracy{0.1, 0.5, 0.9};
  Robustness const r = robustness(ssnr, accuracy, 0.1);
  CHECK(relative_error(r.relative, std::vector<double>{0, 0.5, 1}) < 1e-12);
  CHECK(r.area == Approx(0.5));
  CHECK(r.ssnr_half == Approx(0.5));
  CHECK(std::isnan(robustness(ssnr, std::vector<double>{0.8, 0.9, 0.9}, 0.1).ssnr_half));  // above it from the first
  CHECK(std::isnan(robustness(ssnr, std::vector<double>{0.1, 0.1, 0.1}, 0.1).area));       // nothing above chance
  CHECK(recurrence_gain(accuracy, std::vector<double>{0.1, 0.25, 0.9}) == std::vector<double>{0, 0.25, 0});

  std::vector<double> const curve{not_defined, 0, 1, 0.4, 0.6, 0.9};
  Shown const shown{.dt = 2, .t_on = 1, .t_off = 5};
  CHECK(accuracy_at(curve, shown) == 0.6);
  CHECK(accuracy_at(curve, shown, AccuracyAt::second_half) == Approx(0.5));
  CHECK(accuracy_at(curve, shown, AccuracyAt::largest) == 1);
}

TEST_CASE("bad input of behaviour", "[measures]") {
  std::vector<double> const logits(12, 0);
  std::vector<std::int64_t> const label{3}, two{0, 0};
  CHECK_THROWS_AS(judge({logits, 4, 3}, label), dynvision::Error);  // three classes
  CHECK_THROWS_AS(judge({logits, 4, 3}, two), dynvision::Error);
  CHECK_THROWS_AS(judge({logits, 5, 3}, label), dynvision::Error);
  CHECK_THROWS_AS(judge({logits, 12, 1}, label), dynvision::Error);
  CHECK_THROWS_AS(accuracy_top({logits, 4, 3}, std::vector<std::int64_t>{0}, 0), dynvision::Error);
  CHECK_THROWS_AS(reaction_row(logits, 0, {.threshold = 60}), dynvision::Error);
  CHECK_THROWS_AS(reaction_row(logits, 0, {.rows = 0}), dynvision::Error);
  std::vector<double> const ssnr{0, 1}, falling{1, 0};
  CHECK_THROWS_AS(robustness(falling, ssnr, 0.1), dynvision::Error);
  CHECK_THROWS_AS(robustness(ssnr, logits, 0.1), dynvision::Error);
  CHECK_THROWS_AS(robustness(ssnr, ssnr, 1), dynvision::Error);
  CHECK_THROWS_AS(recurrence_gain(ssnr, logits), dynvision::Error);
}
