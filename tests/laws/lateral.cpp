// The laws of every lateral connection. A new one is added to `laterals()`.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/depth_pointwise.hpp>
#include <dynvision/connections/depthwise.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/fully_connected.hpp>
#include <dynvision/connections/local.hpp>
#include <dynvision/connections/local_depthwise.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/connections/point_depthwise.hpp>
#include <dynvision/connections/pointwise.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/connections/weight_norm.hpp>
#include <dynvision/operations/recur.hpp>

#include "alone.hpp"
#include "gradient.hpp"
#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>

using namespace dynvision;
using namespace laws;

namespace {

struct Shift {  // a user's: the response of the neighbouring channel
  static constexpr int state_channels = 3, target_channels = 3;
  Tensor weight;  // (3,1,1)
  void compose(Composition& at, bool, int) { weight = at.uniform({3, 1, 1}, at.max_weight(0.1)); }
  void parameters(auto&& visit) { visit("weight", weight); }
  Tensor operator()(Tensor const& h) const { return h.roll({1}, {1}).mul(weight); }
};

// One with its numbers, without its type, so that the laws are compiled once.
struct Made {
  Parameters parameters;
  std::function<Tensor(Tensor const&)> apply;
};
using Weights = std::pair<std::string, Parametrisations>;
struct Kind {
  std::string name;
  int state, target;  // channels
  std::vector<Weights> weights;
  std::function<Made(Options const&, bool bias, Parametrisations const& weights)> make;
};

struct Squared {  // a user's, without an adjoint
  using policy = policies::Parametrisation;
  Tensor operator()(Tensor const& v) const { return v.square(); }
};

template <class L> std::vector<Weights> weights_of() {
  std::vector<Weights> all{{"plain", {}}};
  auto const add = [&]<class... P>(std::string name, List<P...>) {
    if constexpr (takes_parametrisations<L, P...>()) all.emplace_back(std::move(name), Parametrisations::of<P...>());
  };
  add("WeightNorm", List<WeightNorm>{});
  add("Masked<Sparse<60>>", List<Masked<Sparse<60>>>{});
  add("Dale<2, 1>", List<Dale<2, 1>>{});
  add("LowRank<1>, Masked<>", List<LowRank<1>, Masked<>>{});
  add("a user's", List<Squared>{});
  return all;
}

template <class L> Kind kind(std::string name) {
  static_assert(Lateral<L> && MomentOperation<Recur<L>>);
  auto const make = [](Options const& options, bool bias, [[maybe_unused]] Parametrisations const& weights) -> Made {
    Place place(options, L::target_channels, {}, L::state_channels);
    auto const lateral = std::make_shared<L>();
    if constexpr (ParametrisedLateral<L>) {
      lateral->compose(place.at, bias, weights, L::target_channels);
    } else {
      lateral->compose(place.at, bias, L::target_channels);
    }
    return {listed(*lateral), [lateral](Tensor const& h) -> Tensor { return (*lateral)(h); }};
  };
  return {std::move(name), L::state_channels, L::target_channels, weights_of<L>(), make};
}

std::vector<Kind> laterals() {
  return {kind<Full<4>>("Full<4>"),
          kind<Full<3, 1, 2>>("Full<3, 1, 2>"),
          kind<Full<2, 5, 7>>("Full<2, 5, 7>"),
          kind<Depthwise<4>>("Depthwise<4>"),
          kind<Depthwise<5, 5>>("Depthwise<5, 5>"),
          kind<Pointwise<4>>("Pointwise<4>"),
          kind<Pointwise<4, 3, 7>>("Pointwise<4, 3, 7>"),
          kind<FullyConnected<5>>("FullyConnected<5>"),
          kind<FullyConnected<4, 1, 6>>("FullyConnected<4, 1, 6>"),
          kind<DepthPointwise<4>>("DepthPointwise<4>"),
          kind<DepthPointwise<4, 5, 3>>("DepthPointwise<4, 5, 3>"),
          kind<PointDepthwise<4>>("PointDepthwise<4>"),
          kind<PointDepthwise<3, 3, 6>>("PointDepthwise<3, 3, 6>"),
          kind<Self<5>>("Self<5>"),
          kind<Local<1>>("Local<1>"),
          kind<Local<4>>("Local<4>"),
          kind<Local<5>>("Local<5>"),
          kind<Local<12>>("Local<12>"),
          kind<Local<16>>("Local<16>"),
          kind<LocalDepthwise<4>>("LocalDepthwise<4>"),
          kind<LocalDepthwise<7, 5>>("LocalDepthwise<7, 5>"),
          kind<Shift>("a user's")};
}

// Every variant of every lateral connection: f(kind, one with random numbers).
void each_variant(std::function<void(Kind const&, Made const&)> const& f) {
  for (Kind const& kind : laterals()) {
    for (bool const bias : {true, false}) {
      for (auto const& [weights, parametrisations] : kind.weights) {
        CAPTURE(kind.name, bias, weights);
        Made const made = kind.make(in_double(), bias, parametrisations);
        randomise(learned(made.parameters), 11);
        f(kind, made);
      }
    }
  }
}

}  // namespace

TEST_CASE("a lateral connection has the channels it declares, at the size of the state", "[laws][lateral]") {
  each_variant([](Kind const& kind, Made const& lateral) {
    for (auto const [h, w] : {Size{1, 1}, Size{3, 3}, Size{4, 7}, Size{5, 2}}) {
      CAPTURE(h, w);
      CHECK(lateral.apply(normal({2, kind.state, h, w}, 1)).sizes().equals({2, kind.target, h, w}));
    }
  });
}

TEST_CASE("a lateral connection of zero weight has no effect", "[laws][lateral]") {
  each_variant([](Kind const& kind, Made const& lateral) {
    for (Parameter p : learned(lateral.parameters)) {
      // the direction of a weight-normalised kernel has no zero; its magnitude has
      if (p.name.find("original1") == std::string::npos) assign(p.tensor, zeros({}));
    }
    Tensor const y = lateral.apply(normal({2, kind.state, 3, 4}, 1));
    CHECK(distance(y, zeros({2, kind.target, 3, 4}, y.options())) == 0);
  });
}

TEST_CASE("a lateral connection is linear but for its bias", "[laws][lateral]") {
  each_variant([](Kind const& kind, Made const& lateral) {
    Tensor const g = normal({1, kind.state, 4, 3}, 1), h = normal({1, kind.state, 4, 3}, 2);
    Tensor const bias = lateral.apply(zeros(g.sizes(), g.options()));
    CHECK(distance(lateral.apply(g.mul(2).add(h, 3)).sub(bias),
                   lateral.apply(g).sub(bias).mul(2).add(lateral.apply(h).sub(bias), 3)) < 1e-11);
  });
}

TEST_CASE("a lateral connection's gradient is that of finite differences", "[laws][lateral]") {
  each_variant([](Kind const& kind, Made const& lateral) {
    Tensor const h = normal({2, kind.state, 3, 4}, 1);
    std::vector<Tensor> inputs = tensors(learned(lateral.parameters));
    inputs.push_back(h);
    CHECK(gradient_error([&] { return lateral.apply(h); }, inputs) < 1e-6);
  });
}

TEST_CASE("a lateral connection treats every sample alone", "[laws][lateral]") {
  each_variant([](Kind const& kind, Made const& lateral) {
    Tensor const h = normal({3, kind.state, 4, 5}, 1), all = lateral.apply(h);
    for (std::int64_t b = 0; b < 3; ++b) {
      CHECK(distance(lateral.apply(h.narrow(0, b, 1)), all.narrow(0, b, 1)) < 1e-12);
    }
  });
}

// Another one, from another seed, becomes this one when it gets the listed numbers.
TEST_CASE("what a lateral connection lists is all that it has", "[laws][lateral]") {
  for (Kind const& kind : laterals()) {
    for (bool const bias : {true, false}) {
      for (auto const& [weights, parametrisations] : kind.weights) {
        CAPTURE(kind.name, bias, weights);
        Made const mine = kind.make(in_double(1), bias, parametrisations);
        Made const other = kind.make(in_double(2), bias, parametrisations);
        randomise(learned(mine.parameters), 5);
        REQUIRE(names(mine.parameters) == names(other.parameters));
        std::set<std::string> unique;
        for (std::size_t i = 0; i < mine.parameters.size(); ++i) {
          Parameter const& p = mine.parameters[i];
          Tensor copy = other.parameters[i].tensor;
          assign(copy, p.tensor);
          CHECK(p.learned == (!p.name.ends_with("mask") && !p.name.ends_with("sign")));
          CHECK(p.tensor.scalar_type() == at::kDouble);
          unique.insert(p.name);
        }
        CHECK(unique.size() == mine.parameters.size());
        Tensor const h = normal({2, kind.state, 3, 4}, 1);
        CHECK(distance(other.apply(h), mine.apply(h)) == 0);
      }
    }
  }
}

TEST_CASE("a lateral connection starts from its seed, within the bound", "[laws][lateral]") {
  for (Kind const& kind : laterals()) {
    CAPTURE(kind.name);
    auto const weights = [&](std::uint64_t seed) {
      Options options = in_double(seed);
      options.max_weight_init = 0.25;
      return tensors(kind.make(options, false, {}).parameters);
    };
    auto const a = weights(3), b = weights(3), c = weights(4);
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(distance(a[i], b[i]) == 0);
      CHECK(distance(a[i], c[i]) > 0);
      // the local part of LocalDepthwise starts as an ordinary convolution of 3 x 3
      CHECK(a[i].abs().max().item<double>() <= (kind.name.starts_with("LocalDepth") ? 1.0 / 3 : 0.25));
    }
  }
}

TEST_CASE("no lateral connection is silent", "[laws][lateral]") {
  STATIC_REQUIRE(Lateral<NoRecurrence<4>>);
  STATIC_REQUIRE(Recur<NoRecurrence<4>>::silent);
  NoRecurrence<4> none;
  CHECK(listed(none).empty());
  CHECK(!none(normal({1, 4, 2, 2}, 1)).defined());
}
