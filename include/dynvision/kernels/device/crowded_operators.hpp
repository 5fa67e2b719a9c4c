// CrowdedOperators: LibTorch's operators, too, on one thread while other programs take CPU time.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/device/crowding.hpp>

namespace dynvision::kernels {

// During a run, of the calling thread: takes note of CPU time that other programs take, before each piece of work: update().
// If it `limits`, LibTorch's operators have one thread as well while it is crowded. Sums of some of them (oneDNN's gradients
// of weights) then differ in their last bits (those of the library's own loops do not depend on the number of threads), so
// it does not where LibTorch is asked for deterministic algorithms (at::globalContext().setDeterministicAlgorithms).
class CrowdedOperators {
 public:
  explicit CrowdedOperators(bool limits);
  CrowdedOperators(CrowdedOperators const&) = delete;
  CrowdedOperators& operator=(CrowdedOperators const&) = delete;
  ~CrowdedOperators() { limit(false); }

  void update();

 private:
  using SetThreads = void (*)(int);
  using SetLocalThreads = int (*)(int);
  void limit(bool on);

  WorkClock clock_;
  bool limits_;
  bool is_limited_ = false;
  int before_ = 1, before_of_mkl_ = 0;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/device/crowded_operators.ipp>
#endif
