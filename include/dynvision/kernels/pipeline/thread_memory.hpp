// ThreadMemory: one number of every signal of a pipeline, or N side by side: what a thread of a GPU works on.
//
// It runs on the CPU as well, where tests compare it with the loops. N > 1 wants addresses that are
// multiples of N numbers; samples begin at such.
#pragma once
#include <dynvision/kernels/number/pack.hpp>

namespace dynvision::kernels {

template <class S, int N = 1> class ThreadMemory {
 public:
  using T = Arithmetic<S>;
  using V = std::conditional_t<N == 1, T, Pack<T, N>>;
  using Sum = T;

  // Numbers k ... k + N - 1 of a signal with `size` numbers in a sample.
  DYNVISION_BOTH ThreadMemory(std::int64_t k, std::int64_t size) : k_(k), sample_(quotient(k, size)), size_(size) {}

  DYNVISION_BOTH V zero() const { return V{}; }
  DYNVISION_BOTH V get(void const* signal, std::int64_t stride) const {
    if (signal == stored_) return value_;
    std::int64_t const at = stride == size_ ? k_ : k_ + sample_ * (stride - size_);
    Chunk const chunk = *reinterpret_cast<Chunk const*>(static_cast<S const*>(signal) + at);
    return widened(chunk);
  }
  DYNVISION_BOTH void put(V const& v, void* signal) {
    Chunk chunk;
    if constexpr (N == 1) {
      chunk.v[0] = static_cast<S>(v);
    } else {
      DYNVISION_UNROLL
      for (int i = 0; i < N; ++i) chunk.v[i] = static_cast<S>(v.v[i]);
    }
    *reinterpret_cast<Chunk*>(static_cast<S*>(signal) + k_) = chunk;
    stored_ = signal;
    value_ = widened(chunk);
  }
  DYNVISION_BOTH void add(V const& v, void* signal) const { add_to(v, static_cast<T*>(signal) + k_); }

  // What one piece of a block hands to the next, in the arithmetic type.
  DYNVISION_BOTH V carried(void const* from) const {
    auto const* const x = static_cast<T const*>(from) + k_;
    if constexpr (N == 1) {
      return *x;
    } else {
      V v;
      DYNVISION_UNROLL
      for (int i = 0; i < N; ++i) v.v[i] = x[i];
      return v;
    }
  }
  DYNVISION_BOTH void carry(V const& v, void* to) const {
    auto* const x = static_cast<T*>(to) + k_;
    if constexpr (N == 1) {
      *x = v;
    } else {
      DYNVISION_UNROLL
      for (int i = 0; i < N; ++i) x[i] = v.v[i];
    }
  }

 private:
  struct alignas(N * sizeof(S)) Chunk {
    S v[N];
  };

  DYNVISION_BOTH static std::int64_t quotient(std::int64_t k, std::int64_t size) {
    bool const few = (k | size) >> 32 == 0;  // a GPU divides 32 bits several times faster than 64
    return few ? static_cast<std::int64_t>(static_cast<std::uint32_t>(k) / static_cast<std::uint32_t>(size)) : k / size;
  }
  DYNVISION_BOTH static V widened(Chunk const& chunk) {
    if constexpr (N == 1) {
      return static_cast<T>(chunk.v[0]);
    } else {
      V v;
      DYNVISION_UNROLL
      for (int i = 0; i < N; ++i) v.v[i] = static_cast<T>(chunk.v[i]);
      return v;
    }
  }
  DYNVISION_BOTH static void add_to(V const& v, T* to) {
    if constexpr (N == 1) {
      *to += v;
    } else {
      DYNVISION_UNROLL
      for (int i = 0; i < N; ++i) to[i] += v.v[i];
    }
  }

  std::int64_t k_, sample_, size_;
  void const* stored_ = nullptr;  // what was stored last stays in registers: the state, for the next step
  V value_{};
};

}  // namespace dynvision::kernels
