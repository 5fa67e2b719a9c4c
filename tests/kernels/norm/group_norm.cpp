// covers: kernels/norm/channel_sums.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/norm/group_norm.hpp>
#include <dynvision/run/compiled/functions/local_gradients.hpp>

#include "laws/threads.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

double difference(Tensor const& found, Tensor const& expected) {  // relative to the largest
  Tensor const a = found.to(at::kDouble), b = expected.to(at::kDouble);
  return a.sub(b).abs().max().item<double>() / std::max(b.abs().max().item<double>(), 1e-30);
}

struct Result {
  Tensor y, gx, gweight, gbias;
};

Result by_kernel(kernels::GroupNorm const& norm, Tensor const& weight, Tensor const& g, Tensor const& x) {
  Result all;
  all.y = norm(x);
  all.gx = norm.adjoint(g, x,
                        [&](Tensor const& p, Tensor const& gp) { (p.is_same(weight) ? all.gweight : all.gbias) = gp; });
  return all;
}

}  // namespace

TEST_CASE("kernels: group normalisation and its adjoint are LibTorch's, in double", "[kernels]") {
  struct Case {
    std::int64_t n, channels, height, width, groups;
    double mean, deviation;
  };
  for (Case const& c : {Case{3, 64, 7, 5, 32, 0, 1},
                        {2, 512, 2, 2, 32, 0.3, 2},
                        {1, 3, 5, 9, 1, 0, 1},
                        {4, 3, 5, 9, 3, 0, 1},
                        {2, 11, 9, 13, 11, 0, 1},
                        {2, 11, 9, 13, 1, 5, 0.1},
                        {3, 96, 1, 1, 32, 0, 1},
                        {2, 40, 17, 11, 8, 1, 1e-3},
                        {1, 32, 40, 30, 32, -2, 0.01},
                        {2, 6, 4, 4, 3, 0, 0}}) {
    for (at::ScalarType const dtype : {at::kDouble, at::kFloat, at::kBFloat16}) {
      for (bool const channels_last : {false, true}) {
        CAPTURE(c.n, c.channels, c.height, c.width, c.groups, c.mean, dtype, channels_last);
        kernels::Layout const layout{channels_last};
        at::TensorOptions const exact(at::kDouble), stored(dtype);
        at::TensorOptions const arithmetic(dtype == at::kDouble ? at::kDouble : at::kFloat);
        Tensor const x =
            layout.of(randn({c.n, c.channels, c.height, c.width}, exact).mul(c.deviation).add(c.mean).to(dtype));
        Tensor const g = layout.of(randn(x.sizes(), exact).to(dtype));
        Tensor const weight = randn({c.channels}, arithmetic), bias = randn({c.channels}, arithmetic);
        auto const leaf = [](Tensor const& t) { return t.detach().to(at::kDouble).clone().requires_grad_(true); };
        std::vector<Tensor> const inputs{leaf(x), leaf(weight), leaf(bias)};
        Tensor y;
        std::vector<Tensor> const expected = run::local_gradients(
            [&] { return y = group_norm(inputs[0].contiguous(), c.groups, inputs[1], inputs[2], 1e-5); }, inputs, g);

        kernels::GroupNorm const norm(c.groups, weight, bias, 1e-5);
        Result const found = by_kernel(norm, weight, g, x);
        // Where a mean is large its last digit is seen: deviation/mean digits are lost in x already, none here.
        double const tolerance = dtype == at::kDouble ? 1e-10 : dtype == at::kFloat ? 2e-5 : 1e-2;
        CHECK(found.y.scalar_type() == dtype);
        CHECK(found.y.is_contiguous(layout.format()));
        CHECK(difference(found.y, y.detach()) < tolerance);
        double const gx_size = expected[0].abs().max().item<double>();
        if (gx_size > 1e-9) CHECK(difference(found.gx, expected[0]) < tolerance);
        CHECK(difference(found.gbias, expected[2]) < tolerance);
        if (c.deviation > 0) CHECK(difference(found.gweight, expected[1]) < tolerance);
      }
    }
  }
}

TEST_CASE("kernels: threads do not change what group normalisation gives", "[kernels]") {
  Tensor const x = kernels::Layout{true}.of(randn({7, 64, 24, 24})), g = kernels::Layout{true}.of(randn(x.sizes()));
  Tensor const weight = randn({64}), bias = randn({64});
  kernels::GroupNorm const norm(16, weight, bias, 1e-5);
  auto const with = [&](int threads) {
    laws::Threads const some(threads);
    return by_kernel(norm, weight, g, x);
  };
  Result const one = with(1), three = with(3);
  CHECK(one.y.equal(three.y));
  CHECK(one.gx.equal(three.gx));
  CHECK(one.gweight.equal(three.gweight));
  CHECK(one.gbias.equal(three.gbias));
}
