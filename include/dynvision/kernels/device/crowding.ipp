// When loops pause, and the clock of the calling thread.
#pragma once
#include <dynvision/kernels/device/crowding.hpp>

#include <time.h>

#include <algorithm>

namespace dynvision::kernels {

DYNVISION_INLINE Crowding& Crowding::of_thread() {
  thread_local Crowding one;
  return one;
}

DYNVISION_INLINE void Crowding::add_loop(Clock::time_point idle, Clock::time_point end, Seconds share) {
  if (Seconds const wait = end - idle; wait < 2 * share || wait < Seconds(300e-6)) return;
  if (end - last_wait_ < std::chrono::milliseconds(100)) pause(end);
  last_wait_ = end;
}

DYNVISION_INLINE void Crowding::add_work(Seconds wall, Seconds cpu, Clock::time_point end) {
  wall_ += wall, cpu_ += cpu;
  if (wall_ < Seconds(20e-3)) return;
  if (wall_ - cpu_ > 0.2 * wall_) pause(end);
  wall_ = cpu_ = Seconds{0};
}

DYNVISION_INLINE void Crowding::pause(Clock::time_point now) {
  if (is_crowded(now)) return;
  pause_ = now - until_ < 2 * pause_ ? std::min(2 * pause_, longest_pause) : shortest_pause;
  until_ = now + pause_;
}

DYNVISION_INLINE void WorkClock::add_to(Crowding& crowding) {
  auto const now = Crowding::Clock::now();
  Crowding::Seconds const cpu = cpu_time();
  crowding.add_work(now - wall_, cpu - cpu_, now);
  wall_ = now, cpu_ = cpu;
}

DYNVISION_INLINE Crowding::Seconds WorkClock::cpu_time() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return Crowding::Seconds(static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec));
}

}  // namespace dynvision::kernels
