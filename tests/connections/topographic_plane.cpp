// covers: connections/local.hpp connections/local_depthwise.hpp
#include <dynvision/connections/local_depthwise.hpp>

#include "laws/alone.hpp"
#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace dynvision;
using namespace laws;

namespace {

// semantics 8.3: where channel c at (y,x) is on the plane
std::pair<std::int64_t, std::int64_t> place_of(std::int64_t f, std::int64_t c, std::int64_t y, std::int64_t x) {
  std::int64_t row = c / f, column = c % f;
  if (x % 2) column = f - 1 - column;
  if (y % 2) row = f - 1 - row;
  return {y * f + row, x * f + column};
}

Tensor counted(at::IntArrayRef sizes) {
  Tensor const x = zeros(sizes, at::TensorOptions(at::kDouble));
  for (std::int64_t i = 0; i < x.numel(); ++i) x.mutable_data_ptr<double>()[i] = static_cast<double>(i);
  return x;
}

double element_at(Tensor const& x, std::int64_t i, std::int64_t j) {
  return x.select(0, i).select(0, j).item<double>();
}

}  // namespace

TEST_CASE("tiles of channels, mirrored so that neighbours meet", "[connections]") {
  for (std::int64_t const f : {1, 2, 3}) {
    for (auto const [h, w] : {Size{1, 1}, Size{3, 4}, Size{2, 5}}) {
      CAPTURE(f, h, w);
      TopographicPlane const plane{f * f};
      Tensor const x = counted({1, f * f, h, w}), laid = plane.from_layer(x);
      CHECK(laid.sizes().equals({1, 1, f * h, f * w}));
      for (std::int64_t c = 0; c < f * f; ++c) {
        for (std::int64_t i = 0; i < h; ++i) {
          for (std::int64_t j = 0; j < w; ++j) {
            auto const [row, column] = place_of(f, c, i, j);
            CHECK(element_at(laid.select(0, 0).select(0, 0), row, column) == static_cast<double>((c * h + i) * w + j));
          }
        }
      }
      CHECK(distance(plane.to_layer(laid, {h, w}), x) == 0);
    }
  }
}

TEST_CASE("channels that are no square are continued by reflection, and dropped again", "[connections]") {
  CHECK(TopographicPlane{5}.side() == 3);
  CHECK(TopographicPlane{9}.side() == 3);
  CHECK(TopographicPlane{10}.side() == 4);
  CHECK(TopographicPlane{256}.side() == 16);
  CHECK(TopographicPlane{5}.extension() == std::vector<std::int64_t>{0, 1, 2, 3, 4, 4, 3, 2, 1});
  for (std::int64_t c = 1; c <= 40; ++c) {
    CAPTURE(c);
    TopographicPlane const plane{c};
    for (std::int64_t const from : plane.extension()) CHECK((from >= 0 && from < c));
    Tensor const x = normal({2, c, 3, 2}, 1);
    CHECK(distance(plane.to_layer(plane.from_layer(x), {3, 2}), x) == 0);
  }
}

TEST_CASE("the margin reflects the plane without its edge", "[connections]") {
  TopographicPlane const plane{4};
  Tensor const x = normal({1, 4, 2, 3}, 1), inner = plane.from_layer(x).select(0, 0).select(0, 0);
  Tensor const wide = plane.from_layer(x, 2).select(0, 0).select(0, 0);
  auto const reflected = [](std::int64_t i, std::int64_t n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; };
  for (std::int64_t i = -2; i < 6; ++i) {
    for (std::int64_t j = -2; j < 8; ++j) {
      CAPTURE(i, j);
      CHECK(element_at(wide, i + 2, j + 2) == element_at(inner, reflected(i, 4), reflected(j, 6)));
    }
  }
}

TEST_CASE("kernel size on the plane follows from the tile", "[connections]") {
  CHECK(Local<64>::kernel_size(1) == 3);
  CHECK(Local<64>::kernel_size(15 * 15) == 3);
  CHECK(Local<64>::kernel_size(16 * 16) == 5);
  CHECK(Local<64>::kernel_size(23 * 23) == 5);
  CHECK(Local<64>::kernel_size(24 * 24) == 7);
}

TEST_CASE("a local connection is a convolution of the plane", "[connections]") {
  Place place(in_double(), 9);
  Local<9> local;
  local.compose(place.at, true, {}, 9);
  CHECK(names(listed(local)) == std::vector<std::string>{"conv.weight", "conv.bias"});
  CHECK(local.conv.weight.sizes().equals({1, 1, 3, 3}));
  // a kernel that copies the neighbour below: inside a tile that is the next row of channels
  assign(local.conv.weight, row({0, 0, 0, 0, 0, 0, 0, 1, 0}).reshape({1, 1, 3, 3}));
  assign(local.conv.bias, row({0}));
  Tensor const h = normal({1, 9, 1, 1}, 1), y = local(h);
  for (std::int64_t c = 0; c < 6; ++c) {
    CHECK(distance(y.select(1, c), h.select(1, c + 3)) == 0);
  }
  // reflected at the last row: its neighbour below is the row above
  for (std::int64_t c = 6; c < 9; ++c) {
    CHECK(distance(y.select(1, c), h.select(1, c - 3)) == 0);
  }
}

TEST_CASE("local, then depthwise", "[connections]") {
  Place place(in_double(), 5);
  LocalDepthwise<5> both;
  both.compose(place.at, true, 5);
  randomise(listed(both), 3);
  CHECK(names(listed(both)) == std::vector<std::string>{"local_conv.conv.weight", "local_conv.conv.bias",
                                                        "patchy_conv.weight", "patchy_conv.bias"});
  CHECK(both.patchy_conv.weight.sizes().equals({5, 1, 3, 3}));
  Tensor const h = normal({2, 5, 3, 3}, 1);
  CHECK(distance(both(h), both.patchy_conv(both.local_conv(h))) == 0);
}
