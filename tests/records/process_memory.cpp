#include <dynvision/records/process_memory.hpp>

#include <catch2/catch_test_macros.hpp>

#include <vector>

TEST_CASE("memory that is taken and touched is seen", "[records]") {
  auto const before = dynvision::process_memory();
  REQUIRE(before.resident > 0);
  CHECK(before.peak >= before.resident / 2);
  std::vector<char> const taken(std::size_t{64} << 20, 'x');
  auto const after = dynvision::process_memory();
  CHECK(after.resident - before.resident > (std::int64_t{taken[1] == 'x' ? 60 : 0} << 20));
  CHECK(after.peak >= before.peak);
}

TEST_CASE("the most that is held while something runs, whatever was held before", "[records]") {
  auto const touched = [](std::size_t megabytes) {
    std::vector<char> const taken(megabytes << 20, 'x');
    return taken.back() == 'x';
  };
  auto const megabytes = [](auto bytes) { return static_cast<double>(*bytes) / (1 << 20); };
  touched(128);  // given back: it does not hide what is smaller
  auto const first = dynvision::memory_above([&] { touched(32); });
  if (!first) SKIP("this system does not say the peak of a process anew");
  CHECK(megabytes(first) > 31);
  CHECK(megabytes(first) < 40);
  std::vector<char> const held(std::size_t{64} << 20, 'x');  // is there before
  auto const second = dynvision::memory_above([&] { touched(16), touched(24); });
  CHECK(megabytes(second) > 23);
  CHECK(megabytes(second) < 30);
}
