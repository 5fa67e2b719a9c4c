// Weights of excitatory and inhibitory units at their start: sums, and spectral radii that are known.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/rate/balance.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;

namespace {

using Net = CTRNN<2, 20, Recurrent<Masked<NoAutapses>, Dale<>>>;
Options const numbers{.dt = 10, .tau = 50, .seed = 3, .dtype = at::kDouble};

Tensor weights(Parameters const& all) {
  auto const of = [&](char const* which) { return tensor_of(all, joined({"rates.recurrent.", which})).detach(); };
  return of("weight").abs().mul(of("mask")).mul(of("sign"));
}
double sum_of(Tensor const& w) { return w.sum().item<double>(); }
Tensor matrix(std::vector<double> const& rows) {
  auto const n = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(rows.size()))));
  Tensor const all = zeros({n, n}, at::TensorOptions(at::kDouble));
  std::copy(rows.begin(), rows.end(), all.mutable_data_ptr<double>());
  return all;
}

}  // namespace

TEST_CASE("balanced weights excite as much as they inhibit", "[rate]") {
  Net net(numbers);
  Parameters const all = net.parameters();
  Tensor const before = weights(all).clone();
  rate::balance(all, "rates.recurrent");
  Tensor const w = weights(all);
  CHECK(std::abs(sum_of(w)) < 1e-12);
  // The larger sum has become the smaller one: one kind is as it was, the other was scaled by one number.
  double const excitation = sum_of(before.clamp_min(0)), inhibition = -sum_of(before.clamp_max(0));
  CHECK(std::abs(sum_of(w.clamp_min(0)) - std::min(excitation, inhibition)) < 1e-12);
  Tensor const kept = excitation > inhibition ? before.clamp_max(0) : before.clamp_min(0);
  CHECK(laws::distance(excitation > inhibition ? w.clamp_max(0) : w.clamp_min(0), kept) == 0);

  // A mask counts, and a balanced connection stays as it is.
  set_mask(all, "rates.recurrent.mask", laws::normal({20, 20}, 4).gt(0));
  CHECK(std::abs(sum_of(weights(all))) > 1e-6);
  rate::balance(all, "rates.recurrent");
  CHECK(std::abs(sum_of(weights(all))) < 1e-12);
  Tensor const again = weights(all).clone();
  rate::balance(all, "rates.recurrent");
  CHECK(laws::distance(weights(all), again) < 1e-14);
}

TEST_CASE("weights from a gamma distribution have the spectral radius that is asked for", "[rate]") {
  Net net(numbers);
  Parameters const all = net.parameters();
  for (double const radius : {1.5, 0.4}) {
    rate::draw_gamma(all, "rates.recurrent", {.radius = radius, .seed = 5});
    CHECK(std::abs(rate::spectral_radius(weights(all)) - radius) < 1e-6);
  }
  Tensor const w = weights(all).clone();
  CHECK(w.narrow(1, 0, 16).ge(0).all().item<bool>());
  CHECK(w.narrow(1, 16, 4).le(0).all().item<bool>());
  CHECK(std::abs(sum_of(w)) / sum_of(w.abs()) < 0.2);  // four times as many, of a quarter of the size
  rate::draw_gamma(all, "rates.recurrent", {.radius = 0.4, .seed = 5});
  CHECK(laws::distance(weights(all), w) == 0);
  rate::draw_gamma(all, "rates.recurrent", {.radius = 0.4, .seed = 6});
  CHECK(laws::distance(weights(all), w) > 0);
}

TEST_CASE("spectral radii that are known", "[rate]") {
  CHECK(std::abs(rate::spectral_radius(matrix({3, 100, 0, -2})) - 3) < 1e-6);
  CHECK(std::abs(rate::spectral_radius(matrix({0, -1.3, 1.3, 0})) - 1.3) < 1e-6);          // +-1.3 i
  CHECK(std::abs(rate::spectral_radius(matrix({0, 0, 8, 1, 0, 0, 0, 1, 0})) - 2) < 1e-6);  // the roots of z^3 = 8
  CHECK(rate::spectral_radius(matrix({0, 1, 0, 0})) == 0);
}

TEST_CASE("what cannot be balanced or scaled", "[rate]") {
  Net net(numbers);
  Parameters const all = net.parameters();
  CHECK(failure([&] { rate::balance(all, "rates.input"); }) == "rate.151");
  CHECK(failure([&] { rate::draw_gamma(all, "rates.recurrent", {.radius = 0}); }) == "rate.152");
  CHECK(failure([&] { rate::spectral_radius(zeros({2, 3})); }) == "rate.152");
  Tensor const forward = zeros({20, 20}).add(1).tril(-1);
  set_mask(all, "rates.recurrent.mask", forward);
  CHECK(failure([&] { rate::draw_gamma(all, "rates.recurrent"); }) == "rate.152");
  Tensor const excite = zeros({20, 20});
  excite.narrow(1, 0, 16).fill_(1);
  set_mask(all, "rates.recurrent.mask", excite);
  CHECK(failure([&] { rate::balance(all, "rates.recurrent"); }) == "rate.151");
}

TEST_CASE("inhibition follows an axis, and learning leaves all signs as they are", "[rate]") {
  Net net(numbers);
  Parameters const all = net.parameters();
  Tensor const p = ones({20}, at::TensorOptions(at::kDouble)).cumsum(0).sub(1).div(19), ratios = p.mul(-0.7).add(1.3);
  Tensor const before = weights(all).clone();
  rate::grade_inhibition(all, "rates.recurrent", ratios);
  CHECK(laws::distance(rate::inhibition_ratios(all, "rates.recurrent"), ratios) < 1e-12);
  CHECK(laws::distance(weights(all).clamp_min(0), before.clamp_min(0)) == 0);  // excitation stays

  // The strength of all is another number: the ratios, and so their slope along the axis, stay.
  rate::scale_to_radius(all, "rates.recurrent", 0.8);
  CHECK(std::abs(rate::spectral_radius(weights(all)) - 0.8) < 1e-7);
  Tensor const centred = p.sub(p.mean()), measured = rate::inhibition_ratios(all, "rates.recurrent");
  double const slope = sum_of(centred.mul(measured)) / sum_of(centred.square());
  CHECK(std::abs(slope + 0.7) < 1e-12);

  // What a unit receives is graded, what it sends has one sign, after any step.
  Tensor const sign = tensor_of(all, "rates.recurrent.sign");
  Optimizer optimizer(all, {.learning_rate = 0.05, .optimizer_kwargs = {}});
  for (std::uint64_t i = 0; i < 100; ++i) {
    Tensor const loss = run::run(net, laws::normal({2, 4, 2}, i)).outputs.sub(1).square().mean();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    REQUIRE(weights(all).mul(sign).min().item<double>() >= 0);
  }
  CHECK(laws::distance(weights(all), before) > 0.01);
}

TEST_CASE("a modulating input shifts the baseline of units along an axis", "[rate]") {
  CTRNN<2, 20, NoNonlinearity, Recurrent<NoBias>, Incoming<NoBias>> const net(numbers);
  tensor_of(net.parameters(), "rates.recurrent.weight").detach().zero_();
  Tensor const shift = ones({20}, at::TensorOptions(at::kDouble)).cumsum(0).div(20);
  run::Activity const activity = run::run(net, zeros({1, 60, 2}, shift.options()),
                                          {.record = true, .external = {{"rates", shift.expand({1, 60, 20})}}});
  Tensor const late = activity.response("rates").series().select(1, 59).select(0, 0);
  CHECK(laws::distance(late, shift) < 1e-5);  // (1 - dt/tau)^60
}

TEST_CASE("inhibition that cannot be graded is refused", "[rate]") {
  Net net(numbers);
  Parameters const all = net.parameters();
  at::TensorOptions const real(at::kDouble);
  CHECK(failure([&] { rate::grade_inhibition(all, "rates.recurrent", ones({19}, real)); }) == "rate.154");
  CHECK(failure([&] { rate::grade_inhibition(all, "rates.recurrent", ones({20}, real).neg()); }) == "rate.154");
  CHECK(failure([&] { rate::grade_inhibition(all, "rates.input", ones({20}, real)); }) == "rate.151");
  CHECK(failure([&] { rate::scale_to_radius(all, "rates.recurrent", 0); }) == "rate.152");
  Tensor const mask = ones({20, 20}, real);
  mask.select(0, 3).zero_();  // a unit that receives nothing
  set_mask(all, "rates.recurrent.mask", mask);
  CHECK(failure([&] { rate::grade_inhibition(all, "rates.recurrent", ones({20}, real)); }) == "rate.154");
}
