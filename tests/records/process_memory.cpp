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
