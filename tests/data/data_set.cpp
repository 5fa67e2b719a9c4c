// covers: data/data_settings.hpp data/idx_set.hpp data/mnist.hpp data/own_images.hpp data/class_group.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/data/data_set.hpp>
#include <dynvision/io/numpy/npz.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace dynvision;

namespace {

Tensor longs(std::vector<std::int64_t> const& values) {
  Tensor const tensor = host_tensor({static_cast<std::int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
  return tensor;
}

// Image i of all pixels equal i.
Tensor pictures(std::int64_t n, at::IntArrayRef shape, at::ScalarType dtype) {
  std::vector<std::int64_t> sizes{n};
  sizes.insert(sizes.end(), shape.begin(), shape.end());
  Tensor images = zeros(sizes);
  for (std::int64_t i = 0; i < n; ++i) images.select(0, i).add_(static_cast<double>(i));
  return images.to(dtype);
}

float first_pixel(Images const& set, std::int64_t i) { return set.images.select(0, i).flatten()[0].item<float>(); }

}  // namespace

TEST_CASE("own images: the forms of files, shapes and numbers", "[data]") {
  TemporaryFolder const folder;
  Tensor const grey = pictures(4, {5, 6}, at::kByte), labels = longs({0, 1, 2, 1});
  write_npz(folder / "all.npz", {{"images", grey}, {"labels", labels}});
  Images const set = read_own_images(folder / "all.npz", "train");
  CHECK(set.images.sizes() == at::IntArrayRef({4, 1, 5, 6}));
  CHECK(first_pixel(set, 3) == Catch::Approx(3 / 255.0));
  CHECK(set.classes == std::vector<std::string>{"0", "1", "2"});
  CHECK(first_pixel(read_own_images(folder / "all.npz", "train", false), 3) == 3);

  write_safetensors(folder / "parts.safetensors",
                    {{"train_images", pictures(3, {8, 9, 3}, at::kFloat)},
                     {"train_labels", longs({1, 0, 1}).to(at::kInt)},
                     {"test_images", pictures(1, {3, 8, 9}, at::kFloat)},
                     {"test_labels", longs({1})}},
                    {{"classes", "cat, dog"}});
  Images const train = read_own_images(folder / "parts.safetensors", "train");
  CHECK(train.images.sizes() == at::IntArrayRef({3, 3, 8, 9}));
  CHECK(first_pixel(train, 2) == 2);  // floats are what they are
  CHECK(train.classes == std::vector<std::string>{"cat", "dog"});
  CHECK(read_own_images(folder / "parts.safetensors", "test").images.sizes() == at::IntArrayRef({1, 3, 8, 9}));

  TemporaryFolder const data;
  write_npz(data / "train.npz", {{"images", grey}, {"labels", labels}});
  write_npy(data / "test_images.npy", grey);
  write_npy(data / "test_labels.npy", labels);
  CHECK(read_own_images(data.path, "train").size() == 4);
  CHECK(read_own_images(data.path, "test").size() == 4);
}

TEST_CASE("own images: what is wrong with them", "[data]") {
  TemporaryFolder const folder;
  Tensor const grey = pictures(2, {3, 3}, at::kByte);
  auto const read = [&](Tensor const& images, Tensor const& labels) {
    write_npz(folder / "x.npz", {{"images", images}, {"labels", labels}});
    return failure([&] { read_own_images(folder / "x.npz", "train"); });
  };
  CHECK(failure([&] { read_own_images(folder / "none.npz", "train"); }) == "data.151");
  CHECK(failure([&] { read_own_images(folder.path, "train"); }) == "data.151");
  write_npz(folder / "y.npz", {{"pictures", grey}});
  CHECK(failure([&] { read_own_images(folder / "y.npz", "train"); }) == "data.152");
  CHECK(read(grey.flatten(), longs({0, 1})) == "data.153");
  CHECK(read(grey.to(at::kLong), longs({0, 1})) == "data.153");
  CHECK(read(grey, longs({0, 1}).to(at::kFloat)) == "data.154");
  CHECK(read(grey, longs({0, 1'000'000'000'000})) == "data.155");
  CHECK(read(grey, longs({0, -1})) == "data.105");
  CHECK(read(grey, longs({0, 1, 0})) == "data.103");
}

TEST_CASE("groups of classes are numbered in the order in which they are named", "[data]") {
  Images const set{pictures(5, {1, 2, 2}, at::kFloat), longs({2, 0, 1, 2, 0}), {"a", "b", "c"}};
  Images const two = images_of_classes(set, {"c", "a"});
  CHECK(two.size() == 4);
  CHECK(two.labels.equal(longs({0, 1, 0, 1})));
  CHECK(two.classes == std::vector<std::string>{"c", "a"});
  CHECK(first_pixel(two, 2) == 3);
  CHECK(failure([&] { images_of_classes(set, {"d"}); }) == "data.156");
  CHECK(failure([&] { images_of_classes(set, {"a", "a"}); }) == "data.157");
}

TEST_CASE("the images of a study: parts, statistics, groups", "[data]") {
  TemporaryFolder const folder;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 20; ++i) labels.push_back(i % 4);
  write_npz(folder / "own.npz", {{"images", pictures(20, {3, 4, 4}, at::kFloat)}, {"labels", longs(labels)}});
  DataSettings settings{.data_name = "own", .data_path = folder / "own.npz", .validation_images = 5, .test_images = 7};
  auto const [train, validation] = training_images(settings);
  CHECK(train.size() == 15);
  CHECK(validation.size() == 5);
  CHECK(test_images(settings).size() == 7);
  CHECK(first_pixel(test_images(settings), 6) == 6);

  settings.validation_images = 0, settings.train_ratio = 0.75;
  CHECK(training_images(settings).validation.size() == 5);
  settings.train_ratio = 1;
  CHECK(training_images(settings).validation.size() == 0);

  settings.normalize = {{1, 2, 3}, {2}};
  CHECK(first_pixel(test_images(settings), 6) == 2.5F);
  settings.normalize = {{1, 2}, {2}};
  CHECK(failure([&] { test_images(settings); }) == "data.158");
  settings.normalize = {{1}, {0}};
  CHECK(failure([&] { test_images(settings); }) == "data.159");
  settings.normalize = {};
  settings.data_name = "imagenette";  // statistics of its name
  CHECK(first_pixel(test_images(settings), 0) == Catch::Approx(-0.485 / 0.229));

  settings.data_group = "2,3", settings.test_images = 0;
  CHECK(test_images(settings).classes.size() == 2);
  CHECK(test_images(settings).size() == 10);
  settings.data_group = "5";
  CHECK(failure([&] { test_images(settings); }) == "data.156");
  settings.data_group = "all", settings.test_images = 21;
  CHECK(failure([&] { test_images(settings); }) == "data.136");
  settings.images_per_epoch = 21;
  settings.train_ratio = 0.9;
  CHECK(failure([&] { training_images(settings); }) == "data.164");
  settings.images_per_epoch = 0, settings.validation_images = 20;
  CHECK(failure([&] { training_images(settings); }) == "data.163");
  settings.pixel_range = "0-2";
  CHECK(failure([&] { training_images(settings); }) == "data.161");
  CHECK(failure([] { training_images({.data_name = "fashion_mnst"}); }) == "data.162");
}

TEST_CASE("MNIST is normalised by its own statistics, and has groups of two digits", "[data]") {
  TemporaryFolder const folder;
  folder.file("t10k-images-idx3-ubyte", std::string("\0\0\x08\3\0\0\0\3\0\0\0\1\0\0\0\1\0\xFF\0", 19));
  folder.file("t10k-labels-idx1-ubyte", std::string("\0\0\x08\1\0\0\0\3\1\3\0", 11));
  DataSettings settings{.data_name = "mnist", .data_path = folder.path};
  Images const set = test_images(settings);
  CHECK(first_pixel(set, 1) == Catch::Approx((1 - 0.1307) / 0.3081));
  CHECK(set.images.equal(Mnist{folder.path}.test().images));
  settings.data_group = "01";
  CHECK(test_images(settings).labels.equal(longs({1, 0})));
}

TEST_CASE("images without labels are treated as those of the study", "[data]") {
  TemporaryFolder const folder;
  write_npy(folder / "new.npy", pictures(3, {4, 4}, at::kByte));
  write_npz(folder / "some.npz", {{"images", pictures(2, {4, 4, 3}, at::kFloat)}, {"other", longs({1})}});
  folder.file("idx", std::string("\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\xFF", 17));
  DataSettings const mnist{.data_name = "mnist"};
  Tensor const one = read_images(folder / "idx", mnist);
  CHECK(one.sizes() == at::IntArrayRef({1, 1, 1, 1}));
  CHECK(one.item<float>() == Catch::Approx((1 - 0.1307) / 0.3081));
  CHECK(read_images(folder / "new.npy", {.data_name = "own"}).select(0, 2).flatten()[0].item<float>() ==
        Catch::Approx(2 / 255.0));
  CHECK(read_images(folder / "some.npz", {.data_name = "own"}).sizes() == at::IntArrayRef({2, 3, 4, 4}));
  write_npz(folder / "some.npz", {{"a", longs({1})}, {"b", longs({1})}});
  CHECK(failure([&] { read_images(folder / "some.npz", mnist); }) == "data.152");
}
