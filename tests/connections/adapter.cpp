// covers: connections/integration.hpp connections/projection.hpp
// The laws of integrations are in tests/laws/integration.cpp.
#include <dynvision/connections/projection.hpp>

#include "laws/alone.hpp"
#include "laws/gradient.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

template <class... With> Adapter adapter(int from, int to, bool bias = true) {
  Options options = in_double();
  options.bias = bias;
  Place place(options, to);
  Adapter adapter;
  adapter.compose<With...>(place.at, from, to);
  return adapter;
}
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an adapter has weights where the channels differ, or where it is asked", "[connections]") {
  auto const of = [](Adapter made) { return names(listed(made)); };
  CHECK(of(adapter<>(3, 3)).empty());
  CHECK(of(adapter<Multiplicative>(3, 3)).empty());
  CHECK(of(adapter<>(3, 5)) == Names{"conv.weight", "conv.bias"});
  CHECK(of(adapter<Through<1>>(3, 3)) == Names{"conv.weight", "conv.bias"});
  CHECK(of(adapter<NoBias>(3, 5)) == Names{"conv.weight"});
  CHECK(of(adapter<>(3, 5, false)) == Names{"conv.weight", "conv.bias"});  // Options::bias is of the areas
  CHECK(of(adapter<NoBias>(3, 5, false)) == Names{"conv.weight"});
  CHECK(of(adapter<Through<3, 2>, NoBias, WeightNorm>(3, 5)) ==
        Names{"conv.parametrizations.weight.original0", "conv.parametrizations.weight.original1"});
  CHECK(adapter<>(3, 5).conv.weight.sizes().equals({5, 3, 1, 1}));
  CHECK(adapter<Through<3>>(3, 5).conv.weight.sizes().equals({5, 3, 3, 3}));
}

TEST_CASE("an adapter reaches the size of its target", "[connections]") {
  Tensor const h = normal({2, 3, 4, 5}, 1);
  for (Size const target : {Size{4, 5}, Size{8, 10}, Size{2, 2}, Size{1, 1}, Size{7, 3}}) {
    CAPTURE(target.height, target.width);
    Adapter const same = adapter<>(3, 3), other = adapter<>(3, 6), strided = adapter<Through<3, 2>>(3, 3);
    CHECK(same(h, target).sizes().equals({2, 3, target.height, target.width}));
    CHECK(other(h, target).sizes().equals({2, 6, target.height, target.width}));
    CHECK(strided(h, target).sizes().equals({2, 3, target.height, target.width}));
    CHECK(distance(other(h, target), nearest(other.conv(h), target.height, target.width)) == 0);
  }
  CHECK(adapter<>(3, 3)(h, {4, 5}).is_same(h));
}

TEST_CASE("an explicit connection scales, or leaves the size", "[connections]") {
  Tensor const h = normal({1, 3, 4, 6}, 1);
  Adapter made = adapter<>(3, 3);
  made.scale = 2;
  CHECK(made(h, {1, 1}).sizes().equals({1, 3, 8, 12}));
  made.scale = 0.5;
  CHECK(made(h, {1, 1}).sizes().equals({1, 3, 2, 3}));
  made.resize = false;
  CHECK(made(h, {1, 1}).is_same(h));
}

TEST_CASE("an adapter's gradient is that of finite differences", "[connections]") {
  Tensor const h = normal({2, 3, 4, 5}, 1);
  for (Size const target : {Size{4, 5}, Size{7, 3}}) {
    for (Adapter made : {adapter<>(3, 3), adapter<>(3, 6), adapter<Through<3, 2>, WeightNorm>(3, 4)}) {
      randomise(listed(made), 3);
      std::vector<Tensor> inputs = tensors(listed(made));
      inputs.push_back(h);
      CHECK(gradient_error([&] { return made(h, target); }, inputs) < 1e-6);
      CHECK(distance(made(h, target).narrow(0, 1, 1), made(h.narrow(0, 1, 1), target)) < 1e-12);
    }
  }
}

TEST_CASE("initialisation of an adapter: std min(0.001, 1/sqrt(C D)), bias 0", "[connections]") {
  auto const std_of = [](Tensor const& x) { return x.std().item<double>(); };
  CHECK(std::abs(std_of(adapter<>(64, 121).conv.weight) - 0.001) < 5e-5);
  CHECK(std::abs(std_of(adapter<>(2000, 1999).conv.weight) - 1 / std::sqrt(2000.0 * 1999)) < 5e-6);
  CHECK(adapter<>(64, 121).conv.bias.abs().max().item<double>() == 0);
}

TEST_CASE("integration: closed forms", "[connections]") {
  Tensor const x = row({1, -2, 0}), h = row({0.5, 3, 7});
  CHECK(distance(integrate<Additive>(x, h), row({1.5, 1, 7})) == 0);
  CHECK(distance(integrate<Multiplicative>(x, h), row({1 + std::tanh(0.5), -2 * (1 + std::tanh(3)), 0})) < 1e-15);
  CHECK(size_at(Signal{}, {3, 4}) == Size{3, 4});
  CHECK(size_at(normal({1, 2, 5, 6}, 1), {3, 4}) == Size{5, 6});
  STATIC_CHECK(Integration<Additive>);
  STATIC_CHECK(!Integration<int>);
}
