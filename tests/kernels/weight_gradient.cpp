#include <dynvision/kernels/weight_gradient.hpp>

#include <ATen/Parallel.h>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

struct Case {
  std::int64_t n, in, out, height, width, kernel, stride, padding;
};
std::vector<Case> const cases{{3, 3, 36, 9, 7, 3, 1, 1},   {2, 17, 5, 8, 8, 3, 2, 1},   {1, 1, 4, 5, 5, 5, 2, 2},
                              {2, 8, 12, 6, 5, 1, 1, 0},   {2, 4, 4, 9, 9, 7, 2, 3},    {5, 6, 31, 4, 4, 3, 1, 1},
                              {2, 13, 65, 40, 3, 3, 1, 1}, {1, 2, 97, 2, 2, 5, 1, 2},   {3, 5, 8, 1, 1, 3, 1, 1},
                              {2, 3, 9, 6, 7, 3, 3, 0},    {40, 4, 17, 2, 30, 1, 1, 0}, {2, 9, 24, 5, 4, 2, 1, 1},
                              {4, 300, 33, 3, 3, 3, 1, 1}, {2, 3, 4, 2, 9, 3, 4, 1}};

template <class T> void agrees(Case const& c, double tolerance) {
  kernels::Layout const layout{true};
  at::TensorOptions const options(c10::CppTypeToScalarType<T>::value);
  CAPTURE(options.dtype().name(), c.n, c.in, c.out, c.height, c.width, c.kernel, c.stride, c.padding);
  Tensor const w = randn({c.out, c.in, c.kernel, c.kernel}, options);
  kernels::WeightGradient<T> sums(w.sizes(), c.stride, c.padding);
  std::vector<Tensor> gs, xs;
  Tensor weight, bias;
  for (std::int64_t const n : {c.n, std::int64_t{1}, c.n + 1}) {
    Tensor const x = layout.of(randn({n, c.in, c.height, c.width}, options));
    Tensor const g = layout.of(randn(conv2d(x, w, {}, c.stride, c.padding).sizes(), options));
    auto const one = conv2d_backward(g, x, w, c.stride, c.padding, 1, {false, true, true});
    weight = weight.defined() ? weight.add(one[1]) : one[1];
    bias = bias.defined() ? bias.add(one[2]) : one[2];
    gs.push_back(g), xs.push_back(x);
  }
  sums.add({gs[0]}, {xs[0]});
  sums.add({gs[1], gs[2]}, {xs[1], xs[2]});
  CHECK(sums.weight().sizes() == w.sizes());
  CHECK(laws::relative_difference(sums.weight(), weight) < tolerance);
  CHECK(laws::relative_difference(sums.bias(), bias) < tolerance);
}

}  // namespace

TEST_CASE("kernels: sums of weight gradients are those of the convolution's adjoint", "[kernels]") {
  if (!kernels::has_wide_registers()) SKIP("no AVX2");
  for (Case const& c : cases) {
    agrees<double>(c, 1e-12);
    agrees<float>(c, 1e-5);
  }
}

TEST_CASE("kernels: sums of weight gradients do not depend on the number of threads", "[kernels]") {
  if (!kernels::has_wide_registers()) SKIP("no AVX2");
  kernels::Layout const layout{true};
  Tensor const g = layout.of(randn({3, 70, 9, 5})), x = layout.of(randn({3, 11, 9, 5}));
  int const before = at::get_num_threads();
  std::vector<Tensor> weights;
  for (int const threads : {1, 2, 5}) {
    at::set_num_threads(threads);
    kernels::WeightGradient<float> sums({70, 11, 3, 3}, 1, 1);
    sums.add({g}, {x});
    weights.push_back(sums.weight());
  }
  at::set_num_threads(before);
  CHECK(weights[0].equal(weights[1]));
  CHECK(weights[0].equal(weights[2]));
}
