// PipelineLoop: a pipeline as one loop over the memory of the CPU, a few numbers side by side.
//
// A block of n time steps is computed chunk by chunk: all steps of a chunk before the next one, so that
// the state of the step before is still in the cache.
#pragma once
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/pipeline/program.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace dynvision::kernels {

template <class S, class... Roles> class PipelineLoop {
  using T = Arithmetic<S>;
  using Run = Program<Roles...>;
  static constexpr int J = Run::J;
  static constexpr std::int64_t chunk = 4096 / static_cast<std::int64_t>(sizeof(T));  // numbers: 4 KiB of each signal

  struct Memory {  // `count` numbers from e on, of one sample
    using V = Lanes<T>;
    std::int64_t sample, e, size;
    int count;

    DYNVISION_LANES_ONLY static V zero() { return V{typename V::Vector{}}; }
    DYNVISION_LANES_ONLY V get(void const* signal, std::int64_t stride) const {
      return load_from(static_cast<S const*>(signal) + sample * stride + e);
    }
    DYNVISION_LANES_ONLY void put(V const& v, void* signal) const {
      store_to(v, static_cast<S*>(signal) + sample * size + e);
    }
    DYNVISION_LANES_ONLY void add(V const& v, void* signal) const {
      T* const to = static_cast<T*>(signal) + sample * size + e;
      store_to(load_from(to) + v, to);
    }

   private:
    template <class Any> DYNVISION_LANES_ONLY V load_from(Any const* from) const {
      V v;
      if (count == V::width) {
        load(from, v);
      } else {
        load_some(from, count, v);
      }
      return v;
    }
    template <class Any> DYNVISION_LANES_ONLY void store_to(V const& v, Any* to) const {
      if (count == V::width) {
        store(v, to);
      } else {
        store_some(v, count, to);
      }
    }
  };
  using V = typename Memory::V;

 public:
  static void forward(typename Run::Set const& roles, Arguments const& flow) {
    each_chunk(flow, [&](std::int64_t, std::int64_t sample, std::int64_t from, std::int64_t to)
                         DYNVISION_WIDE { forward_chunk(roles, flow, sample, from, to); });
  }

  static void reverse(typename Run::Set const& roles, Arguments const& flow, AdjointArguments const& back) {
    bool summed = back.tau_gradient != nullptr;
    for (int j = 0; j < J; ++j) summed = summed || back.role[j].g_affine != nullptr;
    std::vector<std::array<double, 2 * J + 1>> sums(summed ? static_cast<std::size_t>(chunks_of(flow)) : 0);
    each_chunk(flow, [&](std::int64_t index, std::int64_t sample, std::int64_t from, std::int64_t to) DYNVISION_WIDE {
      Sums<V, J> of_chunk;
      for (V& v : of_chunk.v) v = Memory::zero();
      reverse_chunk(roles, flow, back, sample, from, to, of_chunk);
      if (summed) sums[static_cast<std::size_t>(index)] = numbers(of_chunk);
    });
    for (auto const& one : sums) {  // in order, so that a run can be repeated to the bit
      if (back.tau_gradient != nullptr) *back.tau_gradient += one[2 * J];
      for (std::size_t j = 0; j < static_cast<std::size_t>(J); ++j) {
        double* const to = back.role[j].g_affine;
        if (to != nullptr) to[0] += one[2 * j], to[1] += one[2 * j + 1];
      }
    }
  }

 private:
  static std::array<double, 2 * J + 1> numbers(Sums<V, J> const& sums) {
    std::array<double, 2 * J + 1> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (int k = 0; k < V::width; ++k) all[i] += static_cast<double>(sums.v[i].v[k]);
    }
    return all;
  }

  DYNVISION_LANES_ONLY static int width_at(std::int64_t e, std::int64_t to) {
    return static_cast<int>(std::min<std::int64_t>(V::width, to - e));
  }
  DYNVISION_LANES_ONLY static void forward_chunk(typename Run::Set const& roles, Arguments const& flow,
                                                 std::int64_t sample, std::int64_t from, std::int64_t to) {
    for (int t = 0; t < flow.n_steps; ++t) {
      for (std::int64_t e = from; e < to; e += V::width) {
        Memory memory{sample, e, flow.size, width_at(e, to)};
        Run::forward(roles, flow, t, memory);
      }
    }
  }
  DYNVISION_LANES_ONLY static void reverse_chunk(typename Run::Set const& roles, Arguments const& flow,
                                                 AdjointArguments const& back, std::int64_t sample, std::int64_t from,
                                                 std::int64_t to, Sums<V, J>& sums) {
    V carry[chunk / V::width];
    for (V& c : carry) c = Memory::zero();
    for (int t = flow.n_steps - 1; t >= 0; --t) {
      for (std::int64_t e = from; e < to; e += V::width) {
        Memory memory{sample, e, flow.size, width_at(e, to)};
        Run::reverse(roles, flow, back, t, memory, carry[(e - from) / V::width], sums);
      }
    }
  }

  static std::int64_t chunks_of(Arguments const& flow) { return flow.batch * ((flow.size + chunk - 1) / chunk); }
  // f(index, sample, first number, end)
  template <class F> static void each_chunk(Arguments const& flow, F const& f) {
    std::int64_t const per_sample = (flow.size + chunk - 1) / chunk;
    parallel_pieces(chunks_of(flow), 4, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        std::int64_t const from = i % per_sample * chunk;
        f(i, i / per_sample, from, std::min(from + chunk, flow.size));
      }
    });
  }
};

}  // namespace dynvision::kernels
