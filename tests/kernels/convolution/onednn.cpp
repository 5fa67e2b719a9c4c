#include <dynvision/kernels/convolution/onednn.hpp>
#include <dynvision/kernels/device/layout.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

TEST_CASE("kernels: a packed weight convolves as an ordinary one, both ways", "[kernels]") {
  struct Case {
    std::int64_t n, in, out, height, width, kernel, stride, padding, groups;
  };
  kernels::Layout const layout{true};
  for (at::ScalarType const dtype : {at::kFloat, at::kBFloat16}) {
    if (!kernels::OnednnConvolution::packs(zeros({1, 1, 1, 1}, at::TensorOptions(dtype)))) continue;
    for (Case const& c : {Case{3, 3, 36, 9, 7, 3, 1, 1, 1},
                          {2, 17, 5, 8, 8, 3, 2, 1, 1},
                          {1, 1, 4, 5, 5, 5, 2, 2, 1},
                          {4, 6, 6, 7, 3, 3, 1, 1, 6},
                          {2, 8, 12, 6, 5, 1, 1, 0, 1},
                          {2, 4, 4, 9, 9, 7, 2, 3, 1}}) {
      CAPTURE(dtype == at::kFloat, c.n, c.in, c.out, c.kernel, c.stride, c.groups);
      at::TensorOptions const options(dtype);
      Tensor const w = randn({c.out, c.in / c.groups, c.kernel, c.kernel}, options);
      Tensor const b = randn({c.out}, options);
      Tensor const x = layout.of(randn({c.n, c.in, c.height, c.width}, options));
      double const tolerance = dtype == at::kFloat ? 1e-6 : 1e-2;
      kernels::OnednnConvolution packed(w, c.stride, c.padding, c.groups);
      Tensor const y = conv2d(x, w, b, c.stride, c.padding, c.groups);
      CHECK(laws::relative_difference(packed.forward(x, b), y) < tolerance);
      CHECK(laws::relative_difference(packed.forward(x, {}), conv2d(x, w, {}, c.stride, c.padding, c.groups)) <
            tolerance);
      Tensor const more = layout.of(cat({x, x}, 0));  // another number of samples than it was packed for
      CHECK(laws::relative_difference(packed.forward(more, b), cat({y, y}, 0)) < tolerance);
      if (c.groups > 1) continue;
      Tensor const g = layout.of(randn(y.sizes(), options));
      auto const expected = conv2d_backward(g, x, w, c.stride, c.padding, c.groups, {true, false, false});
      CHECK(laws::relative_difference(packed.adjoint(g, c.height, c.width), expected[0]) < tolerance);
    }
  }
  CHECK_FALSE(kernels::OnednnConvolution::packs(zeros({1, 1, 1, 1}, at::TensorOptions(at::kDouble))));
}
