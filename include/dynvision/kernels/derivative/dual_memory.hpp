// DualMemory: the signals of a pipeline and their derivatives along a direction, as one memory of dual numbers.
//
// M: a memory of kernels/pipeline/program.hpp. An address is that of a DualSignal: where its numbers lie, and where their
// derivatives; null: they are 0, or nobody wants them. With it Program<Roles...>::forward computes both at once:
//   Arguments a;                                   its lists hold addresses of DualSignals
//   DualMemory<ThreadMemory<float>> memory(ThreadMemory<float>(k, a.size), d_tau);
//   for (int t = 0; t < a.n_steps; ++t) Program<Roles...>::forward(roles, a, t, memory);
#pragma once
#include <dynvision/kernels/number/dual.hpp>

#include <cstdint>

namespace dynvision::kernels {

struct DualSignal {
  void* value = nullptr;
  void* derivative = nullptr;
};

template <class M> class DualMemory {
 public:
  using V = Dual<typename M::V>;

  DYNVISION_BOTH DualMemory(M const& memory, double d_tau) : memory_(memory), d_tau_(d_tau) {}

  DYNVISION_BOTH V zero() const { return {memory_.zero(), memory_.zero()}; }
  DYNVISION_BOTH V get(void const* signal, std::int64_t stride) const {
    auto const [value, derivative] = *static_cast<DualSignal const*>(signal);
    return {memory_.get(value, stride), derivative == nullptr ? memory_.zero() : memory_.get(derivative, stride)};
  }
  DYNVISION_BOTH void put(V const& v, void* signal) {
    auto const [value, derivative] = *static_cast<DualSignal const*>(signal);
    if (value != nullptr) memory_.put(v.value, value);
    if (derivative != nullptr) memory_.put(v.derivative, derivative);
  }
  // A number of the solver that depends on tau, with its slope.
  DYNVISION_BOTH V of_tau(double value, double slope) const {
    using T = Number<V>;
    return {memory_.zero() + static_cast<T>(value), memory_.zero() + static_cast<T>(slope * d_tau_)};
  }

 private:
  M memory_;
  double d_tau_;  // [ms]
};

}  // namespace dynvision::kernels
