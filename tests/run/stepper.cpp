// A model one step at a time gives what a run gives.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>

#include "comparisons.hpp"
#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <memory>

using namespace property;

TEST_CASE("one step at a time is the run", "[run][property]") {
  for (std::uint64_t seed = 1; seed < 40; ++seed) compare_steps<rich::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 1000; seed < 1030; ++seed) compare_steps<deep::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 3000; seed < 3040; ++seed) compare_steps<odd::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 4000; seed < 4040; ++seed) compare_steps<orders::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 14000; seed < 14030; ++seed) compare_steps<rates::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 11000; seed < 11030; ++seed) compare_steps<gated::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 12000; seed < 12030; ++seed) compare_steps<between::Net>(seed, at::kDouble, 1e-10);
}

TEST_CASE("a stepper over many chunks, while a parameter changes", "[run]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {2, 8, 8}, .seed = 1});
  at::AutoGradMode const no_gradient(false);
  run::Stepper stepper(net);
  run::State state;
  for (int t = 0; t < 200; ++t) {
    Tensor const frame = normal({2, 2, 8, 8}, static_cast<std::uint64_t>(t), at::kFloat);
    run::Activity const activity = run::unroll(net, frame, {.start = state, .keep_state = true});
    state = activity.state;
    CHECK(relative_distance(activity.outputs.select(1, 0), stepper.step(frame)) <= 2e-5);
    if (t == 20) net.parameters()[0].tensor.mul_(1.1);
  }
  CHECK(stepper.steps() == 200);
}

TEST_CASE("idle steps behind a start begin anew, as in a run", "[run]") {
  DyRCNNx2<> net(
      {.n_classes = 3, .input_dims = {2, 8, 8}, .input_adaption_weight = 0.7, .seed = 1, .dtype = at::kDouble});
  at::AutoGradMode const no_gradient(false);
  Tensor const image = normal({2, 2, 8, 8}, 1, at::kDouble);
  run::Stimulus first = run::present(image, 2, 0.5);
  first.then_blank(3);
  run::State const start = run::unroll(net, first, {.keep_state = true}).state;
  run::Settings const settings{.n_timesteps = 4, .idle_timesteps = 3, .non_input_value = 0.5, .start = start};
  Tensor const expected = run::unroll(net, image, settings).outputs;
  run::Stepper stepper(net, settings);
  for (int t = 0; t < 4; ++t) CHECK(relative_distance(expected.select(1, t), stepper.step(image)) <= 1e-10);
}

TEST_CASE("what a stepper cannot do is refused", "[run]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1});
  Tensor const frame = normal({2, 1, 8, 8}, 1, at::kFloat);
  CHECK(failure([&] { run::Stepper(net, {.external = {{"layer1", frame.unsqueeze(1)}}}); }) == "run.162");
  CHECK(failure([&] { run::Stepper(net, {.monitor = {"tstep"}}); }) == "run.162");
  run::Stepper stepper(net);
  CHECK(failure([&] { stepper.step_blank(); }) == "run.163");
  CHECK(failure([&] { stepper.step(frame.squeeze(1)); }) == "run.118");
  stepper.step(frame);
  CHECK(failure([&] { stepper.step(normal({3, 1, 8, 8}, 1, at::kFloat)); }) == "run.164");
  CHECK(failure([&] { stepper.step(frame.to(at::kDouble)); }) == "run.104");
  CHECK(failure([&] { stepper.response("layer1"); }) == "run.121");
  CHECK(stepper.steps() == 1);
  run::Stepper recorded(net, {.record = true});
  recorded.step(frame);
  CHECK(recorded.response("layer1").sizes() == at::IntArrayRef{2, 36, 8, 8});
  CHECK(failure([&] { recorded.response("layer9"); }) == "run.121");
}
