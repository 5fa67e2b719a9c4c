// covers: experiments/protocol/occluded.hpp experiments/noise/draws.hpp
#include <dynvision/experiments/protocol/render.hpp>
#include <dynvision/experiments/protocol/schedule.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace dynvision;
using namespace dynvision::experiments;

namespace {

constexpr std::int64_t n_images = 7;

Tensor images() {
  at::manual_seed(3);
  return at::randn({n_images, 3, 16, 20});
}

Tensor rendered(Frame const& frame, Tensor const& x, std::vector<std::int64_t> const& indices = {}, double blank = 0) {
  Tensor const out = at::full(x.sizes(), 99.0, x.options());
  render(frame.canonical(blank == 0), {.images = x, .others = {x.flip(0)}, .indices = indices}, out, blank);
  return out;
}

Tensor some(Tensor const& x, std::vector<std::int64_t> const& which) { return x.index_select(0, at::tensor(which)); }

double variance(Tensor const& x) { return x.to(at::kDouble).var().item<double>(); }

std::vector<Noise> kinds() {
  std::vector<Noise> all;
  for (NoiseType const type : {NoiseType::saltpepper, NoiseType::poisson, NoiseType::uniform, NoiseType::gaussian,
                               NoiseType::phasescrambled}) {
    for (Temporal const temporal : {Temporal::dynamic, Temporal::fixed, Temporal::correlated})
      all.push_back({.type = type, .ssnr = 0.4, .temporal = temporal, .seed = 5});
  }
  all.push_back({.type = NoiseType::gaussian, .ssnr = 0.4, .spatially_correlated = true});
  all.push_back({.type = NoiseType::phasescrambled, .ssnr = 0.4, .use_image_spectrum = true});
  return all;
}

std::string name(Noise const& n) {
  return std::string(noise_types[static_cast<std::size_t>(n.type)]) + " " +
         std::string(temporal_modes[static_cast<std::size_t>(n.temporal)]);
}

Frame noisy(Noise const& noise, int frame = 4) {
  return {.show = Show::image, .noise = noise, .noise_frame = frame, .noise_correlation = 0.7};
}

}  // namespace

TEST_CASE("An image, another one, a blank", "[experiments][render]") {
  Tensor const x = images();
  CHECK(rendered({.show = Show::image}, x).equal(x));
  CHECK(rendered({.show = Show::image, .image = 1}, x).equal(x.flip(0)));
  CHECK(rendered({}, x, {}, 0.3).equal(at::full(x.sizes(), 0.3, x.options())));
  CHECK(rendered({.show = Show::image, .contrast = 0}, x).equal(at::zeros_like(x)));
  CHECK(rendered({.show = Show::image, .contrast = 0.5}, x).equal(x.mul(0.5)));
  Tensor const half = x.to(at::kHalf);
  CHECK(rendered({.show = Show::image, .contrast = 0.5}, half).equal(half.mul(0.5)));
  CHECK(failure([&] { rendered({.show = Show::image, .image = 2}, x); }) == "experiments.111");
  CHECK(failure([&] { rendered({.show = Show::image}, x.select(0, 0)); }) == "experiments.112");
  CHECK(failure([&] { rendered({.show = Show::image}, x, {1, 2}); }) == "experiments.113");
}

TEST_CASE("Shift, then occlusion, then contrast, then noise", "[experiments][render]") {
  Tensor const x = images();
  Tensor const shifted = rendered({.show = Show::image, .shift = {3, -2}}, x, {}, 0.25);
  CHECK(shifted.slice(2, 3).slice(3, 0, 18).equal(x.slice(2, 0, 13).slice(3, 2)));
  CHECK(shifted.slice(2, 0, 3).eq(0.25).all().item<bool>());
  CHECK(shifted.slice(3, 18).eq(0.25).all().item<bool>());

  for (OcclusionKind const kind : {OcclusionKind::bars, OcclusionKind::patches}) {
    Tensor before;
    for (double const fraction : {0.1, 0.3, 0.5, 0.7, 1.0}) {
      Occlusion const occlusion{.fraction = fraction, .kind = kind, .seed = 2};
      Tensor const out = rendered({.show = Show::image, .occlusion = occlusion}, x, {}, 0.25);
      Tensor const covered = out.eq(0.25);
      auto const expected =
          kind == OcclusionKind::bars ? std::llround(fraction * 20) * 16 : std::llround(fraction * 320);
      CHECK(covered.sum().item<std::int64_t>() == n_images * 3 * expected);
      CHECK(out.masked_select(covered.logical_not()).equal(x.masked_select(covered.logical_not())));
      if (before.defined()) CHECK(before.logical_and(covered.logical_not()).any().item<bool>() == false);
      before = covered;
      // Occluded pixels are blank before the contrast.
      Tensor const faint = rendered({.show = Show::image, .contrast = 0.5, .occlusion = occlusion}, x, {}, 0.25);
      CHECK(faint.equal(out.mul(0.5)));
    }
  }
  // The power of noise is that of what it is added to.
  Frame frame = noisy({.type = NoiseType::gaussian, .ssnr = 0.5});
  frame.contrast = 0.1;
  CHECK(std::abs(variance(rendered(frame, x).sub(x.mul(0.1))) / variance(x.mul(0.1)) - 1) < 0.1);
}

TEST_CASE("Noise is the same for any batch, order and number of threads", "[experiments][render]") {
  Tensor const x = images();
  std::vector<std::int64_t> const all{10, 11, 12, 13, 14, 15, 16}, order{6, 2, 4};
  int const threads = at::get_num_threads();
  for (Noise const& noise : kinds()) {
    INFO(name(noise));
    Frame const frame = noisy(noise);
    at::set_num_threads(1);
    Tensor const whole = rendered(frame, x, all);
    at::set_num_threads(2);
    CHECK(rendered(frame, x, all).equal(whole));
    CHECK(rendered(frame, some(x, order), {16, 12, 14}).equal(some(whole, order)));
    CHECK_FALSE(rendered(frame, x, {10, 11, 12, 13, 14, 15, 26})[6].equal(whole[6]));
    Noise other = noise;
    other.seed = 6;
    CHECK_FALSE(rendered(noisy(other), x, all).equal(whole));
    Tensor const later = rendered(noisy(noise, 5), x, all);
    CHECK(later.equal(whole) == (noise.temporal == Temporal::fixed));
  }
  at::set_num_threads(threads);
}

TEST_CASE("Levels share their draws; the ends are exact", "[experiments][render]") {
  Tensor const x = images();
  for (Noise noise : kinds()) {
    INFO(name(noise));
    noise.ssnr = 1;
    CHECK(rendered(noisy(noise), x).equal(x));
    noise.ssnr = 0;
    Tensor const alone = rendered(noisy(noise), x);
    CHECK(alone.equal(rendered({.show = Show::noise, .noise = noise, .noise_frame = 4, .noise_correlation = 0.7}, x)));
    for (std::int64_t i = 0; i < n_images; ++i) CHECK(std::abs(variance(alone[i]) / variance(x[i]) - 1) < 0.15);
    if (noise.type == NoiseType::saltpepper || noise.type == NoiseType::poisson) continue;
    // Additive noise: one pattern, whatever the level.
    noise.ssnr = 0.2;
    Tensor const strong = rendered(noisy(noise), x).sub(x);
    noise.ssnr = 0.8;
    Tensor const weak = rendered(noisy(noise), x).sub(x);
    CHECK(strong.sub(weak.mul(4)).abs().max().item<double>() < 1e-4);
    CHECK(strong.sub(alone.mul(2)).abs().max().item<double>() < 1e-4);
  }
}

TEST_CASE("Noise has the power that is asked for", "[experiments][render]") {
  at::manual_seed(4);
  Tensor const x = at::randn({2, 3, 64, 64}).add(1);
  for (Noise noise : kinds()) {
    for (double const ssnr : {0.3, 0.6, 0.9}) {
      noise.ssnr = ssnr;
      INFO(name(noise) << " " << ssnr);
      Tensor const out = rendered(noisy(noise), x);
      if (noise.type == NoiseType::poisson && ssnr < 0.5) continue;  // limited to -6 ... 8
      double const expected = variance(x[0]) / noise.snr();
      if (noise.type != NoiseType::saltpepper) {
        CHECK(std::abs(variance(out[0].sub(x[0])) / expected - 1) < 0.1);
        continue;
      }
      double power = 0;  // a pixel in a hundred: the mean square of some frames
      noise.temporal = Temporal::dynamic;
      for (int t = 0; t < 16; ++t) {
        power += rendered(noisy(noise, t), x)[0].sub(x[0]).square().mean().item<double>() / 16;
      }
      CHECK(std::abs(power / expected - 1) < 0.1);
    }
  }
}

TEST_CASE("Correlated noise forgets", "[experiments][render]") {
  at::manual_seed(4);
  Tensor const x = at::randn({1, 3, 64, 64});
  for (NoiseType const type : {NoiseType::gaussian, NoiseType::uniform, NoiseType::phasescrambled}) {
    Noise const noise{.type = type, .ssnr = 0.5, .temporal = Temporal::correlated};
    auto const at_step = [&](int t) { return rendered(noisy(noise, t), x).sub(x).flatten(); };
    Tensor const now = at_step(40);
    for (int const k : {1, 2, 5}) {
      Tensor const then = at_step(40 + k);
      double const r = now.mul(then).mean().item<double>() / std::sqrt(variance(now) * variance(then));
      CHECK(std::abs(r - std::pow(0.7, k)) < 0.05);
    }
  }
}

TEST_CASE("Poisson numbers", "[experiments][render]") {
  for (double const mean : {0.1, 1.0, 7.5, 399.0, 401.0, 1e5}) {
    double sum = 0, squares = 0;
    int const n = 20000;
    for (int i = 0; i < n; ++i) {
      // Quantiles of the standard normal distribution, by its inverse to 1e-3: bisection.
      double low = -6, high = 6;
      for (int k = 0; k < 40; ++k)
        (analysis::normal_probability((low + high) / 2) < (i + 0.5) / n ? low : high) = (low + high) / 2;
      double const q = Draws::poisson_number(mean, low);
      sum += q, squares += q * q;
    }
    double const m = sum / n, v = squares / n - m * m;
    CHECK(std::abs(m / mean - 1) < 5e-3);
    CHECK(std::abs(v / mean - 1) < 2e-2);
  }
}
