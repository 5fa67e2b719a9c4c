// Images of every class in turn.
#include <dynvision/data/round_robin.hpp>

#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <initializer_list>

using namespace dynvision;

namespace {

Images labelled(std::initializer_list<std::int64_t> labels, std::size_t n_classes) {
  auto const n = static_cast<std::int64_t>(labels.size());
  Images set{zeros({n, 1, 2, 2}), host_tensor({n}, at::kLong), std::vector<std::string>(n_classes, "class")};
  std::copy(labels.begin(), labels.end(), set.labels.mutable_data_ptr<std::int64_t>());
  for (std::int64_t i = 0; i < n; ++i) set.images[i].fill_(static_cast<double>(i));
  return set;
}

}  // namespace

TEST_CASE("Every class has its turn, in the order of the set", "[data][round_robin]") {
  Images const set = labelled({2, 2, 0, 2, 1, 0, 2}, 4);
  CHECK(round_robin(set, 7) == std::vector<std::int64_t>{2, 4, 0, 5, 1, 3, 6});
  CHECK(round_robin(set, 4) == std::vector<std::int64_t>{2, 4, 0, 5});
  Images const some = chosen(set, round_robin(set, 3));
  CHECK(some.images[1][0][0][0].item<float>() == 4);
  CHECK(some.labels[2].item<std::int64_t>() == 2);
  CHECK(some.classes.size() == 4);
  CHECK(failure([&] { round_robin(set, 8); }) == "data.166");
  CHECK(failure([&] { round_robin(set, 0); }) == "data.166");
}
