// covers: kernels/convolution/plane_stencil.hpp run/compiled/functions/plane_map.hpp run/compiled/memory/gradient_sums.hpp
#include <dynvision/connections/local.hpp>
#include <dynvision/run/compiled/functions/convolution.hpp>

#include <ATen/core/grad_mode.h>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

template <int C> Local<C> drawn(at::ScalarType dtype, bool normalised) {
  Local<C> lateral;
  int const k = Local<C>::kernel_size(C);
  lateral.conv.weight = laws::normal({1, 1, k, k}, 1, dtype).requires_grad_(true);
  lateral.conv.bias = laws::normal({1}, 2, dtype).requires_grad_(true);
  if (normalised) {
    lateral.conv.map = Parametrisations(WeightNorm{laws::normal({1, 1, 1, 1}, 3, dtype).abs().requires_grad_(true)});
  }
  return lateral;
}

// The stencil on the plane against the layer's own operations and autograd.
template <int C> void compare(at::ScalarType dtype, std::int64_t height, std::int64_t width, bool normalised) {
  CAPTURE(C, height, width, normalised, dtype == at::kDouble);
  double const tolerance = dtype == at::kDouble ? 1e-12 : 2e-5;
  kernels::Layout const layout{dtype != at::kDouble};
  Local<C> const lateral = drawn<C>(dtype, normalised);
  Tensor const x = layout.of(laws::normal({3, C, height, width}, 4, dtype)).requires_grad_(true);
  Tensor const g = layout.of(laws::normal({3, C, height, width}, 5, dtype));

  Tensor const y = lateral(x);
  y.backward(g);

  at::AutoGradMode const no_gradient(false);
  run::GradientSums learned;
  run::Convolution stencil(lateral.conv, layout, dtype, learned);
  stencil.put_on_plane({C, height, width}, kernels::Engine{dtype});
  CHECK(laws::relative_difference(stencil.forward(x.detach()), y) < tolerance);
  CHECK(laws::relative_difference(stencil.reverse(g, x.detach(), true), x.grad()) < tolerance);
  stencil.finish(learned);
  std::vector<Tensor> const found = learned.take();
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(laws::relative_difference(found[i], learned.tensors()[i].grad()) < tolerance);
  }
  CHECK(found.size() == (normalised ? 3u : 2u));
}

template <int C> void compare_all() {
  for (at::ScalarType const dtype : {at::kDouble, at::kFloat}) {
    for (bool const normalised : {false, true}) {
      compare<C>(dtype, 1, 1, normalised);
      compare<C>(dtype, 5, 3, normalised);
      compare<C>(dtype, 4, 7, normalised);
    }
  }
}

}  // namespace

TEST_CASE("run: the stencil on the topographic plane is what Local computes, with its gradients", "[run]") {
  compare_all<1>();
  compare_all<2>();
  compare_all<9>();
  compare_all<23>();  // extended to 25
  compare_all<121>();
}

TEST_CASE("run: a kernel on the plane may have any odd size", "[run]") {
  constexpr int many = 132 * 132;
  REQUIRE(Local<many>::kernel_size(many) == 33);
  compare<many>(at::kFloat, 1, 1, false);
  auto const made = [](int kernel, int margin) {
    std::int64_t const side = 4 + 2 * margin;
    kernels::PlaneMap map{4, 4, kernel, 16};
    map.padded.resize(static_cast<std::size_t>(side * side)), map.inner.resize(16);
    return failure([&] { kernels::PlaneStencil const stencil(map); });
  };
  CHECK(made(3, 1) == "none");
  CHECK(made(41, 20) == "none");
  for (int const kernel : {-1, 0, 2, 32}) CHECK(made(kernel, kernel / 2) == "run.152");
  CHECK(made(5, 1) == "run.152");
}
