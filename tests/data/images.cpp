#include <dynvision/core/ops.hpp>
#include <dynvision/data/images.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>

using namespace dynvision;

TEST_CASE("a set of images is checked", "[data]") {
  Images const good{zeros({3, 1, 2, 2}), zeros({3}, at::kLong), {"a", "b"}};
  auto const with = [&](auto change) {
    Images set{good.images.clone(), good.labels.clone(), good.classes};
    change(set);
    return failure([&] { check_images(set); });
  };
  CHECK(good.size() == 3);
  CHECK(with([](Images&) {}) == "none");
  CHECK(with([](Images& set) { set.images = Tensor{}; }) == "data.101");
  CHECK(with([](Images& set) { set.images = zeros({3, 2, 2}); }) == "data.101");
  CHECK(with([](Images& set) { set.images = set.images.to(at::kDouble); }) == "data.101");
  CHECK(with([](Images& set) { set.labels = Tensor{}; }) == "data.102");
  CHECK(with([](Images& set) { set.labels = set.labels.to(at::kInt); }) == "data.102");
  CHECK(with([](Images& set) { set.labels = zeros({3, 1}, at::kLong); }) == "data.102");
  CHECK(with([](Images& set) { set.labels = zeros({2}, at::kLong); }) == "data.103");
  CHECK(with([](Images& set) { set.classes.clear(); }) == "data.104");
  CHECK(with([](Images& set) { set.labels.mutable_data_ptr<std::int64_t>()[1] = 2; }) == "data.105");
  CHECK(with([](Images& set) { set.labels.mutable_data_ptr<std::int64_t>()[1] = -1; }) == "data.105");
  for (float const bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    CHECK(with([bad](Images& set) { set.images.mutable_data_ptr<float>()[11] = bad; }) == "data.106");
  CHECK(Images{}.size() == 0);
  CHECK(failure([] { check_images(Images{zeros({0, 1, 2, 2}), zeros({0}, at::kLong), {"a"}}); }) == "none");
}

TEST_CASE("the message names the image", "[data]") {
  Images set{zeros({3, 1, 2, 2}), zeros({3}, at::kLong), {"a", "b"}};
  set.images.mutable_data_ptr<float>()[11] = std::numeric_limits<float>::quiet_NaN();
  CHECK(message([&] { check_images(set); }) == "[dynvision.data.106] image 2: expected finite pixels, found nan");
}
