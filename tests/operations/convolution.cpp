// covers: operations/conv.hpp concepts/weight.hpp operations/retina.hpp operations/pool.hpp operations/group_norm.hpp, concepts/path.hpp, concepts/policy.hpp
// The laws of operations are in tests/laws/operation.cpp.
#include <dynvision/concepts/weight.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/group_norm.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/retina.hpp>

#include "io/failure.hpp"
#include "laws/alone.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace laws;

namespace {

template <class Op> Op composed(Options const& options, int channels) {
  Place place(options, channels);
  Op op;
  op.compose(place.at);
  return op;
}
using Names = std::vector<std::string>;
double std_of(Tensor const& x) { return x.std(false).item<double>(); }

}  // namespace

TEST_CASE("policies of a convolution, in any order", "[operations]") {
  STATIC_CHECK(Conv<3, 36, 3>::path == "{}.conv");
  STATIC_CHECK(PolicyKinds<IsPath, IsNoBias>::take<>());
  STATIC_CHECK(PolicyKinds<IsPath, IsNoBias>::take<NoBias, As<"a">>());
  STATIC_CHECK(!PolicyKinds<IsPath, IsNoBias>::take<NoBias, WeightNorm>());
  STATIC_CHECK(!PolicyKinds<IsPath, IsNoBias>::take<As<"a">, As<"b">>());
  STATIC_CHECK(!IsPath<Conv<3, 36, 3>>::value);  // a path alone makes no policy
  STATIC_CHECK(!IsPadding<Conv<3, 36, 3>>::value);
  STATIC_CHECK(!IsPath<int>::value);
  STATIC_CHECK(Conv<3, 36, 3>::padding == 1);
  STATIC_CHECK(Conv<3, 36, 4>::padding == 2);
  STATIC_CHECK(Conv<3, 36, 7, 2, NoBias, Padding<0>, As<"{}.conv2">>::path == "{}.conv2");
  STATIC_CHECK(Conv<3, 36, 7, 2, NoBias, Padding<0>, As<"{}.conv2">>::padding == 0);
  STATIC_CHECK(Conv<3, 36, 3, 1, WeightNorm>::fault == Fault::none);
  STATIC_CHECK(Conv<3, 36, 3, 1, int>::fault == Fault::policy);
  STATIC_CHECK(Conv<3, 36, 0>::fault == Fault::number);
  STATIC_CHECK(Conv<3, 0, 3>::fault == Fault::number);
  STATIC_CHECK(Conv<-1, 36, 3>::fault == Fault::number);
  STATIC_CHECK(Conv<3, 36, 3, 0>::fault == Fault::number);
  STATIC_CHECK(Conv<3, 36, 3, 1, Padding<-1>>::fault == Fault::number);
}

TEST_CASE("channels of a convolution", "[operations]") {
  STATIC_CHECK(Conv<3, 36, 3>::out_channels(3) == 36);
  STATIC_CHECK(Conv<3, 36, 3>::out_channels(4) == channel_mismatch);
  STATIC_CHECK(Conv<3, 36, 3>::out_channels(image_channels) == 36);
  STATIC_CHECK(Conv<image_channels, 36, 3>::out_channels(17) == 36);
  STATIC_CHECK(Retina<>::out_channels(3) == 18);
  STATIC_CHECK(Retina<>::out_channels(1) == channel_mismatch);
  STATIC_CHECK(Retina<image_channels>::out_channels(1) == 18);
}

TEST_CASE("parameters of a convolution", "[operations]") {
  auto const of = [](auto op) { return names(listed(op)); };
  CHECK(of(composed<Conv<3, 5, 3>>(in_double(), 3)) == Names{"weight", "bias"});
  CHECK(of(composed<Conv<3, 5, 3, 1, NoBias>>(in_double(), 3)) == Names{"weight"});
  CHECK(of(composed<Conv<3, 5, 3, 1, WeightNorm>>(in_double(), 3)) ==
        Names{"parametrizations.weight.original0", "parametrizations.weight.original1", "bias"});
  Options without = in_double();
  without.bias = false;
  CHECK(of(composed<Conv<3, 5, 3>>(without, 3)) == Names{"weight"});
  CHECK(composed<Conv<image_channels, 5, 3>>(in_double(), 7).kernel.weight.sizes().equals({5, 7, 3, 3}));
}

TEST_CASE("initialisation of a convolution", "[operations]") {
  Options options = in_double();
  auto const kaiming = composed<Conv<64, 128, 3>>(options, 64).kernel;
  CHECK(std::abs(std_of(kaiming.weight) / std::sqrt(2.0 / (64 * 9)) - 1) < 0.02);
  CHECK(kaiming.bias.abs().max().item<double>() == 0);
  options.feedforward_init = FeedforwardInit::truncated_normal;
  CHECK(std::abs(std_of(composed<Conv<64, 128, 3>>(options, 64).kernel.weight) / 0.004 - 1) < 0.02);
}

TEST_CASE("a weight-normalised kernel has the value of the plain one, and the norm of its magnitude", "[operations]") {
  auto const plain = composed<Conv<3, 5, 3>>(in_double(), 3).kernel;
  auto normalised = composed<Conv<3, 5, 3, 1, WeightNorm>>(in_double(), 3).kernel;
  Tensor const x = normal({2, 3, 4, 4}, 1);
  CHECK(distance(plain(x), normalised(x)) < 1e-14);
  Tensor magnitude = normalised.map.find<WeightNorm>()->magnitude;
  CHECK(magnitude.sizes().equals({5, 1, 1, 1}));
  // the length of the direction does not matter
  assign(normalised.weight, normalised.weight.mul(row({1, 2, 3, 4, 5}).reshape({5, 1, 1, 1})));
  CHECK(distance(plain(x), normalised(x)) < 1e-14);
  assign(magnitude, magnitude.mul(2));
  CHECK(distance(plain(x).mul(2), normalised(x)) < 1e-13);
}

TEST_CASE("a kernel that does not exist has no parameters", "[operations]") {
  Weight kernel;
  CHECK(!kernel.exists());
  int n = 0;
  kernel.parameters("conv.", [&](std::string const&, Tensor&, auto...) { ++n; });
  CHECK(n == 0);
}

TEST_CASE("the retina: two convolutions with a ReLU between", "[operations]") {
  auto retina = composed<Retina<3, 4, 2, 5>>(in_double(), 3);
  CHECK(names(listed(retina)) == Names{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"});
  randomise(listed(retina), 1);
  Tensor const x = normal({2, 3, 6, 7}, 1);
  CHECK(distance(retina(x), conv2d(conv2d(x, retina.conv1.weight, retina.conv1.bias, 1, 2).relu(), retina.conv2.weight,
                                   retina.conv2.bias, 1, 2)) < 1e-13);
  CHECK(composed<Retina<>>(in_double(), 3).conv1.weight.sizes().equals({36, 3, 9, 9}));
  CHECK(composed<Retina<>>(in_double(), 3).conv2.weight.sizes().equals({18, 36, 9, 9}));
}

TEST_CASE("pooling", "[operations]") {
  Tensor const x = row({1, 5, 2, 8, 3, 4, 7, 6, 9, 0, 2, 1, 3, 3, 3, 3}).reshape({1, 1, 4, 4});
  CHECK(values(MaxPool<2, 2, 0>{}(x)) == std::vector<double>{5, 8, 9, 3});
  CHECK(values(MaxPool<3, 2>{}(x)) == std::vector<double>{5, 8, 9, 7});
  CHECK(values(AvgPool<2, 2, 0>{}(x)) == std::vector<double>{13.0 / 4, 23.0 / 4, 15.0 / 4, 9.0 / 4});
  STATIC_CHECK(MaxPool<3, 0>::fault == Fault::number);
  STATIC_CHECK(MaxPool<0, 1>::fault == Fault::number);
  STATIC_CHECK(MaxPool<3, 1, 2>::fault == Fault::number);
  STATIC_CHECK(AvgPool<3, 1, -1>::fault == Fault::number);
  STATIC_CHECK(AvgPool<3, 2>::fault == Fault::none);
}

TEST_CASE("group normalisation: every group of channels has mean 0 and variance 1", "[operations]") {
  auto norm = composed<GroupNorm<2>>(in_double(), 6);
  norm.eps = 0;
  Tensor const groups = norm(normal({2, 6, 3, 3}, 1).mul(4).add(7)).reshape({2, 2, 27});
  CHECK(groups.mean({2}).abs().max().item<double>() < 1e-12);
  CHECK(groups.var({2}, false).sub(1).abs().max().item<double>() < 1e-12);
  CHECK(failure([] { composed<GroupNorm<4>>(in_double(), 6); }) == "model.113");
  STATIC_CHECK(GroupNorm<0>::fault == Fault::number);
  STATIC_CHECK(GroupNorm<5, As<"{}.mid_modules">>::path == "{}.mid_modules");
}
