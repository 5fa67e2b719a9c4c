// covers: rate/ensembles.hpp rate/ensembles/member_weights.hpp rate/ensembles/member_operations.hpp
// Member k of an ensemble against the lone network with the seed seed + k: start, outputs, responses, gradients, training, on both paths.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/ensembles.hpp>
#include <dynvision/run/run.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

constexpr int n_members = 3;

struct Ran {
  Tensor outputs, rates;  // (B,T,K), (B,T,N)
};
template <class Net> Ran ran(Net const& net, Tensor const& x, bool compiled) {
  run::Settings const settings{.record = true, .seed = 11};
  run::Activity const a = compiled ? run::run(net, x, settings) : run::unroll(net, x, settings);
  return {a.outputs, a.response("rates").series()};
}
// Of one network: what it has been shown, and a cost of its own.
Tensor cost(Tensor const& outputs, Tensor const& rates, int k) {
  auto const seed = static_cast<std::uint64_t>(k);
  return outputs.sub(normal(outputs.sizes(), 20 + seed)).square().mean().add(rates.square().mean());
}

class Adam {  // Kingma & Ba 2015
 public:
  void step(Parameters const& all) {
    at::AutoGradMode const no_gradient(false);
    ++t_;
    moments_.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      Tensor const p = all[i].tensor, g = p.grad();
      if (!all[i].learned || !g.defined()) continue;
      auto& [m, v] = moments_[i];
      m = m.defined() ? m.mul(0.9).add(g, 0.1) : g.mul(0.1);
      v = v.defined() ? v.mul(0.999).add(g.square(), 0.001) : g.square().mul(0.001);
      Tensor const size = v.div(1 - std::pow(0.999, t_)).sqrt().add(1e-8);
      p.sub_(m.div(1 - std::pow(0.9, t_)).div(size), 0.01);
      p.mutable_grad() = Tensor{};
    }
  }

 private:
  int t_ = 0;
  std::vector<std::pair<Tensor, Tensor>> moments_{};
};

double distance_of_parameters(Parameters const& a, Parameters const& b) {
  REQUIRE(a.size() == b.size());
  double greatest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].name == b[i].name);
    greatest = std::max(greatest, distance(a[i].tensor, b[i].tensor));
  }
  return greatest;
}

template <class Net, class Inputs = SharedInputs> void members_are_lone(Options const& options, int n_inputs) {
  using All = Ensemble<n_members, Net, Inputs>;
  constexpr bool shared = std::is_same_v<Inputs, SharedInputs>;
  Tensor const x = normal({4, 7, shared ? n_inputs : n_inputs * n_members}, 1);
  auto const shown = [&](int k) { return shared ? x : x.narrow(2, k * n_inputs, n_inputs); };
  for (bool const compiled : {false, true}) {
    CAPTURE(compiled);
    All net(options);
    Adam of_all;
    std::vector<Net> lone;
    std::vector<Adam> of_lone(n_members);
    for (int k = 0; k < n_members; ++k) {
      Options one = options;
      one.seed = *options.seed + static_cast<std::uint64_t>(k);
      lone.emplace_back(one);
      CHECK(distance_of_parameters(lone.back().parameters(), net.member_parameters(k)) == 0);
    }
    for (int step = 0; step < 3; ++step) {
      CAPTURE(step);
      Ran const together = ran(net, x, compiled);
      Tensor const outputs = rate::by_member(together.outputs, n_members);
      Tensor const rates = rate::by_member(together.rates, n_members);
      Tensor sum = zeros({}, x.options());
      for (int k = 0; k < n_members; ++k) sum = sum.add(cost(outputs.select(0, k), rates.select(0, k), k));
      sum.backward();
      for (int k = 0; k < n_members; ++k) {
        CAPTURE(k);
        auto const i = static_cast<std::size_t>(k);
        // The seed of the noise of member k.
        run::Settings const settings{.record = true, .seed = 11 + static_cast<std::uint64_t>(k)};
        run::Activity const a =
            compiled ? run::run(lone[i], shown(k), settings) : run::unroll(lone[i], shown(k), settings);
        CHECK(distance(a.outputs, outputs.select(0, k)) < 1e-13);
        CHECK(distance(a.response("rates").series(), rates.select(0, k)) < 1e-13);
        cost(a.outputs, a.response("rates").series(), k).backward();
        Parameters const all = net.parameters();
        for (Parameter const& p : lone[i].parameters()) {
          if (!p.learned) continue;
          CAPTURE(p.name);
          Tensor const g = tensor_of(all, p.name).grad();
          REQUIRE(g.defined());
          std::vector<std::int64_t> sizes = p.tensor.sizes().vec();
          sizes.insert(sizes.begin(), n_members);
          CHECK(distance(p.tensor.grad(), g.view(sizes).select(0, k)) < 1e-13);
        }
        of_lone[i].step(lone[i].parameters());
      }
      of_all.step(net.parameters());
    }
    for (int k = 0; k < n_members; ++k) {
      auto const i = static_cast<std::size_t>(k);
      CHECK(distance_of_parameters(lone[i].parameters(), net.member_parameters(k)) < 1e-10);
      Net const taken = net.member(k);
      CHECK(distance(ran(taken, shown(k), compiled).outputs, ran(lone[i], shown(k), compiled).outputs) < 1e-9);
    }
  }
}

Options numbers() { return {.n_classes = 2, .dt = 10, .tau = 35, .seed = 3, .dtype = at::kDouble}; }

struct Bounded : CTRNN<2, 5, Tanh, Feature, BoundedLeak, Recurrent<Masked<Sparse<60>>, Dale<>>, Outgoing<Dale<>>> {
  using CTRNN::CTRNN;
};
struct Noisy
    : CTRNN<2, 5, LearnedStart, WithNoise<StationaryDrive>, RateNoise<PerStep>, Recurrent<Masked<NoAutapses>>> {
  using CTRNN::CTRNN;
};
using OfNumbers = CTRNN<image_channels, any_units, Tanh, RatesAreState, Incoming<NoBias>, Recurrent<LowRank<2>>>;

struct Two : ModelWith<Readout<NoBias>, RateLayer<"first", 2, 4, Tanh, More<AddFeedback<"rates">>>,
                       RateLayer<"rates", 4, 3, Sigmoid, More<AddSkip<"first", Masked<>>>>> {
  using ModelWith::ModelWith;
};

}  // namespace

TEST_CASE("a member of an ensemble is the lone network with its seed: relu", "[ensembles]") {
  members_are_lone<CTRNN<2, 5>>(numbers(), 2);
}
TEST_CASE("a member of an ensemble is the lone network with its seed: masks, signs, leaks that learn", "[ensembles]") {
  Options learned = numbers();
  learned.train_tau = true;
  members_are_lone<Bounded>(learned, 2);
}
TEST_CASE("a member of an ensemble is the lone network with its seed: noise", "[ensembles]") {
  Options noisy = numbers();
  noisy.sigma = 0.3;
  members_are_lone<Noisy>(noisy, 2);
}
TEST_CASE(
    "a member of an ensemble is the lone network with its seed: own inputs, low rank, rates as state, sizes as numbers",
    "[ensembles]") {
  Options sized = numbers();
  sized.input_dims = features(3), sized.numbers = {{"n_units", 6}};
  members_are_lone<OfNumbers, OwnInputs>(sized, 3);
}
TEST_CASE("a member of an ensemble is the lone network with its seed: areas", "[ensembles]") {
  Options areas = numbers();
  areas.input_dims = features(2), areas.t_recurrence = 10, areas.t_feedback = 20;
  areas.feedforward_init = FeedforwardInit::kaiming_uniform;
  members_are_lone<Two>(areas, 2);
}

TEST_CASE("members are taken out of an ensemble and put back", "[ensembles]") {
  Ensemble<4, CTRNN<2, 5, Recurrent<Masked<>>>> net(numbers());
  CTRNN<2, 5, Recurrent<Masked<>>> const one = net.member(1);
  net.set_member(3, one);
  CHECK(distance_of_parameters(net.member_parameters(3), one.parameters()) == 0);
  CHECK(distance_of_parameters(net.member_parameters(2), one.parameters()) > 0);
  Parameters const all = net.parameters();
  CHECK(tensor_of(all, "rates.recurrent.weight").sizes().vec() == std::vector<std::int64_t>{4, 5, 5});
  CHECK(tensor_of(all, "readout.bias").sizes().vec() == std::vector<std::int64_t>{4, 2});
  set_mask(all, "rates.recurrent.mask", zeros({5, 5}, at::TensorOptions(at::kDouble)));  // of all members
  CHECK(tensor_of(net.member_parameters(2), "rates.recurrent.mask").abs().sum().item<double>() == 0);
}

TEST_CASE("an ensemble refuses what its members would share by mistake", "[ensembles]") {
  Options learned = numbers();
  learned.train_tau = true;
  CHECK(failure([&] { Ensemble<4, CTRNN<2, 5>> const net(learned); }) == "rate.162");
  Ensemble<4, CTRNN<2, 5>> net(numbers());
  CHECK(failure([&] { net.member(4); }) == "rate.161");
  CHECK(failure([&] { net.member_parameters(-1); }) == "rate.161");
  Options slower = numbers();
  slower.tau = 50;
  CHECK(failure([&] { net.set_member(1, CTRNN<2, 5>(slower)); }) == "rate.165");
}
