// covers: operations/residual.hpp operations/repeat.hpp operations/sequence.hpp operations/batch_norm.hpp
// covers: operations/dropout.hpp operations/dense.hpp operations/zero_if_absent.hpp
#include <dynvision/operations/batch_norm.hpp>
#include <dynvision/operations/dense.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/repeat.hpp>
#include <dynvision/operations/residual.hpp>
#include <dynvision/operations/zero_if_absent.hpp>

#include "io/failure.hpp"
#include "laws/alone.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

template <class Op> Op composed(int channels, Size size = {}, Options const& options = in_double()) {
  Place place(options, channels, size);
  Op op;
  op.compose(place.at);
  return op;
}
using Names = std::vector<std::string>;

using Simple = List<Conv<2, 2, 3, 1, NoBias, As<"conv1">>, Relu, Conv<2, 2, 3, 1, NoBias, As<"conv2">>>;
using WithNorm = List<Conv<2, 2, 3, 1, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>>;

}  // namespace

TEST_CASE("a residual block adds the signal, or its shortcut", "[operations][residual]") {
  auto const block = composed<Residual<Simple>>(2);
  Tensor const x = normal({3, 2, 5, 4}, 1);
  Tensor y = x;
  block.body.ops.each([&](auto const& op, int) { y = op(y); });
  CHECK(distance(block(x), x.add(y)) == 0);

  using Down = Residual<List<Conv<2, 3, 3, 2, As<"conv1">>>, List<Conv<2, 3, 1, 2, As<"skip.0">>>, As<"{}.0">>;
  STATIC_CHECK(Down::out_channels(2) == 3);
  auto const down = composed<Down>(2, {5, 4});
  CHECK(down.out_size({5, 4}) == Size{3, 2});
  CHECK(down(x).sizes().equals({3, 3, 3, 2}));
  CHECK(distance(down(x), down.body(x).add(down.shortcut(x))) == 0);
}

TEST_CASE("channels that do not meet are a mismatch", "[operations][residual]") {
  STATIC_CHECK(Residual<List<Conv<2, 3, 3>>>::out_channels(2) == channel_mismatch);
  STATIC_CHECK(Residual<List<Conv<2, 3, 3>>>::out_channels(4) == channel_mismatch);
  STATIC_CHECK(Repeat<2, List<Conv<2, 3, 3>>>::out_channels(2) == channel_mismatch);
  STATIC_CHECK(Repeat<2, List<Conv<2, 2, 3>>>::out_channels(2) == 2);
}

TEST_CASE("without a state inside a block is an operation of its signal alone", "[operations][residual]") {
  STATIC_CHECK(SimpleOperation<Residual<Simple>>);
  STATIC_CHECK(!MomentOperation<Residual<Simple>>);
  STATIC_CHECK(SimpleOperation<Repeat<2, Simple>>);
  STATIC_CHECK(!MomentOperation<Repeat<2, Simple>>);
  // Batch normalisation sees the moment in training, and is an operation of its signal alone otherwise.
  STATIC_CHECK(MomentOperation<Residual<WithNorm>>);
  STATIC_CHECK(SimpleOperation<Residual<WithNorm>>);
  STATIC_CHECK(MomentOperation<Repeat<2, List<Residual<WithNorm>>>>);
  STATIC_CHECK(SimpleOperation<Repeat<2, List<Residual<WithNorm>>>>);
}

TEST_CASE("parameters of inner operations have their path behind that of the block", "[operations][residual]") {
  auto block = composed<Residual<WithNorm, List<>, As<"{}.0">>>(2);
  CHECK(names(listed(block)) == Names{"conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var"});
  auto repeated = composed<Repeat<2, List<Relu, Residual<Simple, List<>, As<"">>>, FirstCopy<1>>>(2);
  CHECK(names(listed(repeated)) == Names{"1.conv1.weight", "1.conv2.weight", "2.conv1.weight", "2.conv2.weight"});
  CHECK(distance(listed(repeated)[0].tensor, listed(repeated)[2].tensor) > 0);
}

TEST_CASE("copies are applied one after the other", "[operations][residual]") {
  auto const repeated = composed<Repeat<3, Simple>>(2);
  Tensor const x = normal({2, 2, 4, 4}, 1);
  CHECK(distance(repeated(x), repeated.copies[2](repeated.copies[1](repeated.copies[0](x)))) == 0);
  CHECK(distance(composed<Repeat<0, Simple>>(2)(x), x) == 0);
}

TEST_CASE("batch normalisation in training: statistics of this batch, and the running ones follow", "[operations]") {
  auto norm = composed<BatchNorm<>>(2);
  Tensor const x = normal({4, 2, 3, 5}, 1).mul(3).add(2);
  Instant instant;
  CHECK(distance(norm(x, instant.now), x.div(std::sqrt(1 + 1e-5))) < 1e-12);  // not trained: mean 0, variance 1
  norm.train(true);
  {
    at::AutoGradMode const no_gradient(false);  // a validation changes nothing
    norm(x, instant.now);
    CHECK(distance(norm.running_mean, zeros({2}, at::TensorOptions(at::kDouble))) == 0);
  }
  Tensor const mean = x.mean({0, 2, 3}), square = x.square().mean({0, 2, 3});
  Tensor const variance = square.sub(mean.square());
  Tensor const y = norm(x, instant.now);
  Tensor const expected = x.sub(mean.reshape({1, 2, 1, 1})).div(variance.reshape({1, 2, 1, 1}).add(1e-5).sqrt());
  CHECK(distance(y, expected) < 1e-12);
  double const n = 4 * 3 * 5;
  CHECK(distance(norm.running_mean, mean.mul(0.1)) < 1e-12);
  CHECK(distance(norm.running_var, variance.mul(0.1 * n / (n - 1)).add(0.9)) < 1e-12);
  norm.train(false);
  CHECK(distance(norm(x, instant.now), y) > 0.1);
  CHECK(!norm(Signal{}, instant.now).defined());
}

TEST_CASE("dropout: in training some units are silent, the others larger", "[operations]") {
  Options options = in_double();
  options.dropout = 0.25;
  auto dropout = composed<Dropout>(1, {}, options);
  Tensor const x = ones({1, 1, 100, 100}, at::TensorOptions(at::kDouble));
  Instant instant;
  CHECK(distance(dropout(x, instant.now), x) == 0);
  dropout.train(true);
  Tensor const y = dropout(x, instant.now);
  double const kept = y.gt(0).to(at::kDouble).mean().item<double>();
  CHECK(std::abs(kept - 0.75) < 0.03);
  CHECK(std::abs(y.max().item<double>() - 1 / 0.75) < 1e-12);
  CHECK(distance(dropout(x, instant.now), y) > 0);  // others at the next step
  at::AutoGradMode const no_gradient(false);
  CHECK(distance(dropout(x, instant.now), x) == 0);
}

TEST_CASE("a probability of dropout out of range", "[operations]") {
  for (double const p : {-0.1, 1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}) {
    Options options;
    options.dropout = p;
    CHECK(failure([&] { composed<Dropout>(1, {}, options); }) == "model.116");
  }
}

TEST_CASE("a dense layer is a linear map of all units", "[operations]") {
  auto const dense = composed<Dense<2, 3, 2>>(2, {2, 2});
  Tensor const x = normal({4, 2, 2, 2}, 1);
  Tensor const expected = x.reshape({4, 8}).matmul(dense.weight.t()).add(dense.bias).reshape({4, 3, 1, 1});
  CHECK(distance(dense(x), expected) < 1e-12);
  CHECK(failure([&] { dense(normal({1, 2, 3, 2}, 1)); }) == "model.117");
  CHECK(failure([] { composed<Dense<2, 3, 2>>(2, {4, 4}); }) == "model.117");
  Options options = in_double();
  options.bias = false;  // is of the areas
  CHECK(composed<Dense<2, 3, 2>>(2, {2, 2}, options).bias.defined());
  CHECK_FALSE(composed<Dense<2, 3, 2, NoBias>>(2, {2, 2}, options).bias.defined());
  STATIC_CHECK(Dense<2, 3>::out_channels(5) == channel_mismatch);
}

TEST_CASE("an adaptive pooling covers the image", "[operations]") {
  Tensor const x = normal({2, 3, 7, 5}, 1);
  CHECK(distance(AdaptiveAvgPool<1>{}(x), x.mean({2, 3}, true)) < 1e-12);
  CHECK(AdaptiveAvgPool<6>{}(normal({1, 2, 1, 1}, 1)).sizes().equals({1, 2, 6, 6}));
}

TEST_CASE("zeros in place of an absent signal, for the whole batch", "[operations]") {
  auto const zero = composed<ZeroIfAbsent>(3);
  Instant instant(8, {4, 5});
  instant.now.batch = 2;
  instant.now.options = at::TensorOptions(at::kDouble);
  Tensor const y = zero(Signal{}, instant.now);
  CHECK(y.sizes().equals({2, 3, 4, 5}));
  CHECK(y.scalar_type() == at::kDouble);
  CHECK(y.abs().max().item<double>() == 0);
  Tensor const x = zeros({2, 3, 4, 5});  // a silent signal is one
  CHECK(zero(x, instant.now).is_same(x));
}
