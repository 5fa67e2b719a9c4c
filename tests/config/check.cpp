// Keys that contradict each other, and studies that fit neither their model nor their images.
// covers: config/checks/composition.hpp config/checks/rules.hpp config/checks/time.hpp
#include <dynvision/config/check.hpp>
#include <dynvision/config/resolve.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace dynvision::config;

namespace {

std::vector<std::string> problems(std::vector<std::string> arguments) {
  std::vector<std::string> all;
  Resolved const resolved = resolve({.arguments = std::move(arguments), .shipped = std::nullopt, .cluster = ""});
  for (Problem const& one : resolved.problems.all()) all.push_back(number_text(one.number) + " " + one.line());
  return all;
}
std::string problem(std::vector<std::string> arguments) {
  std::vector<std::string> const all = problems(std::move(arguments));
  return all.size() == 1 ? all[0] : number_text(all.size()) + " problems";
}

}  // namespace

TEST_CASE("delays are multiples of dt where their connection needs it", "[config]") {
  CHECK(problem({"--t_skip", "5"}) == "141 --t_skip: t_skip = 5 ms is no multiple of dt = 2 ms: expected 4 or 6 ms");
  CHECK(problem({"--dt", "4"}) == "141 --dt: t_recurrence = 6 ms is no multiple of dt = 4 ms: expected 4 or 8 ms");
  CHECK(problem({"--layers.IT.trc", "3"}) ==
        "141 --layers.IT.trc: t_recurrence of IT = 3 ms is no multiple of dt = 2 ms: expected 2 or 4 ms");
  CHECK(problems({"--t_skip", "5", "--skip", "false"}).empty());
  CHECK(problems({"--trc", "5", "--rctype", "none"}).empty());
  CHECK(problems({"--trc", "5", "--lateral_delay", "interpolated"}).empty());
  CHECK(problem({"--trc", "5"}).starts_with("141 --trc: "));
  CHECK(problems({"--tfb", "5", "--feedback", "mul"}).size() == 1);
  // Of a model with a publication of its own only what is given is known.
  CHECK(problems({"--model_name", "CordsNet", "--dt", "5", "--tau", "10"}).empty());
  CHECK(problem({"--dt", "x", "--t_skip", "5"}).starts_with("122 --dt: "));  // nothing of what depends on it
}

TEST_CASE("a step that is too long for tau", "[config]") {
  CHECK(problem({"--tau", "0.9"}) ==
        "142 --tau: tau = 0.9 ms with dt = 2 ms: a step without drive multiplies r by -1.222, so that it never decays: "
        "expected a tau above 1 ms, or a smaller dt");
  CHECK(problem({"--layers.V1.tau", "0.5"}).starts_with("142 --layers.V1.tau: tau of V1 = 0.5 ms"));
  CHECK(problems({"--tau", "0.9", "--solver", "rk4"}).empty());
  CHECK(problem({"--tau", "0.6", "--solver", "rk4"}).starts_with("142 --tau: tau = 0.6 ms"));
  Resolved const swings = resolve({.arguments = {"--tau", "1.5"}, .shipped = std::nullopt});
  CHECK(swings.problems.empty());
  REQUIRE(swings.notes.size() == 1);
  CHECK(swings.notes[0].starts_with("--tau: tau = 1.5 ms is so short"));
}

TEST_CASE("some label counts", "[config]") {
  CHECK(problem({"--n_timesteps", "4", "--lossrt", "8"}).starts_with("143 --lossrt: no label counts in the 4 steps"));
  CHECK(problems({"--n_timesteps", "5", "--lossrt", "8"}).empty());
  CHECK(problem({"--n_timesteps", "4", "--pattern", "00"}).starts_with("143 --pattern: no label counts"));
}

TEST_CASE("structure", "[config]") {
  CHECK(problem({"--model_name", "DyRCNNx4", "--rctarget", "middle"}) ==
        "144 --rctarget: recurrence_target middle: an area of DyRCNNx4 has one convolution");
  CHECK(problems({"--model_name", "DyRCNNx8", "--rctarget", "middle"}).empty());
  CHECK(problem({"--model_name", "AlexNet", "--feedback", "add"})
            .starts_with("144 --feedback: feedback: AlexNet has no use"));
  CHECK(
      problem({"--t_feedback", "10"}).starts_with("145 --t_feedback: model.t_feedback is given, and the model has no"));
  CHECK(problems({"--t_feedback", "10", "--feedback", "true"}).empty());
  CHECK(problem({"--order_of_operations", "layer", "tstp"}).find("did you mean \"tstep\"?") != std::string::npos);
}

TEST_CASE("updates, and what the training refuses", "[config]") {
  CHECK(problem({"--batch_size", "64", "--images_per_epoch", "32"}) ==
        "146 --batch_size: batch_size = 64: expected at most images_per_epoch = 32");
  CHECK(problem({"--batch_size", "16", "--images_per_epoch", "32", "--accum", "3"}) ==
        "146 --accum: accumulate_grad_batches = 3: an update of 3 x 16 images; expected at most the 2 batches of an "
        "epoch");
  CHECK(problem({"--epochs", "251"})
            .starts_with("147 --epochs: scheduler CosineAnnealingLR: the learning rate of epoch 251 is 0"));
  CHECK(problem({"--epochs", "21", "--scheduler_kwargs.T_max", "20"}).starts_with("147 --scheduler_kwargs.T_max: "));
  CHECK(problem({"--optimizer", "SGD", "--optimizer_kwargs.betas", "[0.9, 0.99]"})
            .starts_with("147 --optimizer_kwargs.betas: optimizer SGD has no argument \"betas\""));
  CHECK(problem({"--scheduler", "StepLR"}).starts_with("147 --scheduler: scheduler StepLR needs \"step_size\""));
  CHECK(problem({"--loss", "ActivityLos"}).starts_with("147 --loss: loss \"ActivityLos\": expected CrossEntropyLoss"));
}

TEST_CASE("a study against its model and its images", "[config]") {
  Resolved resolved = resolve({.arguments = {"--n_classes", "5"}, .shipped = std::nullopt});
  Facts facts;
  facts.image = {3, 8, 8};
  facts.n_classes = 5;
  facts.layers.push_back({.name = "IT"});
  facts.operations.push_back({0, "conv", "Conv<3, 4, 9>", 3, 4, {8, 8}, {0, 0}});
  try {
    check(resolved, facts, {.n_classes = 10, .image = {1, 28, 28}, .n_training = 100});
    FAIL("expected an error");
  } catch (Error const& error) {
    std::string const text = error.what();
    CHECK(text.starts_with("[dynvision.config.101] 3 problems"));
    CHECK(text.find("default: input_dims (3, 8, 8): expected (1, 28, 28), as the images are  [config.148]") !=
          std::string::npos);
    CHECK(text.find("nothing is left of them behind Conv<3, 4, 9> of IT, which gets 8 x 8") != std::string::npos);
    CHECK(text.find("--n_classes: n_classes = 5: expected at least 10, the classes of the images  [config.153]") !=
          std::string::npos);
  }
  Resolved batches = resolve({.arguments = {"--accum", "3", "--batch_size", "64"}, .shipped = std::nullopt});
  CHECK_THROWS_AS(check(batches, Facts{}, {.n_training = 100}), Error);
  Resolved sound = resolve({.shipped = std::nullopt});
  facts = {};
  facts.image = {1, 28, 28};
  facts.n_classes = 10;
  check(sound, facts, {.n_classes = 10, .image = {1, 28, 28}, .n_training = 100});
}
