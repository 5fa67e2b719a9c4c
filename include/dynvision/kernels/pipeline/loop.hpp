// A pipeline as a loop over the memory of the CPU, a few numbers side by side.
//
// A block of n time steps is computed chunk by chunk, 4 KiB of each signal: all steps of a chunk before the next chunk, so
// that the state of the step before is still in the cache. Compiled for each pipeline is the loop over one step of a chunk,
// for float and for double. What is about it is compiled once (loop.ipp), and so are signals in bfloat16 and what is left
// of a sample at its end: they are copied into whole registers of the arithmetic type before, and back afterwards.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/pipeline/pipeline_type.hpp>
#include <dynvision/kernels/pipeline/program.hpp>

namespace dynvision::kernels {

void forward_by_loops(PipelineType const&, Engine const&, void const* roles, Arguments const&);
void reverse_by_loops(PipelineType const&, Engine const&, void const* roles, Arguments const&, AdjointArguments const&);

// Every list of addresses has one entry, and n is a multiple of the numbers in a register.
template <class T, class... Roles> class StepLoop {
  using Run = Program<Roles...>;
  using Set = typename Run::Set;

  struct Memory {  // numbers from e on
    using V = Lanes<T>;
    std::int64_t e;

    DYNVISION_LANES_ONLY static V zero() { return V{typename V::Vector{}}; }
    DYNVISION_LANES_ONLY V get(void const* signal, std::int64_t) const {
      V v;
      load(static_cast<T const*>(signal) + e, v);
      return v;
    }
    DYNVISION_LANES_ONLY void put(V const& v, void* signal) const { store(v, static_cast<T*>(signal) + e); }
    DYNVISION_LANES_ONLY void add(V const& v, void* signal) const { put(get(signal, 0) + v, signal); }
  };
  using V = typename Memory::V;

 public:
  DYNVISION_WIDE static void forward(void const* roles, Arguments const& arguments, std::int64_t n) {
    for (Memory memory{0}; memory.e < n; memory.e += V::width) {
      Run::forward(*static_cast<Set const*>(roles), arguments, 0, memory);
    }
  }
  // carry: [n], sums: a Sums
  DYNVISION_WIDE static void reverse(void const* roles, Arguments const& arguments, AdjointArguments const& adjoint,
                                     std::int64_t n, void* carry, void* sums) {
    for (Memory memory{0}; memory.e < n; memory.e += V::width) {
      V& carried = *reinterpret_cast<V*>(static_cast<T*>(carry) + memory.e);
      Run::reverse(*static_cast<Set const*>(roles), arguments, adjoint, 0, memory, carried,
                   *static_cast<Sums<V, Run::J>*>(sums));
    }
  }
  static constexpr StepLoops both{&forward, &reverse};
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/pipeline/loop.ipp>
#endif
