// NumberMemory: one number of every signal of a pipeline, by itself: what a thread of a GPU works on.
//
// Station: kernels. It runs on the CPU as well, where tests compare it with the loops.
#pragma once
#include <dynvision/kernels/numbers.hpp>

namespace dynvision::kernels {

template <class S> class NumberMemory {
 public:
  using V = Arithmetic<S>;

  // Number e of a sample, of signals with `size` numbers in a sample.
  DYNVISION_BOTH NumberMemory(std::int64_t sample, std::int64_t e, std::int64_t size)
      : sample_(sample), e_(e), size_(size) {}

  DYNVISION_BOTH V zero() const { return V(0); }
  DYNVISION_BOTH V get(void const* signal, std::int64_t stride) const {
    if (signal == stored_) return value_;
    return static_cast<V>(static_cast<S const*>(signal)[sample_ * stride + e_]);
  }
  DYNVISION_BOTH void put(V v, void* signal) {
    S const rounded = static_cast<S>(v);
    static_cast<S*>(signal)[sample_ * size_ + e_] = rounded;
    stored_ = signal;
    value_ = static_cast<V>(rounded);
  }
  DYNVISION_BOTH void add(V v, void* signal) const { static_cast<V*>(signal)[sample_ * size_ + e_] += v; }

 private:
  std::int64_t sample_, e_, size_;
  void const* stored_ = nullptr;  // what was stored last stays in a register: the state, for the next step
  V value_{};
};

}  // namespace dynvision::kernels
