// covers: run/compiled/roles/noise.hpp
// A run with noise: the same numbers on both paths, however it is divided, and whenever it goes on.
#include <dynvision/io/state.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>

#include <ATen/Context.h>

#include "drawn_runs.hpp"
#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include "laws/threads.hpp"
#include <catch2/catch_test_macros.hpp>

#include <array>

using namespace property;

namespace {

constexpr auto by_compiled = [](auto&... all) { return dynvision::run::run(all...); };
constexpr auto by_tensors = [](auto&... all) { return dynvision::run::compiled_by(kernels::Backend::tensors, all...); };

// On both paths; then with other threads, in groups, and with checkpoints.
template <class Net> void compare(std::uint64_t seed, at::ScalarType dtype, double tolerance) {
  DrawnRun<Net> run(seed, dtype);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll), found = run.everything(by_compiled);
  agree(expected, found, tolerance);
  agree(expected, run.everything(by_tensors), tolerance);
  {
    laws::Threads const two(2);
    agree(found, run.everything(by_compiled),
          dtype == at::kDouble ? 1e-12 : 2e-6);  // convolutions may add up otherwise
  }
  run.settings.samples_at_once = 1 + static_cast<int>(seed % 3);
  auto const in_groups = run.everything(by_compiled);
  agree(expected, in_groups, tolerance);
  run.settings.checkpoint_timesteps = 1 + static_cast<int>(seed % 5);
  agree(in_groups, run.everything(by_compiled), dtype == at::kDouble ? 1e-12 : 1e-6);
}

struct V1 : Layer<"V1", Conv<2, 3, 3>, Recur<Full<3>>, Noise<StationaryDrive>, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<3, 4, 3>, Evolve<Euler>, Noise<Diffusion>, Relu, Record, Delay> {};
using Net = Model<V1, V2>;
Options const options{.n_classes = 3, .input_dims = {2, 6, 6}, .sigma = 0.5, .seed = 1, .dtype = at::kDouble};

Tensor pictures() { return normal({3, 2, 6, 6}, 1); }

}  // namespace

TEST_CASE("both paths draw the same noise, however a run is divided", "[run][property][noise]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) compare<noisy::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 1000; seed < 1020; ++seed) compare<flickering::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 3000; seed < 3020; ++seed) compare<tired::Net>(seed, at::kDouble, 1e-10);
  for (std::uint64_t seed = 2000; seed < 2030; ++seed) compare<noisy::Net>(seed, at::kFloat, 2e-5);
}

// Larger than what the loops draw at once, and no multiple of anything.
TEST_CASE("the noise of large layers is the same on both paths", "[run][noise]") {
  struct V : Layer<"V", Conv<1, 7, 3>, Recur<Full<7>>, Noise<WhiteDrive>, Evolve<Euler>,
                   Noise<Stationary, As<"own_{}">>, Tanh, Record, Delay> {};
  for (at::ScalarType const dtype : {at::kFloat, at::kDouble}) {
    Model<V> const net({.input_dims = {1, 0, 0}, .sigma = 0.2, .train_sigma = true, .seed = 1, .dtype = dtype});
    Tensor const images = normal({2, 1, 31, 37}, 1, dtype);
    run::Settings settings{.n_timesteps = 7, .record = true, .seed = 3};
    auto const everything = [&](auto const& path) {
      run::Activity const activity = path(net, images, settings);
      Tensor const r = activity.response("V").stacked();
      r.square().sum().backward();
      Everything all{{"response", r.detach()}};
      for (Parameter p : net.parameters()) {
        if (!p.learned || !p.tensor.grad().defined()) continue;
        all.emplace_back(p.name, p.tensor.grad());
        p.tensor.mutable_grad() = Tensor{};
      }
      return all;
    };
    auto const expected = everything(by_unroll);
    CHECK(expected.size() == 7);
    agree(expected, everything(by_compiled), dtype == at::kFloat ? 5e-5 : 1e-10);
    settings.samples_at_once = 1;
    agree(expected, everything(by_compiled), dtype == at::kFloat ? 5e-5 : 1e-10);
  }
}

TEST_CASE("a plain loop with the numbers of the seed is the run", "[run][noise]") {
  Net const net(options);
  constexpr int T = 8, d = 3;  // [steps]
  run::Settings const settings{.n_timesteps = T, .record = true, .seed = 9, .trial = 4};
  NoiseSource const source(9, 4);
  at::AutoGradMode const no_gradient(false);
  Parameters const all = net.parameters();
  auto const named = [&](std::string_view name) { return find_parameter(all, name)->tensor; };
  double const dt = options.dt, tau = options.tau, a = dt / tau, sigma = options.sigma;
  auto const euler = [&](std::vector<Tensor> const& r, Tensor const& u) {
    return r.empty() ? u.mul(a) : r.back().add(u.sub(r.back()), a);
  };
  std::vector<Tensor> first, second;
  for (int t = 0; t < T; ++t) {
    Tensor u = conv2d(pictures(), named("V1.conv.weight"), named("V1.conv.bias"), 1, 1);
    if (t >= d) {
      Tensor const& before = first[static_cast<std::size_t>(t - d)];
      u = u.add(conv2d(before, named("V1.recurrence.conv.weight"), named("V1.recurrence.conv.bias"), 1, 1));
    }
    u = u.add(source.numbers(noise_place(0), t, u.sizes(), u.options()), sigma * std::sqrt(2 * tau / dt));
    first.push_back(euler(first, u).relu());
    Tensor const r = euler(second, conv2d(first.back(), named("V2.conv.weight"), named("V2.conv.bias"), 1, 1));
    second.push_back(r.add(source.numbers(noise_place(1), t, r.sizes(), r.options()), sigma * std::sqrt(dt)).relu());
  }
  for (bool const compiled : {false, true}) {
    run::Activity const activity =
        compiled ? run::compiled(net, pictures(), settings) : run::unroll(net, pictures(), settings);
    CHECK(activity.seed == 9);
    CHECK(distance(activity.response("V1").stacked(), stack_along(first, 1)) < 1e-12);
    CHECK(distance(activity.response("V2").stacked(), stack_along(second, 1)) < 1e-12);
  }
}

TEST_CASE("a run that goes on draws what the whole run draws", "[run][noise]") {
  Net const net(options);
  Tensor const images = pictures();
  for (auto const &path :
       {+[](Net const&net, Tensor const&x, run::Settings const&s) { return run::compiled(net, x, s); },
        +[](Net const&net, Tensor const&x, run::Settings const&s) { return run::unroll(net, x, s); }}) {
    run::Settings settings{.n_timesteps = 12, .idle_timesteps = 2, .seed = 5, .trial = 7};
    Tensor const whole = path(net, images, settings).outputs;
    settings.n_timesteps = 5, settings.keep_state = true;
    run::State const state = path(net, images, settings).state;
    CHECK(state.seed == 5);
    CHECK(state.trial == 7);
    TemporaryFolder const folder;
    write_state(folder / "state.safetensors", state);
    run::Settings const rest{.n_timesteps = 7, .start = read_state(folder / "state.safetensors")};
    CHECK(relative_distance(whole.narrow(1, 5, 7), path(net, images, rest).outputs) < 1e-12);
    run::Settings other = rest;  // the same state, another future
    other.trial = 8;
    CHECK(relative_distance(whole.narrow(1, 5, 7), path(net, images, other).outputs) > 1e-3);
  }
  at::AutoGradMode const no_gradient(false);
  Tensor const whole = run::run(net, images, {.n_timesteps = 40, .seed = 5}).outputs;
  run::Stepper stepper(net, {.seed = 5});
  for (int t = 0; t < 40; ++t) CHECK(relative_distance(whole.select(1, t), stepper.step(images)) < 1e-12);
}

TEST_CASE("a seed that is not given is drawn, and said", "[run][noise]") {
  Net const net(options);
  run::Activity const one = run::run(net, pictures(), {.n_timesteps = 5, .keep_state = true});
  run::Activity const other = run::run(net, pictures(), {.n_timesteps = 5});
  REQUIRE(one.seed.has_value());
  CHECK(one.seed != other.seed);
  CHECK(one.state.seed == one.seed);
  CHECK_FALSE(one.outputs.equal(other.outputs));
  CHECK(one.outputs.equal(run::run(net, pictures(), {.n_timesteps = 5, .seed = one.seed}).outputs));
  CHECK_FALSE(one.outputs.equal(run::run(net, pictures(), {.n_timesteps = 5, .seed = one.seed, .trial = 1}).outputs));
  run::Stepper stepper(net);  // over several of its chunks
  for (int t = 0; t < 20; ++t) stepper.step(pictures());
  std::optional<std::uint64_t> const early = stepper.state().seed;
  for (int t = 0; t < 20; ++t) stepper.step(pictures());
  CHECK(early.has_value());
  CHECK(stepper.state().seed == early);
}

TEST_CASE("noise is not recorded", "[run][noise]") {
  Net const net(options);
  Remembering const recording(std::make_shared<HostNumbers>());  // as run::CudaGraph does
  CHECK(failure([&] { run::run(net, pictures(), {.n_timesteps = 5, .seed = 1}); }) == "run.191");
  CHECK(failure([&] { run::run(net, pictures(), {.n_timesteps = 5, .noise = false}); }) == "none");
}

TEST_CASE("without noise a run is that of the model without noise, and asks for no seed", "[run][noise]") {
  struct W1 : Layer<"V1", Conv<2, 3, 3>, Recur<Full<3>>, Evolve<Euler>, Relu, Record, Delay> {};
  struct W2 : Layer<"V2", Conv<3, 4, 3>, Evolve<Euler>, Relu, Record, Delay> {};
  Net const net(options);
  Model<W1, W2> const bare(options);
  at::Context& context = at::globalContext();
  run::Settings const off{.n_timesteps = 5, .noise = false};
  run::Activity const quiet = run::run(net, pictures(), off);
  CHECK_FALSE(quiet.seed.has_value());
  CHECK(quiet.outputs.equal(run::run(bare, pictures(), {.n_timesteps = 5}).outputs));
  CHECK(distance(quiet.outputs, run::unroll(net, pictures(), off).outputs) < 1e-12);
  context.setDeterministicAlgorithms(true, false);
  std::string const by_compiled_path = failure([&] { run::run(net, pictures(), {.n_timesteps = 5}); });
  std::string const by_reference = failure([&] { run::unroll(net, pictures(), {.n_timesteps = 5}); });
  std::string const with_seed = failure([&] { run::run(net, pictures(), {.n_timesteps = 5, .seed = 1}); });
  std::string const without_noise = failure([&] { run::run(net, pictures(), off); });
  std::string const of_bare = failure([&] { run::run(bare, pictures(), {.n_timesteps = 5}); });
  context.setDeterministicAlgorithms(false, false);
  CHECK(by_compiled_path == "run.190");
  CHECK(by_reference == "run.190");
  CHECK(with_seed == "none");
  CHECK(without_noise == "none");
  CHECK(of_bare == "none");
}
