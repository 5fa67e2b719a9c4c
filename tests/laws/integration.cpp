// The laws of every integration. A new one is added to `Integrations`.
#include <dynvision/connections/integration.hpp>

#include "gradient.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

struct Shunting {  // a user's: division by what arrives
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.relu().add(1)); }
};

using Integrations = std::tuple<Additive, Multiplicative, Shunting>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("an absent operand leaves the other unchanged", "[laws][integration]", Integrations) {
  STATIC_REQUIRE(Integration<TestType>);
  Tensor const x = normal({2, 3, 2, 2}, 1);
  CHECK(integrate<TestType>(x, Signal{}).is_same(x));
  CHECK(integrate<TestType>(Signal{}, x).is_same(x));
  CHECK(!integrate<TestType>(Signal{}, Signal{}).defined());
}

TEMPLATE_LIST_TEST_CASE("a silent connection has no effect", "[laws][integration]", Integrations) {
  Tensor const x = normal({2, 3, 2, 2}, 1);
  CHECK(distance(integrate<TestType>(x, zeros(x.sizes(), x.options())), x) == 0);
}

TEMPLATE_LIST_TEST_CASE("an integration's gradient is that of finite differences", "[laws][integration]",
                        Integrations) {
  Tensor const x = normal({2, 3, 2, 2}, 1), h = normal({2, 3, 2, 2}, 2);
  CHECK(gradient_error([&] { return integrate<TestType>(x, h); }, {x, h}) < 1e-6);
}

TEMPLATE_LIST_TEST_CASE("an integration treats every unit alone", "[laws][integration]", Integrations) {
  Tensor const x = normal({4, 3, 2, 2}, 1), h = normal({4, 3, 2, 2}, 2), all = integrate<TestType>(x, h);
  CHECK(all.sizes().equals(x.sizes()));
  for (std::int64_t b = 0; b < 4; ++b) {
    CHECK(distance(integrate<TestType>(x.select(0, b), h.select(0, b)), all.select(0, b)) == 0);
  }
}
