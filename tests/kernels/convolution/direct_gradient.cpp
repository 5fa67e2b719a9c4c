// covers: kernels/convolution/winograd_gradient.hpp
#include <dynvision/kernels/convolution/direct_gradient.hpp>
#include <dynvision/kernels/convolution/winograd_gradient.hpp>
#include <dynvision/kernels/device/cpu_features.hpp>

#include "laws/numbers.hpp"
#include "laws/threads.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

struct Case {
  std::int64_t n, in, out, height, width, kernel, stride, padding;
};
std::vector<Case> const all_cases{{3, 3, 36, 9, 7, 3, 1, 1},   {2, 17, 5, 8, 8, 3, 2, 1},   {1, 1, 4, 5, 5, 5, 2, 2},
                                  {2, 8, 12, 6, 5, 1, 1, 0},   {2, 4, 4, 9, 9, 7, 2, 3},    {5, 6, 31, 4, 4, 3, 1, 1},
                                  {2, 13, 65, 40, 3, 3, 1, 1}, {1, 2, 97, 2, 2, 5, 1, 2},   {3, 5, 8, 1, 1, 3, 1, 1},
                                  {2, 3, 9, 6, 7, 3, 3, 0},    {40, 4, 17, 2, 30, 1, 1, 0}, {2, 9, 24, 5, 4, 2, 1, 1},
                                  {4, 300, 33, 3, 3, 3, 1, 1}, {2, 3, 4, 2, 9, 3, 4, 1}};
std::vector<Case> const winograd_cases{
    {3, 36, 36, 9, 7, 3, 1, 1}, {2, 9, 8, 8, 8, 3, 1, 1},   {1, 8, 31, 5, 5, 3, 1, 2},   {2, 13, 65, 40, 3, 3, 1, 1},
    {3, 35, 97, 1, 1, 3, 1, 1}, {2, 17, 20, 3, 6, 3, 1, 0}, {40, 8, 17, 2, 30, 3, 1, 1}, {4, 300, 33, 3, 3, 3, 1, 2}};

template <class Sums> Sums of(Case const& c) {
  std::int64_t const sizes[] = {c.out, c.in, c.kernel, c.kernel};
  if constexpr (requires { Sums(sizes, c.padding); }) {
    return Sums(sizes, c.padding);
  } else {
    return Sums(sizes, c.stride, c.padding);
  }
}

template <class Sums> void agrees(Case const& c, at::ScalarType dtype, double tolerance) {
  kernels::Layout const layout{true};
  at::TensorOptions const options(dtype);
  CAPTURE(options.dtype().name(), c.n, c.in, c.out, c.height, c.width, c.kernel, c.stride, c.padding);
  Tensor const w = randn({c.out, c.in, c.kernel, c.kernel}, options);
  Sums sums = of<Sums>(c);
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

template <template <class> class Sums> void agree(std::vector<Case> const& cases) {
  for (Case const& c : cases) {
    agrees<Sums<double>>(c, at::kDouble, 1e-12);
    agrees<Sums<float>>(c, at::kFloat, 1e-5);
  }
}

template <class Sums> void ignore_threads() {
  kernels::Layout const layout{true};
  Tensor const g = layout.of(randn({3, 70, 9, 5})), x = layout.of(randn({3, 11, 9, 5}));
  std::vector<Tensor> weights;
  for (int const threads : {1, 2, 5, 9}) {
    laws::Threads const some(threads);
    Sums sums = of<Sums>({3, 11, 70, 9, 5, 3, 1, 1});
    sums.add({g}, {x});
    weights.push_back(sums.weight());
    CHECK(weights.back().equal(weights[0]));
  }
}

}  // namespace

TEST_CASE("kernels: sums of weight gradients are those of the convolution's adjoint", "[kernels]") {
  if (!kernels::has_wide_registers()) SKIP("no AVX2");
  agree<kernels::WeightGradient>(all_cases);
  agree<kernels::WinogradGradient>(winograd_cases);
}

TEST_CASE("kernels: sums of weight gradients do not depend on the number of threads", "[kernels]") {
  if (!kernels::has_wide_registers()) SKIP("no AVX2");
  ignore_threads<kernels::WeightGradient<float>>();
  ignore_threads<kernels::WinogradGradient<float>>();
}
