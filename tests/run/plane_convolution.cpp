// covers: kernels/plane_stencil.hpp run/plane_map.hpp run/learned.hpp
#include <dynvision/connections/local.hpp>
#include <dynvision/run/convolution.hpp>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

double difference(Tensor const& found, Tensor const& expected) {
  return found.sub(expected).norm().item<double>() / std::max(expected.norm().item<double>(), 1e-30);
}

template <int C> Local<C> drawn(at::TensorOptions options, bool normalised) {
  Local<C> lateral;
  int const k = Local<C>::kernel_size(C);
  lateral.conv.weight = randn({1, 1, k, k}, options).requires_grad_(true);
  lateral.conv.bias = randn({1}, options).requires_grad_(true);
  if (normalised) lateral.conv.magnitude = randn({1, 1, 1, 1}, options).abs().requires_grad_(true);
  return lateral;
}

// The stencil on the plane against the layer's own operations and autograd.
template <int C> void compare(at::ScalarType dtype, std::int64_t height, std::int64_t width, bool normalised) {
  CAPTURE(C, height, width, normalised, dtype == at::kDouble);
  double const tolerance = dtype == at::kDouble ? 1e-12 : 1e-4;  // the gradient of a length is one number
  at::TensorOptions const options(dtype);
  kernels::Layout const layout{dtype != at::kDouble};
  Local<C> const lateral = drawn<C>(options, normalised);
  Tensor const x = layout.of(randn({3, C, height, width}, options)).requires_grad_(true);
  Tensor const g = layout.of(randn({3, C, height, width}, options));

  Tensor const y = lateral(x);
  y.backward(g);

  at::AutoGradMode const no_gradient(false);
  run::Learned learned;
  run::Convolution stencil(lateral.conv, layout, dtype, learned);
  stencil.put_on_plane({C, height, width}, kernels::Engine{dtype});
  CHECK(difference(stencil.forward(x.detach()), y) < tolerance);
  CHECK(difference(stencil.reverse(g, x.detach(), true), x.grad()) < tolerance);
  stencil.finish(learned);
  std::vector<Tensor> const found = learned.take();
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(difference(found[i], learned.tensors()[i].grad()) < tolerance);
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
  at::Generator(at::detail::getDefaultCPUGenerator()).set_current_seed(7);
  compare_all<1>();
  compare_all<2>();
  compare_all<9>();
  compare_all<23>();  // extended to 25
  compare_all<121>();
}
