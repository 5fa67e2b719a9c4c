// covers: run/run.hpp run/compiled.hpp run/compiled/autograd.hpp
// covers: run/compiled/graph/node.hpp run/compiled/graph/timetable.hpp
// covers: run/compiled/memory/prepared_run.hpp run/compiled/memory/node_functions.hpp run/compiled/memory/tape.hpp
// covers: run/compiled/memory/address_list.hpp run/compiled/memory/state_gradients.hpp run/compiled/memory/results.hpp
// covers: run/compiled/memory/scalar_sums.hpp run/compiled/memory/forward_context.hpp run/compiled/memory/reverse_context.hpp
// covers: run/compiled/functions/convolution.hpp run/compiled/functions/convolution_chain.hpp run/compiled/functions/projection.hpp
// covers: run/compiled/functions/fallback.hpp run/compiled/functions/local_gradients.hpp
// covers: run/compiled/functions/tensor_function.hpp run/compiled/functions/learned_parameters.hpp
// covers: run/compiled/roles/bias.hpp run/compiled/roles/external_input.hpp run/compiled/roles/input_adaption.hpp run/compiled/roles/gain.hpp
// covers: run/compiled/roles/map.hpp run/compiled/roles/projection.hpp run/compiled/roles/solver_step.hpp run/compiled/roles/tap.hpp
// covers: run/compiled/stages/combine_tensors.hpp run/compiled/stages/convolution.hpp run/compiled/stages/max_pool.hpp
// covers: run/compiled/stages/stepwise.hpp run/compiled/stages/tensor_function.hpp run/compiled/stages/zero_if_absent.hpp
// covers: run/compiled/prepare/lowering.hpp run/compiled/prepare/node_kinds.hpp run/compiled/prepare/prepare.hpp
// covers: run/compiled/sweep/frames.hpp run/compiled/sweep/forward.hpp run/compiled/sweep/head_of_steps.hpp run/compiled/sweep/recording.hpp run/compiled/sweep/reverse.hpp run/compiled/sweep/reverse_pipeline.hpp
// The compiled path gives what the reference path gives: outputs, responses, monitored signals, all gradients.
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/trial.hpp>

#include "comparisons.hpp"
#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>

using namespace property;

TEST_CASE("the compiled path equals the reference path", "[run][property]") {
  SECTION("float64") {
    each_seed(1, [](std::uint64_t seed) { compare<rich::Net>(seed, at::kDouble, 1e-10); });
    each_seed(1000, [](std::uint64_t seed) { compare<deep::Net>(seed, at::kDouble, 1e-10); });
    each_seed(2000, [](std::uint64_t seed) { compare<family::Net>(seed, at::kDouble, 1e-10); });
    each_seed(3000, [](std::uint64_t seed) { compare<odd::Net>(seed, at::kDouble, 1e-10); });
    each_seed(4000, [](std::uint64_t seed) { compare<orders::Net>(seed, at::kDouble, 1e-10); });
    each_seed(8000, [](std::uint64_t seed) { compare<evaluated::Net>(seed, at::kDouble, 1e-10); });
    each_seed(14000, [](std::uint64_t seed) { compare<rates::Net>(seed, at::kDouble, 1e-10); });
    each_seed(12000, [](std::uint64_t seed) { compare<weighted::Net>(seed, at::kDouble, 1e-10); });
    each_seed(11000, [](std::uint64_t seed) { compare<gated::Net>(seed, at::kDouble, 1e-10); });
  }
  SECTION("float32") {
    each_seed(5000, [](std::uint64_t seed) { compare<rich::Net>(seed, at::kFloat, 2e-5); });
    each_seed(6000, [](std::uint64_t seed) { compare<deep::Net>(seed, at::kFloat, 2e-5); });
    each_seed(7000, [](std::uint64_t seed) { compare<odd::Net>(seed, at::kFloat, 2e-5); });
    each_seed(9000, [](std::uint64_t seed) { compare<evaluated::Net>(seed, at::kFloat, 2e-5); });
    each_seed(
        10000, [](std::uint64_t seed) { compare<wide::Net>(seed, at::kFloat, 2e-5); }, 15);
    each_seed(15000, [](std::uint64_t seed) { compare<rates::Net>(seed, at::kFloat, 2e-5); });
    each_seed(
        13000, [](std::uint64_t seed) { compare<weighted::Net>(seed, at::kFloat, 2e-5); }, 20);
  }
}

TEST_CASE("by LibTorch's operations the compiled path equals the reference path", "[run][property]") {
  SECTION("float64") {
    each_seed(1, [](std::uint64_t seed) { compare<rich::Net>(seed, at::kDouble, 1e-10, by_tensors); });
    each_seed(1000, [](std::uint64_t seed) { compare<deep::Net>(seed, at::kDouble, 1e-10, by_tensors); });
    each_seed(2000, [](std::uint64_t seed) { compare<family::Net>(seed, at::kDouble, 1e-10, by_tensors); });
    each_seed(3000, [](std::uint64_t seed) { compare<odd::Net>(seed, at::kDouble, 1e-10, by_tensors); });
    each_seed(4000, [](std::uint64_t seed) { compare<orders::Net>(seed, at::kDouble, 1e-10, by_tensors); });
    each_seed(14000, [](std::uint64_t seed) { compare<rates::Net>(seed, at::kDouble, 1e-10, by_tensors); });
  }
  SECTION("float32") {
    each_seed(5000, [](std::uint64_t seed) { compare<rich::Net>(seed, at::kFloat, 2e-5, by_tensors); });
    each_seed(7000, [](std::uint64_t seed) { compare<odd::Net>(seed, at::kFloat, 2e-5, by_tensors); });
  }
}

TEST_CASE("checkpointed runs equal stored ones to the bit", "[run][property]") {
  each_seed(1, [](std::uint64_t seed) { compare_checkpoints<rich::Net>(seed); });
  each_seed(1000, [](std::uint64_t seed) { compare_checkpoints<deep::Net>(seed); });
  each_seed(3000, [](std::uint64_t seed) { compare_checkpoints<odd::Net>(seed); });
  each_seed(8000, [](std::uint64_t seed) { compare_checkpoints<evaluated::Net>(seed); });
  each_seed(15000, [](std::uint64_t seed) { compare_checkpoints<rates::Net>(seed); });
  each_seed(
      10000, [](std::uint64_t seed) { compare_checkpoints<wide::Net>(seed); }, 8);
}

TEST_CASE("groups of samples give what all together give", "[run][property]") {
  each_seed(
      1, [](std::uint64_t seed) { compare_groups<rich::Net>(seed); }, 20);
  each_seed(
      1000, [](std::uint64_t seed) { compare_groups<deep::Net>(seed); }, 20);
  each_seed(
      3000, [](std::uint64_t seed) { compare_groups<odd::Net>(seed); }, 20);
  each_seed(
      4000, [](std::uint64_t seed) { compare_groups<orders::Net>(seed); }, 20);
  each_seed(
      14000, [](std::uint64_t seed) { compare_groups<rates::Net>(seed); }, 20);
}

TEST_CASE("bfloat16 signals are near the exact ones", "[run][property]") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    DrawnRun<rich::Net> run(seed, at::kFloat);
    INFO("seed " << seed << ": " << run.text());
    auto const expected = run.everything([&](auto&... all) { return dynvision::run::compiled(all...); });
    run.settings.compute_bfloat16 = true;
    for (kernels::Backend const backend : {kernels::Backend::loops, kernels::Backend::tensors}) {
      auto const found = run.everything([&](auto&... all) { return dynvision::run::compiled_by(backend, all...); });
      REQUIRE(expected.size() == found.size());
      CHECK(relative_distance(expected[0].second, found[0].second.to(at::kFloat)) < 0.05);
    }
  }
}

TEST_CASE("blocks are as long as the shortest cycle, and biological time is retimed", "[run]") {
  auto const longest = [](double t_recurrence, double t_feedback, double t_feedforward, bool feedforward_only) {
    rich::Net net(Options{.input_dims = {2, 0, 0},
                          .dt = 1,
                          .t_feedforward = t_feedforward,
                          .t_recurrence = t_recurrence,
                          .t_feedback = t_feedback,
                          .t_skip = 3 * t_feedforward});
    run::Settings const settings{.n_timesteps = 50, .feedforward_only = feedforward_only};
    run::Stimulus const shown = run::present(zeros({1, 2, 6, 6}), 50);
    run::Monitors const monitors(net.parts(), settings);
    return run::PreparedRunOf<rich::Net>(net, shown, settings, monitors, kernels::Engine{}).table.longest;
  };
  CHECK(longest(4, 3, 0, false) == 3);
  CHECK(longest(0, 3, 0, false) == 1);
  CHECK(longest(4, 3, 0, true) == 50);
  CHECK(longest(9, 3, 2, false) == 5);  // feedback over one layer: 3 + 2 steps
}

TEST_CASE("outside training batch normalisation and dropout are computed for many steps at once", "[run]") {
  evaluated::Net net(Options{.input_dims = {2, 0, 0}, .dt = 1, .t_recurrence = 4, .seed = 1});
  Tensor const images = randn({2, 2, 6, 6});
  run::Settings const settings{.n_timesteps = 9};
  run::Monitors const monitors(net.parts(), settings);
  run::PreparedRunOf<evaluated::Net> const prepared(net, run::present(images, 9), settings, monitors,
                                                    kernels::Engine{});
  CHECK(prepared.table.longest == 4);
  net.train(true);  // as the reference path, to the number
  Parameters const all = net.parameters();
  auto const found = std::ranges::find_if(all, [](Parameter const& p) { return p.name.ends_with("running_mean"); });
  REQUIRE(found != all.end());
  Tensor const mean = found->tensor;
  Tensor const before = mean.clone();
  run::compiled(net, images, settings);
  CHECK(mean.sub(before).abs().max().item<double>() > 0);
}

TEST_CASE("errors of the compiled path", "[run]") {
  Options const options{.input_dims = {2, 0, 0}, .seed = 1};
  rich::Net net(options);
  Tensor const images = randn({1, 2, 6, 6});
  auto const loss = [&] { return run::compiled(net, images, {.n_timesteps = 4}).outputs.sum(); };
  CHECK(failure([&] {
          Tensor const z = loss();
          z.backward();
          z.backward();
        }) == "run.142");
  CHECK(failure([&] {
          Tensor const z = loss();
          {
            at::AutoGradMode const no_gradient(false);
            net.parameters()[0].tensor.add_(1);
          }
          z.backward();
        }) == "run.143");
  CHECK(failure([&] { loss().backward({}, std::nullopt, true); }) == "run.141");
  CHECK(failure([&] { run::compiled(net, images, {.n_timesteps = 4, .checkpoint_timesteps = -1}); }) == "run.105");
}
