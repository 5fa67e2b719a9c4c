// covers: rate/policies.hpp rate/rate_layer.hpp rate/rest.hpp rate/learned_start.hpp operations/evolve_potential.hpp
// Rate networks against their equation, written as a loop over tensors.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>

#include "io/failure.hpp"
#include "laws/gradient.hpp"
#include "run/drawn_runs.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace property;

namespace {

struct Equation {
  Tensor (*f)(Tensor const&);
  bool rates_are_state = false;
};
struct Trajectory {
  Tensor rates, outputs;  // (B,T,N), (B,T,K)
};

Tensor relu_of(Tensor const& x) { return x.relu(); }
Tensor tanh_of(Tensor const& x) { return x.tanh(); }
Tensor sigmoid_of(Tensor const& x) { return x.sigmoid(); }
Tensor retanh_of(Tensor const& x) { return x.tanh().relu(); }

// v <- (1 - alpha) v + alpha (W r + b + U x + c), r = f(v), from v0.
Trajectory by_hand(Parameters const& all, Equation const& equation, Tensor const& alpha, Tensor const& x, Tensor state,
                   Tensor const& W) {
  Tensor const U = tensor_of(all, "rates.input.weight"), V = tensor_of(all, "readout.weight");
  Tensor const b = tensor_of(all, "rates.recurrent.bias").add(tensor_of(all, "rates.input.bias"));
  std::vector<Tensor> rates, outputs;
  Tensor r = equation.rates_are_state ? state : equation.f(state);
  for (std::int64_t t = 0; t < x.size(1); ++t) {
    Tensor const u = r.matmul(W.t()).add(x.select(1, t).matmul(U.t())).add(b);
    Tensor const drive = equation.rates_are_state ? equation.f(u) : u;
    state = state.add(alpha.mul(drive.sub(state)));
    r = equation.rates_are_state ? state : equation.f(state);
    rates.push_back(r.unsqueeze(1));
    outputs.push_back(r.matmul(V.t()).add(tensor_of(all, "readout.bias")).unsqueeze(1));
  }
  return {cat(rates, 1), cat(outputs, 1)};
}

Options numbers(int outputs) {
  return {.n_classes = outputs, .dt = 10, .tau = 35, .train_tau = true, .seed = 3, .dtype = at::kDouble};
}

Options with(Options numbers, int inputs, int units) {
  numbers.input_dims = features(inputs);
  numbers.numbers = {{"n_units", units}};
  return numbers;
}

template <class Net> inline constexpr bool of_given_size = false;
template <class... P> inline constexpr bool of_given_size<CTRNN<image_channels, any_units, P...>> = true;

template <class Net> void follows(Equation const& equation, bool leak = false, bool bounded = false) {
  Net net(of_given_size<Net> ? with(numbers(2), 3, 7) : numbers(2));
  Parameters const all = net.parameters();
  Tensor const tau = tensor_of(all, leak || bounded ? "alpha_rates" : "tau_rates");
  {
    at::AutoGradMode const no_gradient(false);
    if (tau.dim() > 0) tau.add_(normal(tau.sizes(), 5).mul(leak ? 0.02 : bounded ? 1.0 : 4.0));
    if (find_parameter(all, "rates.start") != nullptr) tensor_of(all, "rates.start").copy_(normal({7}, 6));
  }
  Tensor const x = normal({4, 9, 3}, 1);
  auto const alpha = [&] {
    Tensor const of_units = bounded ? tau.sigmoid() : leak ? tau : tau.reciprocal().mul(10);
    return of_units.dim() == 0 ? of_units : of_units.view({-1});
  };
  std::vector<Tensor> leaves{x};
  for (auto const& one : all) {
    if (one.tensor.requires_grad()) leaves.push_back(one.tensor);
  }
  auto const gradients = [&](auto const& run) {
    for (Tensor& leaf : leaves) leaf.mutable_grad() = Tensor{}, leaf.set_requires_grad(true);
    Trajectory const found = run();
    found.rates.mul(normal(found.rates.sizes(), 7))
        .sum()
        .add(found.outputs.mul(normal(found.outputs.sizes(), 8)).sum())
        .backward();
    std::vector<Tensor> g;
    for (Tensor const& leaf : leaves) g.push_back(leaf.grad().clone());
    return std::pair{found, g};
  };
  auto const expected = gradients([&] {
    Parameter const* const learned = find_parameter(all, "rates.start");
    Tensor const rest = zeros({1, 7}, x.options().requires_grad(false));
    return by_hand(all, equation, alpha(), x, learned == nullptr ? rest : learned->tensor.unsqueeze(0),
                   tensor_of(all, "rates.recurrent.weight"));
  });
  for (bool const compiled : {false, true}) {
    auto const found = gradients([&] {
      run::Settings const settings{.record = true};
      run::Activity const a = compiled ? run::run(net, x, settings) : run::unroll(net, x, settings);
      return Trajectory{a.response("rates").series(), a.outputs};
    });
    CAPTURE(compiled);
    CHECK(distance(found.first.rates, expected.first.rates) < 1e-13);
    CHECK(distance(found.first.outputs, expected.first.outputs) < 1e-13);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      CAPTURE(i);
      CHECK(relative_distance(expected.second[i], found.second[i]) < 1e-12);
    }
  }
}

template <class... P> using Net = CTRNN<3, 7, P...>;

}  // namespace

TEST_CASE("a CTRNN is its equation, on both paths, with its gradients", "[rate]") {
  SECTION("relu") { follows<Net<>>({relu_of}); }
  SECTION("tanh, a tau of each unit") { follows<Net<Tanh, Feature>>({tanh_of}); }
  SECTION("sigmoid, which is not silent at rest") { follows<Net<Sigmoid>>({sigmoid_of}); }
  SECTION("retanh, leaks that learn") { follows<Net<Retanh, Feature, Leak>>({retanh_of}, true); }
  SECTION("tanh, leaks within their bounds") { follows<Net<Tanh, Feature, BoundedLeak>>({tanh_of}, false, true); }
  SECTION("sizes that are numbers") { follows<CTRNN<image_channels, any_units, Tanh, Feature>>({tanh_of}); }
  SECTION("rates as the state") { follows<Net<Tanh, RatesAreState>>({tanh_of, true}); }
  SECTION("potentials that have learned where to begin") { follows<Net<Sigmoid, LearnedStart>>({sigmoid_of}); }
  SECTION("rates that have") { follows<Net<Tanh, RatesAreState, LearnedStart>>({tanh_of, true}); }
}

TEST_CASE("a learned start is a parameter, and a given one goes before it", "[rate]") {
  Net<Tanh, LearnedStart> net(numbers(2));
  Tensor const start = tensor_of(net.parameters(), "rates.start"), x = normal({4, 5, 3}, 1);
  CHECK(start.sizes().equals({7}));
  CHECK(start.requires_grad());
  at::AutoGradMode const no_gradient(false);
  Tensor const resting = run::run(net, x).outputs;
  start.copy_(normal({7}, 2));
  CHECK(distance(run::run(net, x).outputs, resting) > 0.01);
  run::State const given = rate::from_potentials(net, {{"rates", zeros({4, 7}, start.options())}});
  CHECK(distance(run::run(net, x, {.start = given}).outputs, resting) < 1e-14);
  struct Pictures : Layer<"pictures", Conv<3, 4, 3>, rate::Start, Record, Delay> {};
  CHECK(failure([] { Model<Pictures>({.input_dims = {3, 6, 6}}); }) == "rate.150");
}
