// covers: concepts/noise_scaling.hpp concepts/noise_source.hpp
// Noise has the size that its scaling says, whatever dt is, and the numbers of its seed.
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/run/run.hpp>

#include "io/failure.hpp"
#include "laws/alone.hpp"
#include "laws/gradient.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace laws;

namespace {

struct Silent {  // a drive that is there, and nothing
  Tensor operator()(Tensor const& x) const { return x.mul(0); }
};
template <class S, class Solver = Euler>
struct Driven : Layer<"V1", Silent, Noise<S>, Evolve<Solver>, Record, Delay> {};
template <class S, class Solver = Euler>
struct Disturbed : Layer<"V1", Silent, Evolve<Solver>, Noise<S>, Record, Delay> {};

// [unit] of the response after a time that is long against tau. a = dt/tau
template <class V1> double stationary_std(double dt, double tau, double sigma) {
  Model<V1> const net({.input_dims = {4, 0, 0}, .dt = dt, .tau = tau, .sigma = sigma, .dtype = at::kDouble});
  int const n = static_cast<int>(std::ceil(15 * tau / dt));
  auto const images = zeros({8, 4, 32, 32}, at::TensorOptions(at::kDouble));
  run::Activity const activity =
      run::run(net, images, {.n_timesteps = 1, .idle_timesteps = n, .record = true, .seed = 4});
  Tensor const r = activity.response("V1").steps.back();  // 32768 units
  CHECK(std::abs(r.mean().item<double>()) < 0.03 * std::sqrt(r.square().mean().item<double>()));
  return std::sqrt(r.square().mean().item<double>());
}

void near(double found, double expected) {
  CAPTURE(found, expected);
  CHECK(std::abs(found / expected - 1) < 0.02);  // five standard deviations of 32768 numbers
}

}  // namespace

TEST_CASE("a leaky unit with noise has the stationary standard deviation of its equation", "[operations][noise]") {
  for (double const a : {0.1, 0.2, 0.5}) {
    double const tau = 10, dt = a * tau, sigma = 0.7;
    CAPTURE(a);
    double const euler = std::sqrt(2 / (2 - a));
    near(stationary_std<Driven<StationaryDrive>>(dt, tau, sigma), sigma * euler);
    near(stationary_std<Disturbed<Stationary>>(dt, tau, sigma), sigma * euler);
    // tau dr = -r dt + sigma dW: sigma / sqrt(2 tau); dr = -r/tau dt + sigma dW: sigma sqrt(tau/2)
    near(stationary_std<Driven<WhiteDrive>>(dt, tau, sigma), sigma / std::sqrt(2 * tau) * euler);
    near(stationary_std<Disturbed<Diffusion>>(dt, tau, sigma), sigma * std::sqrt(tau / 2) * euler);
    near(stationary_std<Disturbed<PerStep>>(dt, tau, sigma), sigma / std::sqrt(1 - (1 - a) * (1 - a)));
    near(stationary_std<Driven<PerStep>>(dt, tau, sigma), sigma * a / std::sqrt(1 - (1 - a) * (1 - a)));
  }
}

TEST_CASE("with a smaller dt the noise of a layer stays as large, with either solver", "[operations][noise]") {
  double const tau = 5, sigma = 1;
  for (double const dt : {0.4, 0.1}) {
    CAPTURE(dt);
    near(stationary_std<Driven<WhiteDrive>>(dt, tau, sigma),
         sigma / std::sqrt(2 * tau) * std::sqrt(2 / (2 - dt / tau)));
    near(stationary_std<Disturbed<Diffusion>>(dt, tau, sigma),
         sigma * std::sqrt(tau / 2) * std::sqrt(2 / (2 - dt / tau)));
    double const a = dt / tau, gain = RungeKutta4::gain(a);  // r <- (1 - gain) r + gain u
    near(stationary_std<Driven<StationaryDrive, RungeKutta4>>(dt, tau, sigma),
         sigma * std::sqrt(2 / a) * gain / std::sqrt(1 - (1 - gain) * (1 - gain)));
  }
}

TEST_CASE("a family has its noise at the side of the solver that its scaling needs", "[operations][noise]") {
  using Drive = Choice<Full, WithNoise<WhiteDrive>>;
  STATIC_CHECK(std::is_same_v<dyrcnn::x4::V4<Drive>::operations,
                              List<Conv<64, 121, 3>, Recur<Full<121, 3>, Additive>, AddInput, AddSkip<"V1", Additive>,
                                   Noise<WhiteDrive>, Evolve<Euler, As<"tau_{}">>, Relu, Supralinear, Record, Delay>>);
  using State = Choice<Full, WithNoise<Diffusion>, Order<"layer", "tstep", "record", "delay">>;
  STATIC_CHECK(std::is_same_v<dyrcnn::x4::V4<State>::operations,
                              List<Conv<64, 121, 3>, Recur<Full<121, 3>, Additive>, Evolve<Euler, As<"tau_{}">>,
                                   Noise<Diffusion>, Record, Delay>>);
  using Still = Choice<Full, WithNoise<PerStep>, NoSolver, NoSkip>;
  STATIC_CHECK(
      std::is_same_v<dyrcnn::x4::V4<Still>::operations, List<Conv<64, 121, 3>, Recur<Full<121, 3>, Additive>, AddInput,
                                                             Noise<PerStep>, Relu, Supralinear, Record, Delay>>);
  DyRCNNx2<Self, WithNoise<StationaryDrive>, Tanh> const net({.n_classes = 3, .input_dims = {1, 12, 12}, .seed = 1});
  Tensor const images = normal({2, 1, 12, 12}, 1, at::kFloat);
  run::Settings const settings{.n_timesteps = 6, .seed = 2};
  CHECK(distance(run::run(net, images, settings).outputs, run::unroll(net, images, settings).outputs) < 1e-5);
}

TEST_CASE("the gradients of sigma and tau are those of finite differences, with the numbers held",
          "[operations][noise]") {
  Options options = in_double();
  options.train_sigma = true, options.sigma = 0.4;
  auto const look = [&](auto noise) {
    Place place(options, 3, {4, 5});
    noise.compose(place.at);
    NoiseSource const source(17);
    Instant instant(8, {4, 5});
    instant.now.noise = &source, instant.now.batch = 2, instant.now.step = 5;
    instant.now.options = at::TensorOptions(at::kDouble);
    instant.now.tau = full({}, 6, at::TensorOptions(at::kDouble));
    Tensor const x = normal({2, 3, 4, 5}, 1);
    CHECK(gradient_error([&] { return noise(x, instant.now); }, {x, noise.sigma, instant.now.tau}) < 1e-6);
    CHECK(noise(Signal{}, instant.now).defined() == false);
    instant.now.noise = nullptr;
    CHECK(noise(x, instant.now).is_same(x));
  };
  look(Noise<StationaryDrive>{});
  look(Noise<Stationary, Feature>{});
  look(Noise<StationaryDrive, Spatial>{});
}

TEST_CASE("the numbers of a seed can be asked for", "[operations][noise]") {
  NoiseSource const source(17, 2);
  at::TensorOptions const floats(at::kFloat), doubles(at::kDouble);
  Tensor const xi = source.numbers(noise_place(1), 9, {4, 3, 5, 6}, floats);
  CHECK(xi.is_contiguous());
  CHECK(xi.equal(NoiseSource(17, 2).numbers(noise_place(1), 9, {4, 3, 5, 6}, floats)));
  CHECK(xi.to(doubles).equal(source.numbers(noise_place(1), 9, {4, 3, 5, 6}, doubles)));
  CHECK(xi.narrow(0, 1, 2).equal(source.numbers(noise_place(1), 9, {2, 3, 5, 6}, floats, 1)));
  std::vector<NoiseSource> const others{NoiseSource(17, 3), NoiseSource(18, 2), NoiseSource(2, 17),
                                        NoiseSource(std::uint64_t{17} << 32, 2)};
  for (NoiseSource const& other : others) {
    Tensor const y = other.numbers(noise_place(1), 9, {4, 3, 5, 6}, floats);
    CHECK(std::abs(xi.mul(y).sum().item<double>()) / std::sqrt(360.0) < 4.5);
  }
  CHECK_FALSE(xi.equal(source.numbers(noise_place(2), 9, {4, 3, 5, 6}, floats)));
  CHECK_FALSE(xi.equal(source.numbers(noise_place(1, 1), 9, {4, 3, 5, 6}, floats)));
  CHECK_FALSE(xi.equal(source.numbers(noise_place(1), 10, {4, 3, 5, 6}, floats)));
}

TEST_CASE("a sigma that is no size is refused", "[operations][noise]") {
  for (double const sigma : {-0.1, std::nan(""), HUGE_VAL}) {
    Options options = in_double();
    options.sigma = sigma;
    Place place(options, 3);
    Noise<PerStep> noise;
    CHECK(failure([&] { noise.compose(place.at); }) == "model.150");
  }
}
