#include <dynvision/core/ops.hpp>
#include <dynvision/data/batches.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

using namespace dynvision;

namespace {

// Image i is full of i, its label is i.
Images counted(std::int64_t n) {
  Images set{zeros({n, 1, 2, 2}), zeros({n}, at::kLong),
             std::vector<std::string>(static_cast<std::size_t>(n), "class")};
  for (std::int64_t i = 0; i < n; ++i) {
    std::fill_n(set.images.mutable_data_ptr<float>() + 4 * i, 4, static_cast<float>(i));
    set.labels.mutable_data_ptr<std::int64_t>()[i] = i;
  }
  return set;
}

std::vector<std::int64_t> labels(Batches const& batches) {
  std::vector<std::int64_t> all;
  for (auto const& batch : batches) {
    auto const* const label = batch.labels.const_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < batch.labels.numel(); ++i) {
      all.push_back(label[i]);
      CHECK(batch.images.const_data_ptr<float>()[4 * i + 3] == static_cast<float>(label[i]));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("the order depends on seed and epoch alone", "[data]") {
  Images const set = counted(50);
  auto const order = [&](std::uint64_t seed, std::int64_t epoch) {
    return labels(Batches(set, {.batch_size = 7, .seed = seed}, epoch));
  };
  CHECK(order(1, 0) == order(1, 0));
  CHECK(order(1, 0) != order(1, 1));
  CHECK(order(1, 1) != order(2, 0));
  CHECK(order(0, 1) != order(1, 0));
  auto sorted = order(1, 3);
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == labels(Batches(set, {.batch_size = 50, .shuffle = false})));
}

TEST_CASE("an epoch continues at any batch", "[data]") {
  Images const set = counted(23);
  auto const all = labels(Batches(set, {.batch_size = 5, .seed = 4}, 2));
  for (std::int64_t first = 0; first <= 5; ++first) {
    auto const rest = labels(Batches(set, {.batch_size = 5, .seed = 4}, 2, first));
    CHECK(rest == std::vector<std::int64_t>(all.begin() + std::min<std::int64_t>(first * 5, 23), all.end()));
  }
}

TEST_CASE("the last batch is smaller, or dropped", "[data]") {
  Images const set = counted(10);
  CHECK(Batches(set, {.batch_size = 4}).size() == 3);
  CHECK(Batches(set, {.batch_size = 4})[2].images.sizes() == at::IntArrayRef({2, 1, 2, 2}));
  CHECK(Batches(set, {.batch_size = 4, .drop_last = true}).size() == 2);
  CHECK(Batches(set, {.batch_size = 5, .drop_last = true}).size() == 2);
  CHECK(Batches(set, {.batch_size = 100}).size() == 1);
}

TEST_CASE("a batch owns its memory", "[data]") {
  Images const set = counted(4);
  Batch const batch = Batches(set, {.batch_size = 4, .shuffle = false})[0];
  batch.images.mutable_data_ptr<float>()[0] = 100;
  CHECK(set.images.const_data_ptr<float>()[0] == 0);
}

TEST_CASE("parts of a set", "[data]") {
  Images const set = counted(10);
  Images const first = subset(set, 3);
  CHECK(labels(Batches(first, {.shuffle = false})) == std::vector<std::int64_t>{0, 1, 2});
  auto const [train, validation] = split(set, 0.8, 1);
  CHECK(train.size() == 8);
  CHECK(validation.size() == 2);
  auto both = labels(Batches(train)), rest = labels(Batches(validation));
  both.insert(both.end(), rest.begin(), rest.end());
  std::sort(both.begin(), both.end());
  CHECK(both == labels(Batches(set, {.shuffle = false})));
  CHECK(labels(Batches(split(set, 0.8, 1).second)) == rest);
}

TEST_CASE("batches that cannot be", "[data]") {
  Images const set = counted(10);
  CHECK(failure([&] { Batches(set, {.batch_size = 0}); }) == "data.131");
  CHECK(failure([&] { Batches(set, {.batch_size = -1}); }) == "data.131");
  CHECK(failure([&] { Batches(set, {}, -1); }) == "data.132");
  CHECK(failure([&] { Batches({zeros({0, 1, 2, 2}), zeros({0}, at::kLong), {"class"}}); }) == "data.133");
  CHECK(failure([&] { Batches(set, {.batch_size = 11, .drop_last = true}); }) == "data.133");
  CHECK(failure([&] { Batches(set, {}, 0, 2); }) == "data.134");
  CHECK(failure([&] { Batches(set, {}, 0, -1); }) == "data.134");
  CHECK(failure([&] { (void)Batches(set)[1]; }) == "data.135");
  CHECK(failure([&] { subset(set, 0); }) == "data.136");
  CHECK(failure([&] { subset(set, 11); }) == "data.136");
  for (double const ratio : {0.0, 1.0, -0.5, 1.5, 0.01, 0.99})
    CHECK(failure([&] { split(set, ratio, 1); }) == "data.137");
  CHECK(failure([&] { Batches(Images{}); }) == "data.101");
}
