// covers: concepts/sharing.hpp run/compiled/functions/given_input.hpp run/compiled/memory/unit_number.hpp
// covers: run/compiled/functions/previous_state.hpp run/compiled/roles/unit_solver_step.hpp run/compiled/roles/modulation.hpp
// Time constants of channels and units, that learn, and that change over time; gains that change over time.
#include <dynvision/dynamics/runge_kutta4.hpp>

#include "comparisons.hpp"
#include "io/failure.hpp"
#include "laws/gradient.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

TEST_CASE("time constants of channels, on both paths", "[run][property][tau]") {
  each_seed(1, [](std::uint64_t seed) { compare<paced::Net>(seed, at::kDouble, 1e-10); });
  compare_in_every_way<paced_fast::Net>(5e-5);
}

namespace {

template <class S, class Kind> struct V1 : Layer<"V1", Conv<2, 3, 3>, Evolve<S, Kind>, Record, Delay> {};
template <class S, class Kind> using Net = ModelWith<NoHead, V1<S, Kind>>;

Options numbers() {
  return {.input_dims = {2, 4, 5}, .dt = 2, .tau = 7, .train_tau = true, .seed = 3, .dtype = at::kDouble};
}

template <class S, class Kind> void learns(at::IntArrayRef shape) {
  Net<S, Kind> net(numbers());
  Tensor const tau = tensor_of(net.parameters(), "tau_V1");
  CHECK(tau.sizes() == shape);
  {
    at::AutoGradMode const no_gradient(false);
    tau.copy_(normal(shape, 4, at::kDouble).abs().add(4));
  }
  Tensor const image = normal({2, 2, 4, 5}, 1, at::kDouble);
  run::Settings const settings{.n_timesteps = 6, .record = true, .tau_factors = {{"V1", {1, 2, 1, 0.7, 1.3}}}};
  for (bool const compiled : {false, true}) {
    auto const loss = [&] {
      run::Activity const all = compiled ? run::run(net, image, settings) : run::unroll(net, image, settings);
      return all.response("V1").stacked().square();
    };
    CHECK(gradient_error(loss, {tau}) < 1e-6);
  }
}

}  // namespace

TEST_CASE("the gradient of tau is that of finite differences", "[run][tau]") {
  learns<Euler, Uniform>({});
  learns<Euler, Feature>({3, 1, 1});
  learns<Euler, Spatial>({3, 4, 5});
  learns<RungeKutta4, Uniform>({});
  learns<RungeKutta4, Spatial>({3, 4, 5});
}

TEST_CASE("each unit decays with its own time constant, and its factor", "[run][tau]") {
  Net<Euler, Spatial> net(numbers());
  at::AutoGradMode const no_gradient(false);
  Tensor const tau = tensor_of(net.parameters(), "tau_V1");
  tau.copy_(normal(tau.sizes(), 4, at::kDouble).abs().add(4));
  Tensor const image = normal({1, 2, 4, 5}, 1, at::kDouble), r0 = normal({1, 3, 4, 5}, 2, at::kDouble);
  std::vector<double> const factors{1, 3, 0.5};
  Tensor const u =
      conv2d(image, tensor_of(net.parameters(), "V1.conv.weight"), tensor_of(net.parameters(), "V1.conv.bias"), 1, 1);
  Tensor r = r0;
  for (int t = 0; t < 5; ++t) {
    double const m = t < 3 ? factors[static_cast<std::size_t>(t)] : 1;
    r = r.add(u.sub(r).div(tau.mul(m)).mul(2));
  }
  run::Settings const settings{.n_timesteps = 5,
                               .record = true,
                               .start = run::initial_state(net, {{"V1", r0}}),
                               .tau_factors = {{"V1", factors}}};
  CHECK(distance(r, run::run(net, image, settings).response("V1").steps.back()) < 1e-12);
  CHECK(distance(r, run::unroll(net, image, settings).response("V1").steps.back()) < 1e-12);
}

TEST_CASE("time constants, and factors, that cannot be are refused", "[run][tau]") {
  Net<Euler, Feature> net(numbers());
  Tensor const image = normal({1, 2, 4, 5}, 1, at::kDouble);
  auto const refused = [&](std::vector<std::pair<std::string, std::vector<double>>> const& factors) {
    return failure([&] { run::run(net, image, {.n_timesteps = 3, .tau_factors = factors}); });
  };
  CHECK(refused({{"V2", {1}}}) == "run.197");
  CHECK(refused({{"V1", {1, 0}}}) == "run.198");
  CHECK(refused({{"V1", {1, 0.1}}}) == "model.118");
  at::AutoGradMode const no_gradient(false);
  tensor_of(net.parameters(), "tau_V1").select(0, 1).fill_(-1);
  CHECK(failure([&] { run::run(net, image); }) == "model.111");
  CHECK(failure([&] { run::unroll(net, image); }) == "model.111");
}

TEST_CASE("a gain over time multiplies the signal where it is given", "[run][tau]") {
  struct V1 : Layer<"V1", Conv<2, 3, 3>, Modulate, Record, Delay> {};
  ModelWith<NoHead, V1> net(numbers());
  Tensor const image = normal({2, 2, 4, 5}, 1, at::kDouble), m = normal({1, 3, 3, 1, 1}, 2, at::kDouble);
  Tensor const u =
      conv2d(image, tensor_of(net.parameters(), "V1.conv.weight"), tensor_of(net.parameters(), "V1.conv.bias"), 1, 1);
  run::Settings const settings{.n_timesteps = 5, .record = true, .external = {{"V1.modulation", m}}};
  for (bool const compiled : {false, true}) {
    run::Trace const r = (compiled ? run::run(net, image, settings) : run::unroll(net, image, settings)).response("V1");
    for (int t = 0; t < 5; ++t) {
      CHECK(distance(t < 3 ? u.mul(m.select(1, t)) : u, r.steps[static_cast<std::size_t>(t)]) < 1e-12);
    }
  }
  auto const refused = [&](std::string const& name, Tensor const& x) {
    return failure([&] { run::run(net, image, {.n_timesteps = 2, .external = {{name, x}}}); });
  };
  CHECK(refused("V2.modulation", m) == "run.123");
  CHECK(refused("V1", m) == "run.125");
  CHECK(refused("V1.modulation", normal({1, 2, 4, 1, 1}, 1, at::kDouble)) == "run.126");
}
