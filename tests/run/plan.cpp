// covers: run/compiled/prepare/cost.hpp run/compiled/prepare/checkpointing.hpp
// The plan of a run is right about what the run then keeps, and about what it convolves.
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/run/plan.hpp>

#include "drawn_runs.hpp"
#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace property;

namespace {

// Bytes of all storages that a run holds after its forward sweep.
double held(run::PreparedRun const& q) {
  std::set<void const*> seen;
  double sum = 0;
  auto const add = [&](Tensor const& x) {
    if (!x.defined() || !seen.insert(x.storage().data()).second) return;
    sum += static_cast<double>(x.storage().nbytes());
  };
  auto const add_values = [&](run::Values const& values) {
    for (auto const* all : {&values.input, &values.output, &values.operand}) {
      for (Tensor const& x : *all) add(x);
    }
  };
  for (run::Group const& group : q.groups) {
    for (run::Segment const& segment : group.segments) {
      for (auto const* all : {&segment.past, &segment.states, &segment.stored}) {
        for (Tensor const& x : *all) add(x);
      }
      for (run::StaticPrefix const& prefix : segment.prefixes) add_values(prefix.values);
      for (run::BlockTape const& block : segment.blocks) add_values(block.values);
    }
  }
  return sum;
}

template <class Net> void compare(Net& net, std::array<std::int64_t, 4> shape, run::Settings const& settings) {
  Tensor const images = normal({shape[0], shape[1], shape[2], shape[3]}, 1, at::kFloat);
  run::Plan const plan = run::plan(net, shape, settings);
  INFO(plan.text());
  run::Stimulus const shown = run::present(images, settings.n_timesteps);
  run::CompiledRun run(std::make_shared<run::PreparedRunOf<Net>>(
      net, shown, settings, run::Monitors(net.parts(), settings), kernels::Engine{}));
  run.forward();
  double const bytes = held(run.prepared()) - static_cast<double>(images.storage().nbytes());
  CHECK(std::abs(plan.kept_bytes - bytes) <= 0.1 * bytes);
}

}  // namespace

TEST_CASE("kept bytes are as planned", "[run]") {
  Options options{.input_dims = {3, 32, 32}, .seed = 1};
  DyRCNNx4<> x4(options);
  compare(x4, {4, 3, 32, 32}, {.n_timesteps = 20});
  compare(x4, {2, 3, 32, 32}, {.n_timesteps = 7, .idle_timesteps = 5});
  DyRCNNx4<DepthPointwise, Multiplicative, Feedback<Multiplicative>> multiplicative(options);
  compare(multiplicative, {2, 3, 32, 32}, {.n_timesteps = 20});
  DyRCNNx8<Full, ToMiddle> x8(options);
  compare(x8, {2, 3, 32, 32}, {.n_timesteps = 10});
  options.t_feedforward = 4;
  options.supralinearity = 1.5;
  DyRCNNx2<> biological(options);
  compare(biological, {2, 3, 32, 32}, {.n_timesteps = 12});
}

TEST_CASE("the plan says how a run is divided", "[run]") {
  DyRCNNx4<Full, NoSkip> net(Options{.input_dims = {3, 32, 32}, .t_feedforward = 2});
  run::Plan const plan = run::plan(net, {2, 3, 32, 32}, {.n_timesteps = 20, .record = true, .checkpoint_timesteps = 6});
  CHECK(plan.longest_block == 3);
  CHECK(plan.n_threads == kernels::loop_threads());
  CHECK(plan.text().ends_with(plan.n_threads == 1 ? "1 thread" : " threads"));
  CHECK(plan.layer_offset == std::vector<int>{0, 1, 2, 3, 4});
  CHECK((plan.n_segments - 1) * 6 <= 20 + 4);  // stretches of 6 steps or more, in whole blocks
  CHECK(plan.n_segments >= 3);
  CHECK(plan.result_bytes == 20.0 * 2 * 4 * (36 * 1024 + 64 * 256 + 121 * 64 + 256 * 16));
  CHECK(plan.forward_flops < plan.forward_flops_by_step);

  DyRCNNx4<NoRecurrence, NoSkip> feedforward(Options{.input_dims = {3, 32, 32}});
  run::Plan const one = run::plan(feedforward, {1, 3, 32, 32}, {.n_timesteps = 20});
  CHECK(one.n_blocks == 1);
  double const first = 2.0 * 36 * 1024 * 27, rest = 2.0 * (64 * 256 * 36 * 9 + 121 * 64 * 64 * 9 + 256 * 16 * 121 * 9);
  CHECK(one.forward_flops == first + 20 * rest);
  CHECK(one.forward_flops_by_step == 20 * (first + rest));
}

TEST_CASE("the plan says where a model in training runs step by step", "[run]") {
  DyRCNNx2<> plain(Options{.input_dims = {3, 8, 8}});
  plain.train();
  CHECK(!run::plan(plain, {2, 3, 8, 8}, {.n_timesteps = 5}).step_by_step);

  struct Dropping : Model<Layer<"V1", Conv<3, 4, 3>, Residual<List<Relu>>, Repeat<2, List<Dropout>>>> {};
  Dropping dropping(Options{.input_dims = {3, 8, 8}});
  CHECK(!run::plan(dropping, {2, 3, 8, 8}, {.n_timesteps = 5}).step_by_step);
  dropping.train();
  run::Plan const plan = run::plan(dropping, {2, 3, 8, 8}, {.n_timesteps = 5, .memory_budget = 1});
  CHECK(plan.step_by_step);
  CHECK(plan.n_blocks == 5);
  CHECK(plan.forward_flops == 5.0 * 2 * 2 * 64 * 4 * 27);
  CHECK(plan.text().find("run::unroll") != std::string::npos);
  dropping.train(false);
  CHECK(!run::plan(dropping, {2, 3, 8, 8}, {.n_timesteps = 5}).step_by_step);
}

TEST_CASE("a budget of memory chooses checkpoints, or groups of samples", "[run]") {
  DyRCNNx4<> net(Options{.input_dims = {3, 16, 16}, .seed = 3, .dtype = at::kDouble});
  Tensor const images = normal({2, 3, 16, 16}, 4).requires_grad_();
  run::Settings settings{.n_timesteps = 40, .idle_timesteps = 4};
  auto const planned = [&](int k, double budget) {
    run::Settings chosen = settings;
    chosen.checkpoint_timesteps = k, chosen.memory_budget = static_cast<std::int64_t>(budget);
    return run::plan(net, {2, 3, 16, 16}, chosen);
  };
  double const all = planned(0, 0).kept_bytes;
  CHECK(planned(0, all).n_segments == 1);

  int before = 1;
  double least = all;
  for (int k = 1; k <= 40; ++k) least = std::min(least, planned(k, 0).kept_bytes);
  for (double const part : {0.9, 0.8, 0.7}) {
    double const budget = std::max(part * all, least);
    run::Plan const plan = planned(0, budget);
    INFO(plan.text());
    CHECK(plan.kept_bytes <= budget);
    CHECK(plan.n_segments > 1);
    CHECK(plan.n_segments >= before);
    before = plan.n_segments;
    for (int k = 1; k <= 40; ++k) {  // no division into fewer segments would do
      run::Plan const other = planned(k, 0);
      CHECK((other.n_segments >= plan.n_segments || other.kept_bytes > budget));
    }
  }
  run::Plan const halves = planned(0, 0.99 * least);  // too little for checkpoints
  CHECK(halves.n_groups == 2);
  CHECK(halves.n_segments == 1);
  CHECK(halves.kept_bytes >= all / 2);  // and the state after the idle steps, of all samples
  CHECK(halves.kept_bytes <= 0.55 * all);
  CHECK(halves.forward_flops == planned(0, 0).forward_flops);
  CHECK(failure([&] { planned(0, 0.49 * all); }) == "run.107");
  CHECK(failure([&] { planned(5, all); }) == "run.106");
  settings.samples_at_once = 1;
  CHECK(failure([&] { planned(0, all); }) == "run.106");
  CHECK(planned(0, 0).kept_bytes == all);
  CHECK(planned(100, 0).kept_bytes == halves.kept_bytes);
  CHECK(planned(6, 0).kept_bytes < all);
  settings.samples_at_once = -1;
  CHECK(failure([&] { planned(0, 0); }) == "run.105");
  settings.samples_at_once = 0;
  CHECK(failure([&] { planned(0, -1); }) == "run.105");

  auto const gradient = [&](double budget) {
    run::Settings chosen = settings;
    chosen.memory_budget = static_cast<std::int64_t>(budget);
    images.mutable_grad() = Tensor{};
    run::compiled(net, images, chosen).outputs.square().sum().backward();
    return images.grad().clone();
  };
  CHECK(gradient(least).equal(gradient(0)));  // to the bit
  CHECK(distance(gradient(0.6 * all), gradient(0)) <= 1e-12 * gradient(0).abs().max().item<double>());
}
