// Where units lie: grids, distances, and a cortex that an axis orders in part.
#include <dynvision/analysis/order.hpp>
#include <dynvision/rate/penalties/places.hpp>
#include <dynvision/rate/penalties/weights.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;

namespace {

std::vector<double> numbers(Tensor const& x) {
  std::vector<double> all;
  for (Tensor const& one : x.unbind(0)) all.push_back(one.item<double>());
  return all;
}
double rank_correlation(Tensor const& x, Tensor const& y) {
  std::vector<double> const a = numbers(x), b = numbers(y);
  return analysis::spearman(a, b);
}

}  // namespace

TEST_CASE("units of a grid are one apart", "[rate]") {
  Tensor const places = rate::grid_places(5, 5, 4), D = rate::distances(places);
  CHECK(places.size(0) == 100);
  CHECK(D[0][1].item<double>() == 1);
  CHECK(D[0][4].item<double>() == 1);
  CHECK(D[0][20].item<double>() == 1);
  CHECK(D[0][99].item<double>() == Approx(std::sqrt(16 + 16 + 9)));
  CHECK(D.sub(D.t()).abs().max().item<double>() == 0);
  CHECK(D.diagonal().abs().max().item<double>() == 0);
}

TEST_CASE("a synthetic cortex covers a sphere, and its axis orders it as much as is asked for", "[rate]") {
  rate::Cortex const one = rate::synthetic_cortex(200), again = rate::synthetic_cortex(200);
  CHECK(one.places.sub(again.places).abs().max().item<double>() == 0);
  CHECK(one.places.sub(rate::synthetic_cortex(200, 1).places).abs().max().item<double>() > 0.1);
  CHECK(one.p[0].item<double>() == 0);
  CHECK(one.p[199].item<double>() == 1);
  CHECK(one.places.square().sum({1}).sub(1).abs().max().item<double>() < 1e-6);
  CHECK(one.places.mean(at::IntArrayRef{0}).abs().max().item<double>() < 0.01);
  // No two places are much nearer than 200 that are even: sqrt(4 pi/200) = 0.25.
  Tensor const D = rate::distances(one.places);
  CHECK(D.add(D.eq(0).to(at::kFloat).mul(9)).min().item<double>() > 0.15);
  Tensor const height = one.places.select(1, 2);
  CHECK(rank_correlation(one.p, height) == Approx(0.8).margin(0.08));
  CHECK(rank_correlation(one.p, rate::synthetic_cortex(200, 0, 1).places.select(1, 2)) == Approx(1));
  CHECK(std::abs(rank_correlation(one.p, rate::synthetic_cortex(200, 0, 0).places.select(1, 2))) < 0.2);
}

TEST_CASE("penalties of an ensemble are those of its members", "[rate]") {
  Tensor const W = zeros({3, 6, 6}).uniform_(-1, 1), D = rate::distances(rate::grid_places(3, 2));
  Tensor const C = rate::communicability(W);
  double squares = 0, embedded = 0;
  for (std::int64_t k = 0; k < 3; ++k) {
    Tensor const one = W[k];
    CHECK(C[k].sub(rate::communicability(one)).abs().max().item<double>() < 1e-6);
    squares += rate::distance_penalty(one, D, 2).item<double>();
    embedded += rate::distance_penalty(one, D.mul(rate::communicability(one)), 1).item<double>();
  }
  CHECK(rate::distance_penalty(W, D, 2).item<double>() == Approx(squares));
  CHECK(rate::distance_penalty(W, D.mul(C), 1).item<double>() == Approx(embedded));
  CHECK(error_number([&] { rate::distance_penalty(W, D.narrow(0, 0, 3), 2); }) == 120);
  CHECK(error_number([&] { rate::distance_penalty(W[0], D.expand({3, 6, 6}), 2); }) == 120);
}

TEST_CASE("places that cannot be are refused", "[rate]") {
  CHECK(error_number([] { rate::grid_places(5, 0); }) == 141);
  CHECK(error_number([] { rate::distances(zeros({3})); }) == 141);
  CHECK(error_number([] { rate::synthetic_cortex(1); }) == 141);
  CHECK(error_number([] { rate::synthetic_cortex(10, 0, 1.5); }) == 141);
}
