// Crowding: whether other programs take CPU time from the threads of parallel loops.
//
// The threads of a loop take shares of its work until none is left, so each waits for the others for about one share. A
// wait much longer than that means that a thread was not running: its CPU served somebody else. So does wall time during
// which the calling thread did not run at all. Where that costs too much, loops run on one thread for a while: half of the
// CPUs are faster than waiting, at the end of every loop, for the time slices of another program. Then all threads are
// tried again.
#pragma once
#include <dynvision/core/inline.hpp>

#include <chrono>

namespace dynvision::kernels {

class Crowding {
 public:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;

  // Of the calling thread: others have loops, and waits, of their own.
  static Crowding& of_thread();

  bool is_crowded(Clock::time_point now) const { return now < until_; }

  // A parallel loop has ended; `idle`: when this thread had no work left; `end`: when no thread had. `share`: the time of
  // one share. One long wait happens on any machine, two within a tenth of a second do not.
  void add_loop(Clock::time_point idle, Clock::time_point end, Seconds share);
  // Work of this thread, loops or not, has taken `wall` seconds, of which it was running for `cpu`.
  void add_work(Seconds wall, Seconds cpu, Clock::time_point end);

 private:
  static constexpr Clock::duration shortest_pause = std::chrono::milliseconds(100);
  static constexpr Clock::duration longest_pause = std::chrono::milliseconds(800);

  void pause(Clock::time_point now);

  Clock::time_point until_{}, last_wait_{};
  Clock::duration pause_ = shortest_pause;
  Seconds wall_{0}, cpu_{0};
};

// Wall time and CPU time of the calling thread since it was made, or read for the last time.
class WorkClock {
 public:
  void add_to(Crowding& crowding);

 private:
  static Crowding::Seconds cpu_time();

  Crowding::Clock::time_point wall_ = Crowding::Clock::now();
  Crowding::Seconds cpu_ = cpu_time();
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/device/crowding.ipp>
#endif
