#include <dynvision/data/fashion_mnist.hpp>

#include "../io/failure.hpp"
#include "../io/raw_zip.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace dynvision;

TEST_CASE("Fashion-MNIST: sizes, classes, normalisation", "[data]") {
  FashionMnist const source;
  if (!std::filesystem::exists(source.folder)) SKIP("no Fashion-MNIST in " << source.folder);
  Images const train = source.train(), test = source.test();
  CHECK(train.images.sizes() == at::IntArrayRef({60'000, 1, 28, 28}));
  CHECK(test.images.sizes() == at::IntArrayRef({10'000, 1, 28, 28}));
  CHECK(test.classes.size() == 10);
  std::vector<int> counts(10, 0);
  auto const* const labels = train.labels.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < train.size(); ++i) ++counts[static_cast<std::size_t>(labels[i])];
  CHECK(counts == std::vector<int>(10, 6000));
  CHECK(train.classes[static_cast<std::size_t>(labels[0])] == "Ankle boot");
  CHECK(train.images.mean().item<double>() == Catch::Approx(0).margin(0.001));
  CHECK(train.images.std().item<double>() == Catch::Approx(1).margin(0.001));
  CHECK(train.images.min().item<float>() == Catch::Approx(-0.2860 / 0.3530));
}

TEST_CASE("folders without Fashion-MNIST", "[data]") {
  TemporaryFolder const folder;
  CHECK(failure([&] { FashionMnist{folder / "missing"}.train(); }) == "data.121");
  CHECK(failure([&] { FashionMnist{folder.path}.train(); }) == "data.124");
  auto const text = [](char const* bytes, std::size_t n) { return std::string_view(bytes, n); };
  folder.file("t10k-images-idx3-ubyte", text("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\1\0\xFF", 18));
  folder.file("t10k-labels-idx1-ubyte", text("\0\0\x08\1\0\0\0\2\3\4", 10));
  FashionMnist const small{folder.path, 0.5F, 0.5F};
  CHECK(small.test().images.const_data_ptr<float>()[0] == -1);
  CHECK(small.test().images.const_data_ptr<float>()[1] == 1);
  CHECK(failure([&] { FashionMnist{folder.path, 0.5F, 0.0F}.test(); }) == "data.123");
  folder.file("t10k-labels-idx1-ubyte", text("\0\0\x08\1\0\0\0\2\3\x0A", 10));
  CHECK(failure([&] { small.test(); }) == "data.105");
  folder.file("t10k-labels-idx1-ubyte", text("\0\0\x08\1\0\0\0\1\3", 9));
  CHECK(failure([&] { small.test(); }) == "data.103");
  folder.file("t10k-labels-idx1-ubyte", text("\0\0\x0B\1\0\0\0\1\0\3", 10));
  CHECK(failure([&] { small.test(); }) == "data.122");
}

TEST_CASE("Fashion-MNIST under the names and in the folders that archives and other programs make", "[data]") {
  std::string const images("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\1\0\xFF", 18), labels("\0\0\x08\1\0\0\0\2\3\4", 10);
  auto const packed = [](std::string const& bytes) { return raw_deflate(bytes, MAX_WBITS + 16); };
  for (std::string const mark : {"-", "."}) {
    for (bool const gz : {false, true}) {
      for (std::string const where : {"", "raw/", "FashionMNIST/raw/", "own"}) {
        INFO(mark << " " << gz << " " << where);
        TemporaryFolder const folder;
        auto const put = [&](std::string const& name, std::string const& bytes) {
          std::string const place = (where == "own" ? name + "/" : where) + name + (gz ? ".gz" : "");
          std::filesystem::create_directories((folder / place).parent_path());
          folder.file(place, gz ? packed(bytes) : bytes);
        };
        put("train-images" + mark + "idx3-ubyte", images);
        put("train-labels" + mark + "idx1-ubyte", labels);
        CHECK(FashionMnist{folder.path}.train().size() == 2);
      }
    }
  }
}
