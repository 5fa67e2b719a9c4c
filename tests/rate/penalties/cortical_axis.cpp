#include <dynvision/rate/penalties/cortical_axis.hpp>
#include <dynvision/rate/penalties/weights.hpp>
#include <dynvision/rate/plasticity.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;
using rate::DevelopmentWave;

namespace {

double at2(Tensor const& x, std::int64_t i, std::int64_t j) { return x[i][j].item<double>(); }

// What steps of plain descent of |W - 1|^2 change within each phase: where it is in the mean, along the axis.
std::vector<double> centres(DevelopmentWave const& wave) {
  Tensor const W = zeros({wave.n_units, wave.n_units});
  std::vector<double> all;
  for (std::int64_t e = 0; e < wave.n_phases; ++e) {
    Tensor const before = W.clone(), window = wave.window(e);
    for (int i = 0; i < 3; ++i) Plasticity({{W, window}}).step([&] { W.sub_(W.sub(1).mul(0.1)); });
    Tensor const change = W.sub(before).abs();
    CHECK(change.mul(window.eq(0)).max().item<double>() == 0);  // exactly, outside the window
    double weighted = 0, sum = 0;
    for (std::int64_t i = 0; i < wave.n_units; ++i) {
      double const of_row = change[i].sum().item<double>();
      weighted += static_cast<double>(i) * of_row, sum += of_row;
    }
    all.push_back(weighted / sum);
  }
  return all;
}

}  // namespace

TEST_CASE("distances and time constants along an axis", "[rate]") {
  Tensor const p = zeros({3});
  p[1].fill_(0.25), p[2].fill_(1);
  Tensor const D = rate::axis_distance(p);
  CHECK(at2(D, 0, 1) == 0.25);
  CHECK(at2(D, 2, 1) == 0.75);
  CHECK(at2(D, 1, 1) == 0);
  CHECK(at2(rate::normalised_distance(D), 2, 0) == Approx(1 / ((0.25 + 1 + 0.75) / 3)));
  Tensor const tau = full({3}, 20.0);
  CHECK(rate::time_constant_penalty(tau, p.mul(10).add(20)).item<double>() == Approx(2.5 * 2.5 + 100));
}

TEST_CASE("the window of plasticity moves along the axis, and the other way round", "[rate]") {
  DevelopmentWave wave{.n_units = 40, .n_phases = 8};
  Tensor const K = wave.kernel(3);
  CHECK(at2(K, 15, 15) == 1);  // floor(40 3/8)
  CHECK(at2(K, 19, 15) == Approx(std::exp(-0.5)));
  CHECK(at2(K, 19, 11) == Approx(std::exp(-1.0)));
  std::vector<double> const forward = centres(wave);
  for (std::size_t e = 1; e < forward.size(); ++e) CHECK(forward[e] > forward[e - 1]);
  wave.reversed = true;
  std::vector<double> const back = centres(wave);
  for (std::size_t e = 0; e < back.size(); ++e) CHECK(back[e] == Approx(39 - forward[e]));
}

TEST_CASE("what the wave has reached stays plastic, or keeps a tail", "[rate]") {
  DevelopmentWave wave{.n_units = 40, .n_phases = 8, .mode = DevelopmentWave::Mode::additive};
  CHECK(at2(wave.kernel(6), 0, 0) == 1);
  CHECK(at2(wave.kernel(6), 30, 30) == 1);
  CHECK(at2(wave.kernel(6), 39, 39) < 0.3);
  CHECK(wave.kernel(4).sub(wave.kernel(3)).min().item<double>() >= 0);
  wave.mode = DevelopmentWave::Mode::comet;  // 10 % of 8 phases: one
  CHECK(at2(wave.kernel(0), 0, 0) == 1);
  CHECK(at2(wave.kernel(6), 0, 0) == Approx(0.25));
  CHECK(at2(wave.kernel(6), 30, 30) > 0.5);
  CHECK(wave.kernel(6).min().item<double>() >= 0);
}

TEST_CASE("axes and waves that cannot be are refused", "[rate]") {
  DevelopmentWave const wave{.n_units = 10, .n_phases = 4};
  CHECK(error_number([&] { wave.kernel(4); }) == 140);
  CHECK(error_number([&] { wave.kernel(-1); }) == 140);
  CHECK(error_number([] { DevelopmentWave{.width = 0}.kernel(0); }) == 140);
  CHECK(error_number([] { rate::axis_distance(zeros({2, 2})); }) == 140);
  CHECK(error_number([] { rate::time_constant_penalty(zeros({2}), zeros({3})); }) == 120);
}
