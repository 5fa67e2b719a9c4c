// covers: io/image/png_file.hpp io/image/jpeg_file.hpp io/image/pixels.hpp
#include <dynvision/io/image/image_file.hpp>
#include <dynvision/records/tensorboard/png.hpp>

#include "io/failure.hpp"
#include "io/image_bytes.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>
#include <zlib.h>

#include <string>

using namespace dynvision;

namespace {

std::string bytes_of(std::string const& name) {
  std::string const& hex = image_bytes.at(name);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}
Tensor read(std::string const& bytes) {
  TemporaryFolder const folder;
  return read_image_file(folder.file("image", bytes));
}
int pixel(Tensor const& x, std::int64_t c, std::int64_t i, std::int64_t j) { return x[c][i][j].item<int>(); }

}  // namespace

TEST_CASE("PNG images of every kind are read as they are", "[image]") {
  for (std::string const name : {"grey", "grey16", "colour", "alpha", "palette", "bits"}) {
    INFO(name);
    Tensor const image = read(bytes_of(name));
    bool const grey = name.starts_with("grey") || name == "bits";
    REQUIRE(image.sizes() == at::IntArrayRef({grey ? 1 : 3, 3, 4}));
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 4; ++x) {
        int const value = 10 + 20 * y + 50 * x;
        CHECK(pixel(image, 0, y, x) == (name == "bits" ? (x + y) % 2 * 255 : value));
        if (!grey) CHECK((pixel(image, 1, y, x) == 255 - value && pixel(image, 2, y, x) == 5 * x * y));
      }
    }
  }
}

TEST_CASE("JPEG images are read", "[image]") {
  Tensor const grey = read(bytes_of("jpeg_grey")), colour = read(bytes_of("jpeg_colour"));
  REQUIRE(grey.sizes() == at::IntArrayRef({1, 16, 16}));
  REQUIRE(colour.sizes() == at::IntArrayRef({3, 16, 16}));
  CHECK(std::abs(pixel(grey, 0, 7, 8) - 90) <= 1);
  int const wanted[] = {200, 100, 50};
  for (int c = 0; c < 3; ++c) CHECK(std::abs(pixel(colour, c, 3, 11) - wanted[c]) <= 3);
}

TEST_CASE("An image that this library writes is read back", "[image]") {
  Tensor pixels = host_tensor({3, 20, 7}, at::kByte);
  for (int i = 0; i < 420; ++i) pixels.mutable_data_ptr<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 31);
  CHECK(read(png(pixels).bytes).equal(pixels));
}

TEST_CASE("Damaged images, and other files, are errors", "[image]") {
  for (auto const& [name, hex] : image_bytes) {
    std::string const bytes = bytes_of(name);
    INFO(name);
    CHECK(failure([&] { read(bytes.substr(0, bytes.size() / 2)); }) == "io.292");
    CHECK(failure([&] { read(bytes.substr(0, 9)); }) == "io.292");
  }
  std::string damaged = bytes_of("colour");
  damaged[50] = static_cast<char>(damaged[50] ^ 0x55);
  CHECK(failure([&] { read(damaged); }) == "io.292");
  // 60000 x 60000 pixels, in a file of 80 bytes.
  std::string huge = bytes_of("grey");
  huge[18] = huge[22] = '\xEA', huge[19] = huge[23] = '\x60';
  auto const crc = static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<Bytef const*>(&huge[12]), 17));
  for (unsigned i = 0; i < 4; ++i) huge[29 + i] = static_cast<char>(crc >> (24 - 8 * i));
  CHECK(message([&] { read(huge); }).find("more pixels") != std::string::npos);
  CHECK(failure([] { read("GIF89a"); }) == "io.291");
  CHECK(failure([] { read(""); }) == "io.291");
}
