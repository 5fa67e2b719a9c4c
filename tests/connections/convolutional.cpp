// covers: connections/lateral.hpp connections/full.hpp connections/depthwise.hpp connections/pointwise.hpp
// covers: connections/depth_pointwise.hpp connections/point_depthwise.hpp connections/no_recurrence.hpp connections/self.hpp
// The laws of lateral connections are in tests/laws/lateral.cpp; here: each as a special case of the full one.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/depth_pointwise.hpp>
#include <dynvision/connections/depthwise.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/local.hpp>
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/connections/point_depthwise.hpp>
#include <dynvision/connections/pointwise.hpp>
#include <dynvision/connections/self.hpp>

#include "laws/alone.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

template <class L> L composed(Options options, bool bias = true, Parametrisations const& weights = {}) {
  Place place(std::move(options), L::target_channels, {}, L::state_channels);
  L lateral;
  if constexpr (ParametrisedLateral<L>) {
    lateral.compose(place.at, bias, weights, L::target_channels);
  } else {
    lateral.compose(place.at, bias, L::target_channels);
  }
  return lateral;
}

struct TakesAnything {  // as a third number what parametrisations cannot be
  static constexpr int state_channels = 3, target_channels = 3;
  void compose(Composition&, bool, bool, int) {}
  void parameters(auto&&) {}
  Tensor operator()(Tensor const& h) const { return h; }
};

struct NoTarget {
  static constexpr int state_channels = 3;
  void compose(Composition&, bool, int) {}
  void parameters(auto&&) {}
  Tensor operator()(Tensor const& h) const { return h; }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("what a lateral connection is", "[connections]") {
  STATIC_CHECK(Lateral<Full<4>>);
  STATIC_CHECK(Lateral<NoRecurrence<4>>);
  STATIC_CHECK(!Lateral<NoTarget>);
  STATIC_CHECK(!Lateral<TakesAnything>);
  STATIC_CHECK(takes_parametrisations<Full<4>, WeightNorm, NoBias>());
  STATIC_CHECK(!takes_parametrisations<Self<4>, WeightNorm>());
  STATIC_CHECK(takes_parametrisations<Self<4>, NoBias>());
  STATIC_CHECK(takes_parametrisations<DepthPointwise<4>, WeightNorm>());
  STATIC_CHECK(!takes_parametrisations<DepthPointwise<4>, WeightNorm, Dale<>>());
  STATIC_CHECK(!takes_parametrisations<Local<4>, Dale<>>());
  STATIC_CHECK(!Lateral<int>);
}

TEST_CASE("names of the parameters are those of the Python toolbox", "[connections]") {
  auto const of = [](auto lateral) { return names(listed(lateral)); };
  CHECK(of(composed<Full<3>>(in_double())) == Names{"conv.weight", "conv.bias"});
  CHECK(of(composed<Full<3>>(in_double(), false)) == Names{"conv.weight"});
  CHECK(of(composed<Full<3>>(in_double(), true, Parametrisations(WeightNorm{}))) ==
        Names{"conv.parametrizations.weight.original0", "conv.parametrizations.weight.original1", "conv.bias"});
  CHECK(of(composed<Depthwise<3>>(in_double())) == Names{"conv.weight", "conv.bias"});
  CHECK(of(composed<Pointwise<3>>(in_double())) == Names{"conv.weight", "conv.bias"});
  CHECK(of(composed<DepthPointwise<3>>(in_double(), true, Parametrisations(WeightNorm{}))) ==
        Names{"depthwise_conv.parametrizations.weight.original0", "depthwise_conv.parametrizations.weight.original1",
              "depthwise_conv.bias", "pointwise_conv.weight", "pointwise_conv.bias"});
  CHECK(of(composed<PointDepthwise<3>>(in_double())) ==
        Names{"pointwise_conv.weight", "pointwise_conv.bias", "depthwise_conv.weight", "depthwise_conv.bias"});
  CHECK(of(composed<Self<3>>(in_double())) == Names{"weight", "bias"});
  CHECK(of(composed<NoRecurrence<3>>(in_double())).empty());
}

TEST_CASE("shapes of the weights", "[connections]") {
  CHECK(composed<Full<3, 5, 2>>(in_double()).conv.weight.sizes().equals({2, 3, 5, 5}));
  CHECK(composed<Depthwise<3, 5>>(in_double()).conv.weight.sizes().equals({3, 1, 5, 5}));
  CHECK(composed<Pointwise<3, 5, 2>>(in_double()).conv.weight.sizes().equals({2, 3, 1, 1}));
  CHECK(composed<DepthPointwise<3, 5, 2>>(in_double()).depthwise_conv.weight.sizes().equals({3, 1, 5, 5}));
  CHECK(composed<DepthPointwise<3, 5, 2>>(in_double()).pointwise_conv.weight.sizes().equals({2, 3, 1, 1}));
  CHECK(composed<PointDepthwise<3, 5, 2>>(in_double()).pointwise_conv.weight.sizes().equals({2, 3, 1, 1}));
  CHECK(composed<PointDepthwise<3, 5, 2>>(in_double()).depthwise_conv.weight.sizes().equals({2, 1, 5, 5}));
}

TEST_CASE("every separable connection is a full one with a product of kernels", "[connections]") {
  Tensor const h = normal({2, 3, 5, 4}, 1);
  {
    auto const depthwise = composed<Depthwise<3>>(in_double());
    auto full_one = composed<Full<3>>(in_double());
    full_one.conv.weight = zeros({3, 3, 3, 3}, h.options());
    for (std::int64_t c = 0; c < 3; ++c)
      full_one.conv.weight.select(0, c).select(0, c).copy_(depthwise.conv.weight.select(0, c).select(0, 0));
    CHECK(distance(depthwise(h), full_one(h)) < 1e-14);
  }
  {
    auto const pointwise = composed<Pointwise<3, 3, 2>>(in_double());
    CHECK(distance(pointwise(h), conv2d(h, pointwise.conv.weight, {}, 1, 0)) < 1e-14);
  }
  {
    auto const separable = composed<DepthPointwise<3, 3, 2>>(in_double(), false);
    Tensor const product = separable.pointwise_conv.weight.mul(separable.depthwise_conv.weight.reshape({1, 3, 3, 3}));
    CHECK(distance(separable(h), conv2d(h, product, {}, 1, 1)) < 1e-14);
  }
  {
    auto const separable = composed<PointDepthwise<3, 3, 2>>(in_double(), false);
    Tensor const product = separable.pointwise_conv.weight.mul(separable.depthwise_conv.weight);
    CHECK(distance(separable(h), conv2d(h, product, {}, 1, 1)) < 1e-14);
  }
}

TEST_CASE("a self connection is one line", "[connections]") {
  auto self = composed<Self<3>>(in_double());
  assign(self.weight, row({-2}));
  assign(self.bias, row({0.5}));
  Tensor const h = normal({2, 3, 2, 2}, 1);
  CHECK(distance(self(h), h.mul(-2).add(0.5)) < 1e-15);
}

// decisions 7
TEST_CASE("a fixed self weight is kept and not learned, a bias of zero learns", "[connections]") {
  Options options = in_double();
  options.fixed_self_weight = 0.9;
  auto self = composed<Self<3>>(options);
  Parameters const parameters = listed(self);
  REQUIRE(names(parameters) == Names{"weight", "bias"});
  CHECK(!parameters[0].learned);
  CHECK(values(parameters[0].tensor) == std::vector<double>{0.9});
  CHECK(parameters[1].learned);
  CHECK(values(parameters[1].tensor) == std::vector<double>{0});
  self.bias.set_requires_grad(true);
  self(normal({2, 3, 2, 2}, 1)).sum().backward();
  CHECK(values(self.bias.grad()) == std::vector<double>{24});
}

TEST_CASE("bound of the weights: 0.001 in a layer, alone 0.05 and for self 0.2", "[connections]") {
  auto const bound = [](auto made) { return made.abs().max().template item<double>(); };
  CHECK(bound(composed<Full<16>>(in_double()).conv.weight) <= 0.001);
  CHECK(bound(composed<Full<16>>(in_double()).conv.weight) > 0.0009);
  Place alone(in_double(), 16);
  alone.at.alone = true;
  Full<16> full_one;
  full_one.compose(alone.at, true, {}, 16);
  CHECK(bound(full_one.conv.weight) <= 0.05);
  CHECK(bound(full_one.conv.weight) > 0.049);
  CHECK(alone.at.max_weight(0.2) == 0.2);
  Options wide = in_double();
  wide.max_weight_init = 3;
  CHECK(bound(composed<Full<16>>(wide).conv.weight) > 2.9);
}
