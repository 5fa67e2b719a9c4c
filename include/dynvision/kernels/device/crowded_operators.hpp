// CrowdedOperators: LibTorch's operators, too, on one thread while other programs take CPU time.
#pragma once
#include <dynvision/kernels/device/crowding.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <dlfcn.h>

namespace dynvision::kernels {

// During a run, of the calling thread: takes note of CPU time that other programs take, before each piece of work: update().
// If it `limits`, LibTorch's operators have one thread as well while it is crowded. Sums of some of them (oneDNN's gradients
// of weights) then differ in their last bits (those of the library's own loops do not depend on the number of threads), so
// it does not where LibTorch is asked for deterministic algorithms (at::globalContext().setDeterministicAlgorithms).
class CrowdedOperators {
 public:
  explicit CrowdedOperators(bool limits) : limits_(limits && !at::globalContext().deterministicAlgorithms()) {}
  CrowdedOperators(CrowdedOperators const&) = delete;
  CrowdedOperators& operator=(CrowdedOperators const&) = delete;
  ~CrowdedOperators() { limit(false); }

  void update() {
    Crowding& crowding = Crowding::of_thread();
    clock_.add_to(crowding);
    limit(limits_ && crowding.is_crowded(Crowding::Clock::now()));
  }

 private:
  using SetThreads = void (*)(int);
  void limit(bool on) {
    static SetThreads const set_threads = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (on == is_limited_ || set_threads == nullptr) return;
    if (on) before_ = static_cast<int>(at::get_num_threads());
    set_threads(on ? 1 : before_);
    is_limited_ = on;
  }

  WorkClock clock_;
  bool limits_;
  bool is_limited_ = false;
  int before_ = 1;
};

}  // namespace dynvision::kernels
