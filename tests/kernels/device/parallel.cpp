// covers: kernels/device/crowded_operators.hpp
// Loops shared among threads: every number once, exceptions come out, as many threads as were asked for.
#include <dynvision/kernels/device/cpu_limit.hpp>
#include <dynvision/kernels/device/crowded_operators.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <ATen/Parallel.h>

#include <catch2/catch_test_macros.hpp>
#include <dlfcn.h>

#include <atomic>
#include <new>
#include <numeric>
#include <stdexcept>
#include <vector>

using namespace dynvision;

namespace {

class Threads {  // as long as it lives
 public:
  explicit Threads(int n) : before_(at::get_num_threads()) { at::set_num_threads(n); }
  ~Threads() { at::set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace

TEST_CASE("every number of a range once, for any number of threads and shares", "[kernels]") {
  for (int const threads : {1, 2, 5}) {
    Threads const these(threads);
    for (std::int64_t const n : {0, 1, 2, 7, 1000}) {
      for (std::int64_t const grain : {1, 3, 5000}) {
        std::vector<std::atomic<int>> times(static_cast<std::size_t>(n));
        auto const count = [&](std::int64_t from, std::int64_t to) {
          for (std::int64_t i = from; i < to; ++i) ++times[static_cast<std::size_t>(i)];
        };
        kernels::parallel_for(n, grain, count);
        kernels::parallel_pieces(n, grain, count);
        for (auto const& one : times) CHECK(one == 2);
      }
    }
  }
}

TEST_CASE("an exception of a share is thrown where the loop was called, and the next loop runs", "[kernels]") {
  Threads const these(2);
  for (int round = 0; round < 20; ++round) {
    for (std::int64_t const bad : {0, 57, 99}) {
      CHECK_THROWS_AS(kernels::parallel_pieces(100, 1,
                                               [&](std::int64_t from, std::int64_t to) {
                                                 if (from <= bad && bad < to) throw std::bad_alloc();
                                               }),
                      std::bad_alloc);
    }
    CHECK_THROWS_AS(kernels::parallel_for(2, 1, [](std::int64_t, std::int64_t) { throw std::runtime_error("all"); }),
                    std::runtime_error);
    std::atomic<std::int64_t> sum{0};
    kernels::parallel_for(100, 1, [&](std::int64_t from, std::int64_t to) { sum += to - from; });
    CHECK(sum == 100);
  }
}

TEST_CASE("a loop has no more threads than were asked for", "[kernels]") {
  {
    Threads const these(1);
    CHECK(kernels::loop_threads() == 1);
  }
  Threads const these(64);
  CHECK(kernels::loop_threads() <= 64);
  if (kernels::cpu_quota() > 0) CHECK(kernels::loop_threads() <= kernels::cpu_quota());
  CHECK(kernels::loop_threads() >= 1);
}

TEST_CASE("a loop within a loop is run by the thread that calls it", "[kernels]") {
  Threads const these(2);
  std::atomic<std::int64_t> sum{0};
  kernels::parallel_for(4, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      kernels::parallel_for(10, 1, [&](std::int64_t a, std::int64_t b) { sum += b - a; });
    }
  });
  CHECK(sum == 40);
}

TEST_CASE("operators get their threads back", "[kernels]") {
  Threads const these(2);
  kernels::Crowding& crowding = kernels::Crowding::of_thread();
  for (int i = 0; i < 5; ++i) {
    crowding.add_work(kernels::Crowding::Seconds(10e-3), kernels::Crowding::Seconds(0),
                      kernels::Crowding::Clock::now());
  }
  // MKL has a number of threads for each thread.
  auto const set_of_mkl = reinterpret_cast<int (*)(int)>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
  auto const of_mkl = [&] {
    int const now = set_of_mkl != nullptr ? set_of_mkl(0) : 0;
    if (set_of_mkl != nullptr) set_of_mkl(now);
    return now;
  };
  int const before = of_mkl();
  {
    kernels::CrowdedOperators operators(true), watching(false);
    watching.update();
    CHECK(at::get_num_threads() == 2);
    CHECK(of_mkl() == before);
    operators.update();
    CHECK(at::get_num_threads() == 1);
    CHECK(of_mkl() == (set_of_mkl != nullptr ? 1 : 0));
  }
  CHECK(at::get_num_threads() == 2);
  CHECK(of_mkl() == before);
  crowding = {};
}
