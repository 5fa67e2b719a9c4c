// covers: run/trial.hpp
#include <dynvision/concepts/options.hpp>
#include <dynvision/run/stimulus.hpp>
#include <dynvision/run/trial.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

using Steps = std::vector<int>;
using Labels = std::vector<double>;

Tensor labels_of(std::vector<std::int64_t> const& labels) { return indices(labels, zeros({})); }

}  // namespace

// semantics 4.1
TEST_CASE("images of every rank become frames", "[run]") {
  CHECK(run::present(zeros({5, 6})).frames.sizes().equals({1, 1, 1, 5, 6}));
  CHECK(run::present(zeros({2, 5, 6})).frames.sizes().equals({2, 1, 1, 5, 6}));
  CHECK(run::present(zeros({2, 3, 5, 6})).frames.sizes().equals({2, 1, 3, 5, 6}));
  CHECK(run::present(zeros({2, 4, 3, 5, 6})).frames.sizes().equals({2, 4, 3, 5, 6}));
}

TEST_CASE("how many steps are shown, and what", "[run]") {
  CHECK(run::present(zeros({2, 3, 5, 6}), 3).shown == Steps{0, 0, 0});
  CHECK(run::present(zeros({2, 4, 3, 5, 6})).shown == Steps{0, 1, 2, 3});
  CHECK(run::present(zeros({2, 4, 3, 5, 6}), 4).shown == Steps{0, 1, 2, 3});
  CHECK(run::present(zeros({2, 1, 3, 5, 6}), 2).shown == Steps{0, 0});
  CHECK(run::present(zeros({2, 3, 5, 6}), 3).n_timesteps() == 3);
}

TEST_CASE("what cannot be presented", "[run]") {
  CHECK(failure([] { run::present(Tensor{}); }) == "run.112");
  CHECK(failure([] { run::present(zeros({2, 3, 5, 6}, at::TensorOptions(at::kByte))); }) == "run.113");
  CHECK(failure([] { run::present(zeros({2, 3, 5, 6}), 0); }) == "run.114");
  CHECK(failure([] { run::present(zeros({6})); }) == "run.115");
  CHECK(failure([] { run::present(zeros({1, 1, 1, 1, 1, 1})); }) == "run.115");
  CHECK(failure([] { run::present(zeros({0, 3, 5, 6})); }) == "run.116");
  CHECK(failure([] { run::present(zeros({2, 4, 3, 5, 6}), 3); }) == "run.117");
}

TEST_CASE("blanks have the null value, nothing is nothing", "[run]") {
  Tensor const images = normal({2, 2, 1, 2, 2}, 1);
  run::Stimulus stimulus{images, {1, run::blank, run::nothing, 0}, 0.25};
  CHECK(distance(stimulus.frame(1), images.select(1, 1)) == 0);
  CHECK(distance(stimulus.frame(run::blank), full({2, 1, 2, 2}, 0.25, images.options())) == 0);
  CHECK(stimulus.frame(run::blank).scalar_type() == at::kDouble);
  CHECK(!stimulus.frame(run::nothing).defined());
  Tensor const whole = stimulus.expanded();
  CHECK(whole.sizes().equals({2, 4, 1, 2, 2}));
  CHECK(distance(whole.select(1, 0), images.select(1, 1)) == 0);
  CHECK(distance(whole.select(1, 2), whole.select(1, 1)) == 0);
}

TEST_CASE("a mask makes blanks, and blanks can follow", "[run]") {
  run::Stimulus stimulus = run::present(zeros({1, 1, 2, 2}), 3);
  stimulus.masked({true, false, true}).then_blank(2);
  CHECK(failure([&] { stimulus.then_blank(-1); }) == "run.105");
  CHECK(stimulus.shown == Steps{0, run::blank, 0, run::blank, run::blank});
  CHECK(failure([&] { stimulus.masked({true}); }) == "run.111");
}

TEST_CASE("a trial: pattern, residual steps, reaction time", "[run]") {
  Tensor const images = normal({2, 1, 3, 3}, 1), labels = labels_of({4, 7});
  run::TrialSettings settings{.n_timesteps = 6, .non_input_value = -0.5, .dt = 2, .n_residual_timesteps = 2};
  settings.presentation.pattern = "101";
  settings.presentation.loss_reaction_time = 1;
  auto const trial = run::make_trial(images, labels, settings);
  CHECK(trial.stimulus.shown == Steps{0, 0, run::blank, run::blank, 0, 0, run::blank, run::blank});
  CHECK(trial.stimulus.non_input_value == -0.5);
  CHECK(values(trial.labels) == Labels{-1, -1, -1, 4, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, -1, 7});
  // residual blanks have the null value, not zero
  CHECK(distance(trial.stimulus.expanded().narrow(1, 6, 2), full({2, 2, 1, 3, 3}, -0.5, images.options())) == 0);
}

TEST_CASE("a reaction time that is no multiple of dt is rounded up", "[run]") {
  Tensor const images = normal({1, 1, 3, 3}, 1), labels = labels_of({3});
  run::TrialSettings settings{.n_timesteps = 5, .dt = 2};
  for (auto const& [time, masked] :
       std::vector<std::pair<double, std::size_t>>{{0, 0}, {0.1, 1}, {2, 1}, {2.1, 2}, {5, 3}, {100, 5}}) {
    CAPTURE(time);
    settings.presentation.loss_reaction_time = time;
    Labels expected(5, 3);
    std::fill_n(expected.begin(), masked, -1);
    CHECK(values(run::make_trial(images, labels, settings).labels) == expected);
  }
}

// decisions 14
TEST_CASE("inputs that change take the pattern, and labels (B) or (B,T)", "[run]") {
  Tensor const film = normal({1, 4, 1, 3, 3}, 1);
  run::TrialSettings settings;
  settings.presentation.pattern = "1101";
  settings.n_residual_timesteps = 1;
  auto const one = run::make_trial(film, labels_of({5}), settings);
  CHECK(one.stimulus.shown == Steps{0, 1, run::blank, 3, run::blank});
  CHECK(values(one.labels) == Labels{-1, 5, 5, -1, 5});
  auto const each = run::make_trial(film, labels_of({5, 6, 7, 8}).reshape({1, 4}), settings);
  CHECK(values(each.labels) == Labels{-1, 5, 6, -1, 8});
  CHECK(failure([&] { run::make_trial(film, labels_of({5, 6, 7}).reshape({1, 3}), settings); }) == "data.147");
}

TEST_CASE("a trial of a model has its dt and its residual steps", "[run]") {
  struct Model {
    Options options{.dt = 0.5};
    int n_residual_timesteps() const { return 3; }
  } const model;
  Tensor const images = normal({2, 1, 3, 3}, 1), labels = labels_of({4, 7});
  run::TrialSettings settings{.n_timesteps = 5, .presentation = {.loss_reaction_time = 1}};
  auto const trial = run::make_trial(model, images, labels, settings);
  auto const spelt_out = run::make_trial(
      images, labels,
      {.n_timesteps = 5, .presentation = {.loss_reaction_time = 1}, .dt = 0.5, .n_residual_timesteps = 3});
  CHECK(trial.stimulus.shown == spelt_out.stimulus.shown);
  CHECK(values(trial.labels) == values(spelt_out.labels));
  CHECK(values(trial.labels) == Labels{-1, -1, -1, -1, -1, 4, 4, 4, -1, -1, -1, -1, -1, 7, 7, 7});
  // said twice is said in the same way, or not at all
  settings.dt = 0.5, settings.n_residual_timesteps = 3;
  CHECK(values(run::make_trial(model, images, labels, settings).labels) == values(trial.labels));
  settings.dt = 2;
  CHECK(failure([&] { run::make_trial(model, images, labels, settings); }) == "run.134");
  settings.dt.reset(), settings.n_residual_timesteps = 0;
  CHECK(failure([&] { run::make_trial(model, images, labels, settings); }) == "run.134");
  // without a model a reaction time needs dt, and only that
  settings.n_residual_timesteps.reset();
  CHECK(failure([&] { run::make_trial(images, labels, settings); }) == "run.133");
  settings.presentation.loss_reaction_time = 0;
  CHECK(values(run::make_trial(images, labels, settings).labels) == Labels{4, 4, 4, 4, 4, 7, 7, 7, 7, 7});
  std::mt19937_64 generator(1);
  settings.presentation.shuffle = true;
  CHECK(failure([&] { run::make_trial(model, images, labels, settings); }) == "run.131");
  CHECK(run::make_trial(model, images, labels, settings, &generator).stimulus.n_timesteps() == 8);
}

TEST_CASE("a trial without a valid pattern", "[run]") {
  run::TrialSettings settings{.n_timesteps = 3};
  Tensor const image = zeros({1, 1, 2, 2}), label = labels_of({0});
  settings.presentation.pattern = "1x1";
  CHECK(failure([&] { run::make_trial(image, label, settings); }) == "data.142");
  settings.presentation.pattern = "";
  CHECK(failure([&] { run::make_trial(image, label, settings); }) == "data.141");
}
