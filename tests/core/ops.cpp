// covers: core/tensor.hpp
#include <dynvision/core/ops.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>

using namespace dynvision;
using namespace laws;

TEST_CASE("shapes in messages", "[core]") {
  CHECK(shape_text({2, 3, 32}) == "2x3x32");
  CHECK(shape_text({}) == "scalar");
  CHECK(shape_text({0}) == "0");
}

TEST_CASE("tensors are made with the dtype asked for", "[core]") {
  CHECK(zeros({2, 3}).scalar_type() == at::kFloat);
  CHECK(zeros({}, at::TensorOptions(at::kDouble)).scalar_type() == at::kDouble);
  CHECK(values(ones({3})) == std::vector<double>{1, 1, 1});
  CHECK(values(full({2}, 0.25)) == std::vector<double>{0.25, 0.25});
  Tensor const index = indices({3, -1, 2}, zeros({}));
  CHECK(index.scalar_type() == at::kLong);
  CHECK(values(index) == std::vector<double>{3, -1, 2});
  CHECK(values(stack_along({row({1, 2}), row({3, 4})}, 1)) == std::vector<double>{1, 3, 2, 4});
  CHECK(values(cat({row({1, 2}), row({3})}, 0)) == std::vector<double>{1, 2, 3});
  CHECK(!optional_tensor(Tensor{}).has_value());
}

TEST_CASE("convolution: cross-correlation with zero padding, a stride and groups", "[core]") {
  Tensor const x = row({1, 2, 3, 4, 5, 6, 7, 8, 9}).reshape({1, 1, 3, 3});
  Tensor const right = row({0, 0, 0, 0, 0, 1, 0, 0, 0}).reshape({1, 1, 3, 3});
  CHECK(values(conv2d(x, right, row({10}), 1, 1)) == std::vector<double>{12, 13, 10, 15, 16, 10, 18, 19, 10});
  CHECK(values(conv2d(x, right, {}, 2, 1)) == std::vector<double>{2, 0, 8, 0});
  Tensor const two = cat({x, x}, 1), weight = row({2, -1}).reshape({2, 1, 1, 1});
  CHECK(distance(conv2d(two, weight, {}, 1, 0, 2), cat({x.mul(2), x.neg()}, 1)) == 0);
}

TEST_CASE("pooling: the margin is never the maximum, and counts as zeros in the mean", "[core]") {
  Tensor const x = row({-1, -2, -3, -4}).reshape({1, 1, 2, 2});
  CHECK(values(max_pool2d(x, 3, 2, 1)) == std::vector<double>{-1});
  CHECK(values(avg_pool2d(x, 3, 2, 1)) == std::vector<double>{-10.0 / 9});
}

TEST_CASE("linear layer and group normalisation", "[core]") {
  Tensor const x = row({1, 2, 3, 4}).reshape({2, 2});
  CHECK(values(linear(x, row({10, 1, 0, 1}).reshape({2, 2}), row({0, 0.5}))) == std::vector<double>{12, 2.5, 34, 4.5});
  Tensor const y = group_norm(row({1, 3, 5, 9}).reshape({1, 4, 1, 1}), 2, {}, {}, 0);
  CHECK(distance(y, row({-1, 1, -1, 1}).reshape({1, 4, 1, 1})) < 1e-12);
}

// semantics 9.1: source = min(floor(i ratio), n - 1)
TEST_CASE("nearest neighbour: which element is taken", "[core]") {
  for (std::int64_t in = 1; in <= 9; ++in) {
    std::vector<double> positions;
    for (std::int64_t i = 0; i < in; ++i) positions.push_back(static_cast<double>(i));
    Tensor const x = row(positions).reshape({1, 1, in, 1});
    for (std::int64_t out = 1; out <= 12; ++out) {
      CAPTURE(in, out);
      float const ratio = static_cast<float>(in) / static_cast<float>(out);
      std::vector<double> expected;
      for (std::int64_t i = 0; i < out; ++i) {
        auto const source = static_cast<std::int64_t>(std::floor(static_cast<float>(i) * ratio));
        expected.push_back(static_cast<double>(std::min(source, in - 1)));
      }
      CHECK(values(nearest(x, out, 1)) == expected);
    }
  }
}

TEST_CASE("nearest neighbour with a given scale", "[core]") {
  Tensor const x = row({0, 1, 2, 3, 4}).reshape({1, 1, 1, 5});
  // 5 * 0.5 -> 2 elements; with the ratio 2, not 5/2
  CHECK(values(nearest(x, 1, 2, 0.5)) == std::vector<double>{0, 2});
  CHECK(values(nearest(x, 1, 2)) == std::vector<double>{0, 2});
  CHECK(values(nearest(x, 1, 3, 0.7)) == std::vector<double>{0, 1, 2});
  CHECK(values(nearest(x, 1, 3)) == std::vector<double>{0, 1, 3});
  CHECK(nearest(x, 1, 5).is_same(x));
}
