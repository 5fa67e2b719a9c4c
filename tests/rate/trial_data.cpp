// covers: rate/data/named_tasks.hpp rate/data/trial_file.hpp rate/data/trial_data.hpp
// Tasks by name, trials in files, trials in the place of images.
#include <dynvision/rate/data/trial_data.hpp>
#include <dynvision/train/evaluate.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace dynvision::rate;

namespace {

// Outputs that are random, from the trial and the step alone.
Presented answered(Batch const& batch, std::int64_t n_answers) {
  std::int64_t const n = batch.labels.size(0), T = batch.labels.size(1);
  Tensor const z = batch.images.flatten(2).sum({-1}).mul(1e3).frac().unsqueeze(-1).expand({n, T, n_answers});
  std::vector<Tensor> each;
  for (std::int64_t k = 0; k < n_answers; ++k) each.push_back(z.select(2, k).mul(static_cast<double>(7 * k + 3)).sin());
  each[0] = each[0].add(0.9);
  Presented shown{{}, batch.labels};
  shown.activity.outputs = stack_along(each, 2);
  return shown;
}

}  // namespace

TEST_CASE("a task by its name and numbers is that of its struct", "[rate]") {
  for (NamedTask const& named : tasks::all) {
    INFO(named.name);
    AnyTask const task = task_of(named.name);
    Trials const by_name = drawn(task, 5, 3, 2);
    std::visit(
        [&](auto const& one) {
          Trials const own = std::decay_t<decltype(one)>{}.draw(5, 3, 2);
          CHECK(by_name.inputs.equal(own.inputs));
          CHECK(by_name.labels.equal(own.labels));
          CHECK(answers_of(task).size() == static_cast<std::size_t>(one.n_outputs()));
        },
        task);
    for (Kwarg const& kwarg : named.kwargs) {
      INFO(kwarg.name);
      bool const list = kwarg.kind == KwargKind::numbers;
      double const number = kwarg.name.ends_with("jitter")   ? 50
                            : kwarg.name == "ramps"          ? 1
                            : kwarg.name == "margin"         ? 0.3
                            : kwarg.kind == KwargKind::whole ? 4
                            : kwarg.help.starts_with("[Hz]") ? 20
                                                             : 700;
      KwargValue const value = list ? KwargValue(std::vector<double>{12.5}) : KwargValue(number);
      Trials const other = drawn(task_of(named.name, {{std::string(kwarg.name), value}}), 5, 3, 2);
      CHECK_FALSE((other.inputs.equal(by_name.inputs) && other.mask.equal(by_name.mask)));
    }
  }
  AnyTask const fine = task_of("go_no_go", {{"stimulus", 30}}, 10);
  CHECK(dt_of(fine) == 10);
  CHECK(drawn(fine, 1, 0).inputs.size(1) == 3 + 50 + 50);
}

TEST_CASE("tasks and numbers that there are not are refused, and the nearest is named", "[rate]") {
  auto const said = [](std::string_view name, Kwargs const& numbers, std::optional<double> dt = {}) {
    std::string const text = message([&] { task_of(name, numbers, dt); });
    CHECK(text.find("[dynvision.rate.135]") != std::string::npos);
    return text;
  };
  CHECK(said("go_nogo", {}).find("did you mean \"go_no_go\"?") != std::string::npos);
  CHECK(said("go_no_go", {{"stimulsu", 3}}).find("did you mean \"stimulus\"?") != std::string::npos);
  CHECK(said("go_no_go", {{"delay", -50}}).find("a number of at least 0") != std::string::npos);
  CHECK(said("go_no_go", {{"delay", 130}}, 50).find("expected 100 or 150 ms") != std::string::npos);
  CHECK(said("go_no_go", {{"delay", 100}, {"delay_jitter", 200}}).find("a jitter that is no longer") !=
        std::string::npos);
  CHECK(said("go_no_go", {}, -1).find("expected a positive number") != std::string::npos);
  CHECK(said("delay_match_sample", {{"ring", 1}}).find("a whole number") != std::string::npos);
  CHECK(said("perceptual_decision", {{"coherences", std::vector<double>{}}}).find("no coherences") !=
        std::string::npos);
}

TEST_CASE("trials are written and read", "[rate]") {
  TemporaryFolder const folder;
  Trials const written = GoNoGo{.delay_jitter = 100}.draw(12, 4);
  write_trials(folder / "trials.npz", written);
  Trials const read = read_trials(folder / "trials.npz");
  CHECK(read.inputs.equal(written.inputs));
  CHECK(read.labels.equal(written.labels));
  CHECK(read.mask.equal(written.mask));
  CHECK(read.begins.equal(written.begins));
  CHECK(read.periods == written.periods);
  CHECK(read.condition("go").equal(written.condition("go")));
  CHECK(read.dt == 50);

  Tensor const inputs = randn({3, 4, 2}), labels = zeros({3, 4}, at::kLong), dt = full({1}, 20);
  write_npz(folder / "least.npz", {{"dt", dt}, {"labels", labels.to(at::kInt)}, {"inputs", inputs.to(at::kDouble)}});
  Trials const least = read_trials(folder / "least.npz");
  CHECK(least.inputs.equal(inputs));
  CHECK(least.periods == std::vector<std::string>{"trial"});
  CHECK(least.begins.equal(stack_along({zeros({3}, at::kLong), full({3}, 4, at::kLong)}, 1)));
  CHECK(least.mask.equal(ones({3, 4})));
}

TEST_CASE("files that are no trials are refused", "[rate]") {
  TemporaryFolder const folder;
  Tensor const inputs = randn({3, 4, 2}), labels = zeros({3, 4}, at::kLong), dt = full({1}, 20);
  std::vector<TensorMap::Entry> const good{{"inputs", inputs}, {"labels", labels}, {"dt", dt}};
  auto const refused = [&](std::string const& name, Tensor const& array) {
    std::vector<TensorMap::Entry> all = good;
    std::erase_if(all, [&](auto const& one) { return one.first == name; });
    if (array.defined()) all.emplace_back(name, array);
    write_npz(folder / "bad.npz", all);
    return failure([&] { read_trials(folder / "bad.npz"); });
  };
  for (std::string const name : {"inputs", "labels", "dt"}) CHECK(refused(name, {}) == "rate.136");
  CHECK(refused("inputs", randn({3, 4})) == "rate.136");
  CHECK(refused("inputs", zeros({3, 4, 2}, at::kLong)) == "rate.136");
  CHECK(refused("inputs", full({3, 4, 2}, std::nan(""))) == "rate.136");
  CHECK(refused("labels", zeros({3, 5}, at::kLong)) == "rate.136");
  CHECK(refused("labels", zeros({3, 4})) == "rate.136");
  CHECK(refused("labels", full({3, 4}, -1, at::kLong)) == "rate.136");
  CHECK(refused("mask", ones({3})) == "rate.136");
  CHECK(refused("mask", full({3, 4}, -1)) == "rate.136");
  CHECK(refused("dt", zeros({1})) == "rate.136");
  CHECK(refused("dt", ones({2})) == "rate.136");
  CHECK(refused("period.delay", full({3}, 5, at::kLong)) == "rate.136");
  CHECK(refused("end", full({3}, 5, at::kLong)) == "rate.136");
  CHECK(refused("condition.go", ones({4})) == "rate.136");
  CHECK(failure([&] { read_trials(folder.file("text.npz", "no zip file")); }) != "none");
}

TEST_CASE("trials stand where images do", "[rate]") {
  DataSettings settings{.data_name = "go_no_go", .trials = 40, .task = {{"delay_jitter", 100}}};
  auto const [train, validation] = training_data(settings);
  CHECK((train.size() == 36 && validation.size() == 4));
  CHECK(train.images.sizes() == at::IntArrayRef({36, 32, 3, 1, 1}));
  CHECK(train.classes == std::vector<std::string>{"fixate", "go"});
  CHECK((train.dt == 50 && validation.dt == 50));
  Images const test = test_data(settings), few = [&] {
    settings.test_images = 3;
    return test_data(settings);
  }();
  CHECK((test.size() == 40 && few.size() == 3));
  CHECK(test.images.narrow(0, 0, 3).equal(few.images));
  CHECK_FALSE(test.images.equal(images_of(GoNoGo{.delay_jitter = 100}.draw(40, 0)).images));
  Trials const same = GoNoGo{.delay_jitter = 100}.draw(3, 0, trial_data::first_of_test);
  CHECK(few.labels.equal(same.labels.where(same.mask.gt(0), full({}, -1, at::kLong))));
  CHECK(few.labels.min().item<std::int64_t>() == -1);  // behind a trial that is shorter
  CHECK(test_data(settings, 25).images.size(1) == 64);

  CHECK(failure([&] { images_of_classes(test, {"go"}); }) == "data.107");
  CHECK(failure([] { training_data({.data_name = "go_no_go", .trials = 0}); }) == "rate.137");
  CHECK(failure([] { training_data({.data_name = "trials"}); }) == "rate.137");
  CHECK(failure([] { training_data({.data_name = "go_no_goo"}); }) == "data.162");
  CHECK(message([] { test_data({.data_name = "go_no_goo"}); }).find("did you mean \"go_no_go\"?") != std::string::npos);
}

TEST_CASE("trials of later epochs are others, and the same ones whenever they are drawn", "[rate]") {
  DataSettings const settings{.data_name = "delay_match_sample", .seed = 3, .trials = 40};
  auto const [train, validation] = training_data(settings);
  Images now = train;
  redraw(now, settings, 0);
  CHECK(now.images.equal(train.images));
  redraw(now, settings, 1);
  Images const first = now;
  CHECK((now.size() == train.size() && now.classes == train.classes && now.dt == train.dt));
  CHECK_FALSE(first.images.equal(train.images));
  redraw(now, settings, 2);
  CHECK_FALSE(first.images.equal(now.images));
  redraw(now, settings, 1);
  CHECK(first.images.equal(now.images));
  CHECK(failure([&] { redraw(now, {.data_name = "trials"}, 1); }) == "rate.139");
  CHECK(failure([&] { training_data({.data_name = "fashion_mnist", .redraw_trials = true}); }) == "rate.139");
}

TEST_CASE("trials of a file stand where images do", "[rate]") {
  TemporaryFolder const folder;
  Trials all = GoNoGo{}.draw(20, 4);
  write_trials(folder / "train.npz", all);
  write_trials(folder / "test.npz", GoNoGo{}.draw(6, 5));
  DataSettings settings{.data_name = "trials", .data_path = folder.path.string()};
  CHECK(training_data(settings).train.size() == 18);
  CHECK(test_data(settings).size() == 6);
  CHECK(failure([&] { test_data(settings, 10); }) == "rate.137");
  settings.data_path = (folder / "train.npz").string();
  CHECK(test_data(settings, 50).images.equal(images_of(all).images));
  all.mask.fill_(0.5);
  CHECK(failure([&] { images_of(all); }) == "rate.138");
}

TEST_CASE("a trial is answered as trial_accuracy says", "[rate]") {
  for (std::string const name : {"go_no_go", "delay_match_sample_distractors"}) {
    AnyTask const task = task_of(name, {{"delay", 100}}, 100);
    Trials const trials = drawn(task, 60, 2);
    Images const set = images_of(trials, answers_of(task));
    auto const n_answers = static_cast<std::int64_t>(set.classes.size());
    Tensor const outputs = answered({set.images, set.labels}, n_answers).activity.outputs;
    WeightedSum objective;
    objective.add("CrossEntropyLoss", 1, CrossEntropy{});
    Evaluation const result =
        evaluate([&](Batch const& batch, BatchContext const&) { return answered(batch, n_answers); }, objective, set,
                 {.batch_size = 7, .progress = ""});
    CHECK(result.accuracy == Catch::Approx(trial_accuracy(outputs, trials)));
    CHECK(result.answer_accuracy == result.accuracy);
    CHECK(result.loss == Catch::Approx(trial_loss(outputs, trials).item<double>()).epsilon(1e-5));
    std::int64_t all = 0;
    for (auto const& row : result.confusion) {
      for (std::int64_t const n : row) all += n;
    }
    CHECK(all == 60);
    CHECK((result.accuracy > 0.02 && result.accuracy < 0.98));  // something was tested
  }
}
