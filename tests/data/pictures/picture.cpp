#include <dynvision/data/pictures/picture.hpp>
#include <dynvision/records/tensorboard/png.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;

namespace {

Tensor picture(std::int64_t c, std::int64_t h, std::int64_t w, int step) {
  Tensor pixels = host_tensor({c, h, w}, at::kByte);
  for (std::int64_t i = 0; i < pixels.numel(); ++i) {
    pixels.mutable_data_ptr<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * step % 256);
  }
  return pixels;
}
double mean(Tensor const& x) { return x.mean().item<double>(); }

}  // namespace

TEST_CASE("A picture becomes an image of the model's channels and size", "[picture]") {
  Tensor const colour = picture(3, 20, 30, 7), grey = picture(1, 20, 30, 3);
  CHECK(fitted_picture(colour, {3, 20, 30}).equal(colour.to(at::kFloat).unsqueeze(0)));
  Tensor const one = fitted_picture(colour, {1, 20, 30});
  REQUIRE(one.sizes() == at::IntArrayRef({1, 1, 20, 30}));
  auto const p = [&](int c) { return colour[c][4][5].item<double>(); };
  CHECK(std::abs(one[0][0][4][5].item<double>() - (0.299 * p(0) + 0.587 * p(1) + 0.114 * p(2))) < 1e-3);
  Tensor const three = fitted_picture(grey, {3, 20, 30});
  for (int c = 0; c < 3; ++c) CHECK(three[0][c].equal(grey[0].to(at::kFloat)));
  // A size of half: means of neighbours, and of the whole the same mean.
  Tensor const half = fitted_picture(grey, {1, 10, 15});
  REQUIRE(half.sizes() == at::IntArrayRef({1, 1, 10, 15}));
  CHECK(std::abs(mean(half) - mean(grey.to(at::kFloat))) < 3);
  CHECK(failure([&] { fitted_picture(colour, {4, 20, 30}); }) == "data.165");
  CHECK(failure([&] { fitted_picture(colour, {3, 0, 30}); }) == "data.165");
}

TEST_CASE("A picture is normalised as the images of its study are", "[picture]") {
  TemporaryFolder const folder;
  auto const path = folder.file("a.png", png(picture(1, 8, 8, 5)).bytes);
  DataSettings settings{.data_name = "mine", .normalize = {{0.5}, {0.25}}};
  Tensor const image = read_picture(path, {1, 8, 8}, settings);
  CHECK(std::abs(image[0][0][1][2].item<double>() - (50.0 / 255 - 0.5) / 0.25) < 1e-6);
  settings.pixel_range = "0-255", settings.normalize = {};
  CHECK(read_picture(path, {1, 8, 8}, settings)[0][0][1][2].item<double>() == 50);
}
