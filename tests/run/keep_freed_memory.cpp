#include <dynvision/run/keep_freed_memory.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>

#ifdef __GLIBC__
TEST_CASE("run: memory that was freed is taken again without page faults", "[run]") {
  auto const faults = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
  };
  auto const use = [] {
    std::size_t const size = 64 << 20;
    auto* const block = static_cast<char*>(std::malloc(size));
    std::memset(block, 1, size);
    CHECK(block[size / 2] == 1);
    std::free(block);
  };
  dynvision::run::keep_freed_memory();
  use();
  auto const before = faults();
  use();
  CHECK(faults() - before < 1000);  // of 16384 pages
}
#endif
