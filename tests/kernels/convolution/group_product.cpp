#include <dynvision/kernels/convolution/group_product.hpp>

#include "laws/numbers.hpp"
#include "laws/threads.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

struct Case {
  std::int64_t groups, in, out, n;
};
std::vector<Case> const cases{{1, 1, 1, 1},     {3, 5, 2, 7},     {7, 3, 24, 4},     {2, 33, 8, 65},   {4, 17, 33, 66},
                              {100, 20, 20, 3}, {2, 4, 100, 130}, {1, 100, 100, 64}, {1, 3, 1000, 150}};

Tensor made(at::IntArrayRef sizes, std::uint64_t seed) { return laws::normal(sizes, seed, at::kFloat); }

// Each group by itself, in double: x (n,G C) -> (G,n,C).
Tensor of_groups(Tensor const& x, std::int64_t groups) {
  return x.to(at::kDouble).reshape({x.size(0), groups, -1}).transpose(0, 1);
}
Tensor of_rows(Tensor const& x) { return x.transpose(0, 1).reshape({x.size(1), -1}); }

}  // namespace

TEST_CASE("linear maps of groups are those of each group", "[kernels][groups]") {
  if (!kernels::GroupProduct::suits(made({1, 1, 1}, 1))) SKIP("without wide registers");
  for (Case const& c : cases) {
    CAPTURE(c.groups, c.in, c.out, c.n);
    Tensor const w = made({c.groups, c.out, c.in}, 1), b = made({c.groups, c.out}, 2);
    Tensor const exact = w.to(at::kDouble);
    kernels::GroupProduct map(w);
    Tensor weight = zeros({c.groups, c.out, c.in}, exact.options()), bias = zeros({c.groups, c.out}, exact.options());
    CHECK(!map.take().weight.defined());
    for (int round = 0; round < 2; ++round) {  // the sums of the first one are forgotten
      std::vector<Tensor> gs, xs;
      for (std::int64_t const n : {c.n, std::int64_t{1}, c.n + 1}) {
        Tensor const x = made({n, c.groups * c.in}, 3), g = made({n, c.groups * c.out}, 4);
        Tensor const y = of_rows(of_groups(x, c.groups).bmm(exact.transpose(1, 2)));
        CHECK(laws::distance(map.forward(x, {}).to(at::kDouble), y) < 1e-4);
        CHECK(laws::distance(map.forward(x, b).to(at::kDouble), y.add(b.flatten().to(at::kDouble))) < 1e-4);
        CHECK(laws::distance(map.adjoint(g).to(at::kDouble), of_rows(of_groups(g, c.groups).bmm(exact))) < 1e-3);
        weight.add_(of_groups(g, c.groups).transpose(1, 2).bmm(of_groups(x, c.groups)));
        bias.add_(of_groups(g, c.groups).sum({1}));
        gs.push_back(g), xs.push_back(x);
      }
      map.forget_forward(), map.forget_adjoint();
      map.add({gs[0]}, {xs[0]});
      map.add({gs[1], gs[2]}, {xs[1], xs[2]});
      kernels::GroupProduct::Gradients const sums = map.take();
      CHECK(laws::distance(sums.weight.to(at::kDouble), weight) < 1e-3);
      CHECK(laws::distance(sums.bias.to(at::kDouble), bias) < 1e-3);
      weight.zero_(), bias.zero_();
    }
  }
}

TEST_CASE("linear maps of groups do not depend on the number of threads", "[kernels][groups]") {
  if (!kernels::GroupProduct::suits(made({1, 1, 1}, 1))) SKIP("without wide registers");
  Tensor const w = made({50, 30, 20}, 1), x = made({40, 50 * 20}, 2), g = made({40, 50 * 30}, 3);
  auto const all = [&](int threads) {
    laws::Threads const of_test(threads);
    kernels::GroupProduct map(w);
    map.add({g}, {x});
    return std::vector<Tensor>{map.forward(x, {}), map.adjoint(g), map.take().weight};
  };
  std::vector<Tensor> const one = all(1), two = all(2);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i].equal(two[i]));
}
