// covers: rate/from.hpp rate/rate_area.hpp operations/units.hpp run/compiled/stages/units.hpp
// Networks of several areas against their equation, written as a loop over tensors; what reaches which area when; signs.
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/rate/multi_area.hpp>

#include "io/failure.hpp"
#include "run/comparisons.hpp"
#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <map>

using namespace property;

namespace {

// Feedback, a skip that is slower than the way through parietal, inputs to two areas, two that are read out, signs in one.
struct Sensory : RateArea<"sensory", 6, Tanh, Incoming<>, From<"frontal">, Outgoing<>> {};
struct Parietal : RateArea<"parietal", 5, Sigmoid, Feature, From<"sensory", Masked<Sparse<60>>>> {};
struct Frontal : RateArea<"frontal", 10, Relu, Dale<>, LearnedStart, Incoming<NoBias>, From<"parietal">,
                          From<"sensory">, Outgoing<>> {};
struct Cortex : MultiArea<3, Sensory, Parietal, Frontal> {
  using MultiArea::MultiArea;
};

Options numbers() {
  return {.n_classes = 2,
          .dt = 10,
          .tau = 35,
          .t_feedback = 30,
          .layers = {{"frontal", {.tau = 50, .numbers = {{"t_from_sensory", 20}}}}},
          .train_tau = true,
          .seed = 3,
          .dtype = at::kDouble};
}

using Trajectory = std::map<std::string, Tensor>;  // (B,T,N) of each area, (B,T,K) of the outputs

Trajectory by_hand(Parameters const& all, Tensor const& x) {
  auto const p = [&](std::string const& name) { return tensor_of(all, name); };
  auto const signed_weight = [&](std::string const& name) { return p(name + ".weight").abs().mul(p(name + ".sign")); };
  auto const times = [](Tensor const& r, Tensor const& w) { return r.matmul(w.t()); };
  std::vector<Tensor> v{zeros({1, 6}, x.options().requires_grad(false)),
                        zeros({1, 5}, x.options().requires_grad(false)), p("frontal.start").unsqueeze(0)};
  auto const rate = [](std::size_t area, Tensor const& u) {
    return area == 0 ? u.tanh() : area == 1 ? u.sigmoid() : u.relu();
  };
  std::vector<std::deque<Tensor>> r(3);  // the newest one first, as long as any delay
  for (std::size_t a = 0; a < 3; ++a) r[a].assign(4, rate(a, v[a]));
  std::map<std::string, std::vector<Tensor>> steps;
  for (std::int64_t t = 0; t < x.size(1); ++t) {
    Tensor const now = x.select(1, t);
    Tensor const u0 = times(now, p("sensory.input.weight"))
                          .add(p("sensory.input.bias"))
                          .add(times(r[0][0], p("sensory.recurrent.weight")))
                          .add(p("sensory.recurrent.bias"))
                          .add(times(r[2][2], signed_weight("sensory.from_frontal")));  // 30 ms
    Tensor const u1 = times(r[1][0], p("parietal.recurrent.weight"))
                          .add(p("parietal.recurrent.bias"))
                          .add(times(r[0][0], p("parietal.from_sensory.weight").mul(p("parietal.from_sensory.mask"))));
    Tensor const u2 = times(now, p("frontal.input.weight"))
                          .add(times(r[2][0], signed_weight("frontal.recurrent")))
                          .add(p("frontal.recurrent.bias"))
                          .add(times(r[1][0], p("frontal.from_parietal.weight")))
                          .add(times(r[0][1], p("frontal.from_sensory.weight")));  // 20 ms
    std::array<Tensor, 3> const u{u0, u1, u2};
    for (std::size_t a = 0; a < 3; ++a) {
      std::string const name = std::array{"sensory", "parietal", "frontal"}[a];
      Tensor const tau = p("tau_" + name);
      Tensor const alpha = (tau.dim() == 0 ? tau : tau.view({-1})).reciprocal().mul(10);
      v[a] = v[a].add(alpha.mul(u[a].sub(v[a])));
      r[a].push_front(rate(a, v[a]));
      steps[name].push_back(r[a][0].expand({x.size(0), r[a][0].size(1)}));
    }
    steps["outputs"].push_back(times(r[0][0], p("readout.sensory.weight"))
                                   .add(times(r[2][0], signed_weight("readout.frontal")))
                                   .add(p("readout.bias")));
  }
  Trajectory found;
  for (auto const& [name, of_steps] : steps) found[name] = stack_along(of_steps, 1);
  return found;
}

// A chain that nothing leads back through, without biases.
struct First : RateArea<"first", 3, NoNonlinearity, Incoming<NoBias>, Recurrent<NoBias>> {};
struct Second : RateArea<"second", 4, NoNonlinearity, From<"first">, Recurrent<NoBias>> {};
struct Third : RateArea<"third", 5, NoNonlinearity, From<"second">, Recurrent<NoBias>, Outgoing<>> {};
struct Chain : MultiArea<2, First, Second, Third> {
  using MultiArea::MultiArea;
};

namespace areas {  // in every way: RatesAreState, learned delays, a skip within the step, noise, sizes that are numbers
struct A : RateArea<"A", 4, Tanh, WithNoise<StationaryDrive>, From<"C", LearnedDelay<>>, From<"B">> {};
struct B : RateArea<"B", any_units, Sigmoid, RatesAreState, Incoming<>, From<"A">, RateNoise<PerStep>, Outgoing<>> {};
struct C : RateArea<"C", 5, Relu, Dale<>, RungeKutta4, Incoming<>, LearnedStart, From<"B", SameStep>,
                    From<"A", LearnedDelay<Feature>>, Outgoing<Excitatory<>>> {};
struct Net : MultiArea<dynvision::image_channels, A, B, C> {
  Net(Options options) : MultiArea(sized(std::move(options))) {}
  static Options sized(Options options) {
    options.t_recurrence = whole(options.t_recurrence, options.dt);
    options.layers.emplace_back("A", LayerOptions{.numbers = {{"t_from_B", 2 * options.dt}}});
    options.layers.emplace_back("B", LayerOptions{.numbers = {{"n_units", 3}}});
    return options;
  }
  static constexpr int image_channels = 6;
  static constexpr bool has_no_places = true, has_delays_between_steps = true, zero_may_be_nothing = true;
};
}  // namespace areas

}  // namespace

TEST_CASE("a network of areas is its equation, on both paths, with its gradients", "[rate]") {
  Cortex net(numbers());
  Parameters const all = net.parameters();
  {
    at::AutoGradMode const no_gradient(false);
    tensor_of(all, "tau_parietal").add_(normal({5, 1, 1}, 5).mul(4));
    tensor_of(all, "frontal.start").copy_(normal({10}, 6));
    tensor_of(all, "readout.bias").copy_(normal({2}, 7));
  }
  Tensor const x = normal({4, 9, 3}, 1);
  std::vector<Tensor> leaves{x};
  for (Parameter const& one : all) {
    if (one.learned) leaves.push_back(one.tensor);
  }
  auto const gradients = [&](auto const& run) {
    for (Tensor& leaf : leaves) leaf.mutable_grad() = Tensor{}, leaf.set_requires_grad(true);
    Trajectory const found = run();
    Tensor loss = zeros({}, x.options().requires_grad(false));
    std::uint64_t seed = 8;
    for (auto const& [name, series] : found) loss = loss.add(series.mul(normal(series.sizes(), seed++)).sum());
    loss.backward();
    std::vector<Tensor> g;
    for (Tensor const& leaf : leaves) g.push_back(leaf.grad().clone());
    return std::pair{found, g};
  };
  auto const expected = gradients([&] { return by_hand(all, x); });
  for (bool const compiled : {false, true}) {
    auto const found = gradients([&] {
      run::Settings const settings{.record = true};
      run::Activity const a = compiled ? run::run(net, x, settings) : run::unroll(net, x, settings);
      Trajectory of_areas{{"outputs", a.outputs}};
      for (char const* const area : {"sensory", "parietal", "frontal"}) of_areas[area] = a.response(area).series();
      return of_areas;
    });
    CAPTURE(compiled);
    for (auto const& [name, series] : expected.first) {
      CAPTURE(name);
      CHECK(distance(found.first.at(name), series) < 1e-13);
    }
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      CAPTURE(i);
      CHECK(relative_distance(expected.second[i], found.second[i]) < 1e-12);
    }
  }
}

TEST_CASE("drawn runs of areas agree in every way", "[rate][property]") {
  each_seed(
      1, [](std::uint64_t seed) { compare<areas::Net>(seed, at::kDouble, 1e-10); }, 20);
  each_seed(
      2000, [](std::uint64_t seed) { compare<areas::Net>(seed, at::kDouble, 1e-10, by_tensors); }, 6);
  each_seed(
      4000, [](std::uint64_t seed) { compare_checkpoints<areas::Net>(seed); }, 6);
  each_seed(
      5000, [](std::uint64_t seed) { compare_groups<areas::Net>(seed); }, 6);
  each_seed(
      6000, [](std::uint64_t seed) { compare_pieces<areas::Net>(seed, at::kDouble, 1e-10); }, 6);
  each_seed(
      7000, [](std::uint64_t seed) { compare_steps<areas::Net>(seed, at::kDouble, 1e-10); }, 6);
  compare_steps<areas::Net>(7, at::kDouble, 1e-10);  // a drive that is one for all samples, after potentials of each
}

TEST_CASE("a perturbation reaches the k-th area of a chain at step k", "[rate]") {
  at::AutoGradMode const no_gradient(false);
  for (double const t_feedforward : {0.0, 10.0, 30.0}) {  // one step, one step, three steps
    CAPTURE(t_feedforward);
    Chain net({.dt = 10, .t_feedforward = t_feedforward, .seed = 2, .dtype = at::kDouble});
    Tensor const x = normal({2, 12, 2}, 1), other = x.clone();
    other.select(1, 0).add_(1);
    run::Activity const before = run::run(net, x, {.record = true}), after = run::run(net, other, {.record = true});
    int const steps = t_feedforward > 10 ? 3 : 1;
    for (int k = 0; k < 3; ++k) {
      char const* const area = std::array{"first", "second", "third"}[static_cast<std::size_t>(k)];
      Tensor const change = after.response(area).series().sub(before.response(area).series()).abs().amax({0, 2});
      int first = 0;
      while (first < 12 && change.select(0, first).item<double>() == 0) ++first;
      CHECK(first == k * steps);
    }
  }
}

TEST_CASE("connections of areas have the names, sizes and signs of their equation", "[rate]") {
  Cortex const net(numbers());
  Parameters const all = net.parameters();
  CHECK(tensor_of(all, "sensory.input.weight").sizes().equals({6, 3}));
  CHECK(tensor_of(all, "frontal.input.weight").sizes().equals({10, 3}));
  CHECK(find_parameter(all, "frontal.input.bias") == nullptr);
  CHECK(find_parameter(all, "parietal.input.weight") == nullptr);
  CHECK(tensor_of(all, "frontal.from_sensory.weight").sizes().equals({10, 6}));
  CHECK(tensor_of(all, "sensory.from_frontal.weight").sizes().equals({6, 10}));
  CHECK(tensor_of(all, "readout.sensory.weight").sizes().equals({2, 6}));
  // The signs of frontal are those of all that it projects to; sensory has none.
  for (std::string const from_frontal : {"frontal.recurrent", "sensory.from_frontal", "readout.frontal"}) {
    CHECK(distance(tensor_of(all, from_frontal + ".sign"), row({1, 1, 1, 1, 1, 1, 1, 1, -1, -1}).view({1, 10})) == 0);
  }
  CHECK(find_parameter(all, "frontal.from_sensory.sign") == nullptr);
  areas::Net const other(
      Options{.input_dims = features(6), .dt = 10, .t_recurrence = 10, .seed = 1, .dtype = at::kDouble});
  CHECK(distance(tensor_of(other.parameters(), "readout.C.sign"), row({1, 1, 1, 1, 0}).view({1, 5})) == 0);
  CHECK(tensor_of(other.parameters(), "B.from_A.weight").sizes().equals({3, 4}));
  // One that is read out alone, and stands last, has a plain readout.
  CHECK(tensor_of(Chain({.seed = 1}).parameters(), "readout.weight").sizes().equals({1, 5}));
}

TEST_CASE("without recurrence and feedback what comes from earlier areas is left", "[rate]") {
  at::AutoGradMode const no_gradient(false);
  Cortex const net(numbers());
  Tensor const x = normal({2, 6, 3}, 1);
  for (bool const compiled : {false, true}) {
    run::Settings const settings{.feedforward_only = true, .record = true};
    run::Activity const a = compiled ? run::run(net, x, settings) : run::unroll(net, x, settings);
    for (char const* const area : {"sensory", "parietal", "frontal"}) {
      CHECK(a.response(area).series().abs().max().item<double>() > 0);
    }
    CHECK(a.outputs.abs().max().item<double>() > 0);
  }
}

TEST_CASE("what is said of areas before they run: when each is reached, and over what", "[rate]") {
  Facts const facts = facts_of(Chain({.dt = 10, .t_feedforward = 20, .seed = 1}));
  REQUIRE(facts.layers.size() == 4);  // and the head
  for (std::size_t k = 0; k < 3; ++k) CHECK(facts.layers[k].first_signal == static_cast<int>(2 * k));
  CHECK(facts.first_output == 4);
  std::string const dot = diagram(facts).dot;
  CHECK(dot.find("\"image\" -> \"first\"") != std::string::npos);
  CHECK(dot.find("\"first\" -> \"second\" [label=\"20 ms\"") != std::string::npos);
  CHECK(dot.find("\"first\" -> \"second\" [weight") == std::string::npos);
}

TEST_CASE("numbers of areas that are not there", "[rate]") {
  Options wrong = numbers();
  wrong.layers = {{"parietal", {.numbers = {{"t_from_frontal", 20}}}}};
  CHECK(message([&] { Cortex net(wrong); }).find("t_from_sensory") != std::string::npos);
  wrong.layers = {{"frontal", {.numbers = {{"t_from_sensory", 15}}}}};  // no multiple of dt
  CHECK(failure([&] { Cortex net(wrong); }) == "dynamics.104");
  wrong.layers = {{"frontal", {.numbers = {{"t_from_sensory", -10}}}}};
  CHECK(failure([&] { Cortex net(wrong); }) == "model.131");
  wrong = numbers(), wrong.n_classes = 0;
  CHECK(failure([&] { Cortex net(wrong); }) == "model.144");
  CHECK(failure([] {
          MultiArea<2, RateArea<"A", any_units, Dale<>, Incoming<>, Outgoing<>>> net({.numbers = {{"n_units", 2}}});
        }) == "rate.153");
}
