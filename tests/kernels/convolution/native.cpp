// covers: kernels/convolution/direct.hpp kernels/convolution/winograd.hpp kernels/convolution/winograd_tiles.hpp kernels/convolution/microkernel.hpp, kernels/device/cpu_features.hpp, kernels/device/thread_scratch.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/convolution/direct.hpp>
#include <dynvision/kernels/convolution/native.hpp>
#include <dynvision/kernels/convolution/winograd.hpp>
#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/device/layout.hpp>

#include "laws/numbers.hpp"
#include "laws/threads.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

kernels::Layout const layout{true};

struct Case {
  std::int64_t n, in, out, height, width, kernel, stride, padding;
  Size size() const {
    return {(height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1};
  }
};
std::vector<Case> const winograd_cases{
    {3, 16, 36, 9, 7, 3, 1, 1},  {2, 17, 8, 8, 8, 3, 1, 1},   {1, 36, 36, 5, 5, 3, 1, 2},
    {2, 8, 12, 6, 5, 3, 1, 0},   {5, 31, 121, 4, 4, 3, 1, 1}, {2, 13, 65, 40, 3, 3, 1, 1},
    {1, 23, 97, 2, 2, 3, 1, 1},  {3, 9, 8, 1, 1, 3, 1, 1},    {2, 64, 33, 3, 3, 3, 1, 0},
    {40, 8, 17, 2, 30, 3, 1, 1}, {4, 300, 32, 3, 3, 3, 1, 2}, {7, 36, 40, 16, 16, 3, 1, 1}};
std::vector<Case> const direct_cases{
    {3, 3, 36, 9, 7, 3, 1, 1},   {2, 17, 5, 8, 8, 3, 2, 1}, {1, 1, 4, 5, 5, 5, 2, 2},    {2, 8, 12, 6, 5, 1, 1, 0},
    {2, 4, 4, 9, 9, 7, 2, 3},    {5, 6, 31, 4, 4, 3, 1, 1}, {2, 13, 65, 40, 3, 3, 2, 1}, {1, 2, 97, 2, 2, 5, 1, 2},
    {3, 5, 8, 1, 1, 3, 1, 1},    {2, 3, 9, 6, 7, 3, 3, 0},  {40, 4, 17, 2, 30, 1, 1, 0}, {2, 9, 24, 5, 4, 2, 1, 1},
    {4, 300, 33, 3, 3, 3, 2, 1}, {2, 3, 4, 2, 9, 3, 4, 1},  {3, 6, 7, 9, 8, 1, 2, 0},    {2, 30, 18, 7, 7, 2, 3, 4}};

struct Results {
  Tensor y, unbiased, gx;
};

template <class T>
Results by_winograd(Case const& c, Tensor const& w, Tensor const& b, Tensor const& x, Tensor const& g) {
  kernels::WinogradWeight<T> const forward(w, false), adjoint(w, true);
  return {forward(x, b, c.padding), forward(x, {}, c.padding), adjoint(g, {}, 2 - c.padding)};
}
template <class T> Results by_sum(Case const& c, Tensor const& w, Tensor const& b, Tensor const& x, Tensor const& g) {
  kernels::DirectWeight<T> const forward(w, c.stride, c.padding, false), adjoint(w, c.stride, c.padding, true);
  return {forward(x, b, c.size()), forward(x, {}, c.size()), adjoint(g, {}, {c.height, c.width})};
}

void agree(std::vector<Case> const& cases, at::ScalarType dtype, auto const& own, double tolerance) {
  at::TensorOptions const options(dtype);
  for (Case const& c : cases) {
    CAPTURE(options.dtype().name(), c.n, c.in, c.out, c.height, c.width, c.kernel, c.stride, c.padding);
    Tensor const w = randn({c.out, c.in, c.kernel, c.kernel}, options), b = randn({c.out}, options);
    Tensor const x = layout.of(randn({c.n, c.in, c.height, c.width}, options));
    Tensor const y = conv2d(x, w, b, c.stride, c.padding), g = layout.of(randn(y.sizes(), options));
    Results const found = own(c, w, b, x, g);
    CHECK(laws::relative_difference(found.y, y) < tolerance);
    CHECK(laws::relative_difference(found.unbiased, conv2d(x, w, {}, c.stride, c.padding)) < tolerance);
    auto const expected = conv2d_backward(g, x, w, c.stride, c.padding, 1, {true, false, false});
    CHECK(laws::relative_difference(found.gx, expected[0]) < tolerance);
  }
}

// One sample by one thread is the same to the bit as among others by several.
void ignores_batch_and_threads(auto const& own) {
  for (std::int64_t const channels : {20, 120}) {
    Case const c{9, channels, channels, 7, 4, 3, 1, 1};
    Tensor const w = randn({channels, channels, 3, 3}), b = randn({channels});
    Tensor const x = layout.of(randn({c.n, channels, c.height, c.width})), g = layout.of(randn(x.sizes()));
    std::vector<Results> all;
    for (int const threads : {1, 2, 5}) {
      laws::Threads const some(threads);
      all.push_back(own(c, w, b, x, g));
      CHECK(all.back().y.equal(all[0].y));
      CHECK(all.back().gx.equal(all[0].gx));
      auto const fifth = [](Tensor const& of) { return layout.of(of.narrow(0, 4, 1)); };
      Results const alone = own(c, w, b, fifth(x), fifth(g));
      CHECK(alone.y.equal(fifth(all[0].y)));
      CHECK(alone.gx.equal(fifth(all[0].gx)));
    }
  }
}

}  // namespace

TEST_CASE("kernels: convolutions by the library's own loops are convolutions, both ways", "[kernels]") {
  if (!kernels::has_wide_registers()) SKIP("no AVX2");
  agree(winograd_cases, at::kDouble, by_winograd<double>, 1e-12);
  agree(winograd_cases, at::kFloat, by_winograd<float>, 1e-5);
  agree(direct_cases, at::kDouble, by_sum<double>, 1e-12);
  agree(direct_cases, at::kFloat, by_sum<float>, 1e-5);
}

TEST_CASE("kernels: the library's own convolutions depend neither on the batch nor on the number of threads",
          "[kernels]") {
  if (!kernels::has_wide_registers()) SKIP("no AVX2");
  ignores_batch_and_threads(by_winograd<float>);
  ignores_batch_and_threads(by_sum<float>);
}

TEST_CASE("kernels: the library's own convolution is taken for what it can do, and adds up what its loops add up",
          "[kernels]") {
  Tensor const w = randn({32, 32, 3, 3});
  if (!kernels::NativeConvolution::suits(w, 1, 1, 1)) SKIP("not the faster one here");
  CHECK_FALSE(kernels::NativeConvolution::suits(w.to(at::kDouble), 1, 1, 1));
  CHECK_FALSE(kernels::NativeConvolution::suits(w.to(at::kBFloat16), 1, 1, 1));
  CHECK_FALSE(kernels::NativeConvolution::suits(randn({32, 1, 3, 3}), 1, 1, 32));
  CHECK_FALSE(kernels::NativeConvolution::suits(randn({32, 3, 3, 3}), 1, 1, 1));
  for (Case const& c : {Case{3, 40, 36, 9, 7, 3, 1, 1},
                        {3, 40, 36, 9, 7, 3, 1, 3},
                        {2, 17, 36, 8, 8, 3, 2, 1},
                        {2, 36, 48, 6, 5, 1, 1, 0},
                        {2, 16, 20, 6, 5, 5, 1, 2}}) {
    CAPTURE(c.in, c.out, c.height, c.width, c.kernel, c.stride, c.padding);
    Tensor const weight = randn({c.out, c.in, c.kernel, c.kernel}), bias = randn({c.out});
    if (!kernels::NativeConvolution::suits(weight, c.stride, c.padding, 1)) continue;
    kernels::NativeConvolution own(weight, c.stride, c.padding);
    Tensor const x = layout.of(randn({c.n, c.in, c.height, c.width}));
    Tensor const y = conv2d(x, weight, bias, c.stride, c.padding), g = layout.of(randn(y.sizes()));
    auto const expected = conv2d_backward(g, x, weight, c.stride, c.padding, 1, {true, true, true});
    for (int again = 0; again < 2; ++again) {
      CHECK(laws::relative_difference(own.forward(x, bias), y) < 1e-5);
      CHECK(laws::relative_difference(own.adjoint(g, c.height, c.width), expected[0]) < 1e-5);
      own.forget_forward(), own.forget_adjoint();
    }
    if (!own.sums()) continue;
    CHECK(!own.take().weight.defined());
    own.add({g}, {x}), own.add({g}, {x});
    kernels::NativeConvolution::Gradients const sums = own.take();
    CHECK(laws::relative_difference(sums.weight, expected[1].mul(2)) < 1e-5);
    CHECK(laws::relative_difference(sums.bias, expected[2].mul(2)) < 1e-5);
    CHECK(!own.take().weight.defined());
  }
}
