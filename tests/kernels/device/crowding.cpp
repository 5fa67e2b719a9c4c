// When other programs are taken to be in the way: waits and lost time of a made-up clock.
#include <dynvision/kernels/device/crowding.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace std::chrono_literals;

namespace {

using Clock = kernels::Crowding::Clock;
using Seconds = kernels::Crowding::Seconds;

}  // namespace

TEST_CASE("one long wait at the end of a loop is none, two are a crowd", "[kernels]") {
  kernels::Crowding crowding;
  Clock::time_point now = Clock::now();
  crowding.add_loop(now, now + 3ms, Seconds(1e-4));
  CHECK_FALSE(crowding.is_crowded(now + 3ms));
  now += 500ms;
  crowding.add_loop(now, now + 3ms, Seconds(1e-4));  // long after the first one
  CHECK_FALSE(crowding.is_crowded(now + 3ms));
  crowding.add_loop(now + 10ms, now + 14ms, Seconds(1e-4));
  CHECK(crowding.is_crowded(now + 14ms));
  CHECK_FALSE(crowding.is_crowded(now + 2s));  // then all threads are tried again
}

TEST_CASE("waits of about a share belong to every loop", "[kernels]") {
  kernels::Crowding crowding;
  Clock::time_point now = Clock::now();
  for (int i = 0; i < 100; ++i, now += 5ms) {
    crowding.add_loop(now, now + 2ms, Seconds(1.5e-3));
    crowding.add_loop(now, now + 200us, Seconds(1e-6));  // too short to matter
  }
  CHECK_FALSE(crowding.is_crowded(now));
}

TEST_CASE("wall time without CPU time is a crowd; pauses grow while it stays", "[kernels]") {
  kernels::Crowding crowding;
  Clock::time_point now = Clock::now();
  for (int i = 0; i < 20; ++i) crowding.add_work(Seconds(5e-3), Seconds(4.8e-3), now += 5ms);
  CHECK_FALSE(crowding.is_crowded(now));
  auto const pause_after_loss = [&] {
    for (int i = 0; i < 5; ++i) crowding.add_work(Seconds(5e-3), Seconds(3e-3), now += 5ms);
    Clock::time_point end = now;
    while (crowding.is_crowded(end)) end += 1ms;
    Seconds const pause = end - now;
    now = end;
    return pause.count();
  };
  double const first = pause_after_loss(), second = pause_after_loss();
  CHECK(first > 0.05);
  CHECK(second > 1.5 * first);
  for (int i = 0; i < 10; ++i) CHECK(pause_after_loss() < 1);
}
