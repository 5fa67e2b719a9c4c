// Pipeline: a run of neighbouring pointwise operations as one loop over memory, forward and reverse.
//
//   for every number: x <- source; for every role, in order: x <- role(x); store where somebody wants it
//
// Station: kernels. Roles are composed by the compiler (kernels/roles.hpp). A block of n time steps is computed chunk by
// chunk: all steps of a chunk before the next one, so that the state of the step before is still in the cache. The loop
// runs over memory, so all tensors of a pipeline have one layout. Storage S: float, double, or c10::BFloat16, which is
// computed in float.
#pragma once
#include <dynvision/kernels/parallel.hpp>
#include <dynvision/kernels/roles.hpp>

#include <array>
#include <tuple>
#include <utility>
#include <vector>

namespace dynvision::kernels {

// Addresses of one signal: one for each step of the block (steps may share one), or null: absent.
template <class S> using Steps = S* const*;

template <class S, int J> struct Flow {  // what a pipeline of J roles reads and writes going forward
  int n_steps = 0;
  std::int64_t batch = 0, size = 0;  // samples; numbers in a sample
  Steps<S const> x = nullptr;
  std::array<Steps<S const>, J> operand{};       // of Combine
  std::array<std::int64_t, J> operand_stride{};  // size, or 0
  std::array<double const*, J> affine{};         // {w, b}: the operand is w h + b; null: h
  std::array<double const*, J> factor{};         // [n] of Scale
  Steps<S const> previous = nullptr;             // r of Step; a null entry: there is none yet
  std::array<Steps<S>, J> tap{};                 // where the result of a role is stored
};

template <class S, int J> struct Backflow {         // what the reverse reads and writes, beside the flow
  std::array<Steps<S const>, J> input{}, output{};  // values that adjoints need
  std::array<Steps<S const>, J> incoming{};  // gradients of a role's result: [n * n_incoming], null entries allowed
  std::array<int, J> n_incoming{};
  std::array<bool, J> starts{};             // the signal begins at this role: nothing entered it
  std::array<Steps<S>, J> g_input{};        // gradient of a role's input is stored here
  std::array<Steps<S>, J> g_operand{};      // gradient of a Combine's operand, where it is not that of its input
  Steps<Arithmetic<S>> g_shared = nullptr;  // gradient of x, summed over steps that share an address
  Steps<S> g_previous = nullptr;            // gradient of r, for steps with an entry
  std::array<double*, J> g_affine{};        // gradients of w and b are added here
  bool carried = false;                     // r is the last role's result of the step before, within the block
  double* tau_gradient = nullptr;
};

template <class S, class... Roles> class Pipeline {
  using T = Arithmetic<S>;
  using V = Lanes<T>;
  static constexpr int J = static_cast<int>(sizeof...(Roles));
  static constexpr std::int64_t chunk = 4096 / static_cast<std::int64_t>(sizeof(T));  // numbers: 4 KiB of each signal

 public:
  std::tuple<Roles...> roles;

  void forward(Flow<S, J> const& flow) const {
    each_chunk(flow, [&](std::int64_t, std::int64_t sample, std::int64_t from, std::int64_t to)
                         DYNVISION_WIDE { forward_chunk(flow, sample, from, to); });
  }

  void reverse(Flow<S, J> const& flow, Backflow<S, J> const& back) const {
    bool summed = back.tau_gradient != nullptr;
    for (double const* affine : back.g_affine) summed = summed || affine != nullptr;
    std::vector<std::array<double, 2 * J + 1>> sums(summed ? static_cast<std::size_t>(chunks_of(flow)) : 0);
    each_chunk(flow, [&](std::int64_t index, std::int64_t sample, std::int64_t from, std::int64_t to) DYNVISION_WIDE {
      Sums chunk_sums{};
      reverse_chunk(flow, back, sample, from, to, chunk_sums);
      if (summed) sums[static_cast<std::size_t>(index)] = chunk_sums.numbers();
    });
    for (auto const& one : sums) {  // in order, so that a run can be repeated to the bit
      if (back.tau_gradient != nullptr) *back.tau_gradient += one[2 * J];
      for (std::size_t j = 0; j < J; ++j) {
        double* const to = back.g_affine[j];
        if (to != nullptr) to[0] += one[2 * j], to[1] += one[2 * j + 1];
      }
    }
  }

 private:
  struct Sums {  // over a chunk: for each role those of w and b, and that of tau
    V v[2 * J + 1];
    std::array<double, 2 * J + 1> numbers() const {
      std::array<double, 2 * J + 1> all{};
      for (std::size_t i = 0; i < all.size(); ++i) {
        for (int k = 0; k < V::width; ++k) all[i] += static_cast<double>(v[i].v[k]);
      }
      return all;
    }
  };

  DYNVISION_LANES_ONLY void forward_chunk(Flow<S, J> const& flow, std::int64_t sample, std::int64_t from,
                                          std::int64_t to) const {
    for (int t = 0; t < flow.n_steps; ++t) {
      for (std::int64_t e = from; e < to; e += V::width) {
        forward_lanes(flow, t, sample, e, static_cast<int>(std::min<std::int64_t>(V::width, to - e)),
                      std::make_index_sequence<sizeof...(Roles)>{});
      }
    }
  }
  DYNVISION_LANES_ONLY void reverse_chunk(Flow<S, J> const& flow, Backflow<S, J> const& back, std::int64_t sample,
                                          std::int64_t from, std::int64_t to, Sums& sums) const {
    V carry[chunk / V::width];
    for (V& c : carry) c = V{};
    for (int t = flow.n_steps - 1; t >= 0; --t) {
      for (std::int64_t e = from; e < to; e += V::width) {
        reverse_lanes(flow, back, t, sample, e, static_cast<int>(std::min<std::int64_t>(V::width, to - e)),
                      carry[(e - from) / V::width], sums, std::make_index_sequence<sizeof...(Roles)>{});
      }
    }
  }

  static std::int64_t chunks_of(Flow<S, J> const& flow) { return flow.batch * ((flow.size + chunk - 1) / chunk); }
  // f(index, sample, first number, end)
  template <class F> static void each_chunk(Flow<S, J> const& flow, F const& f) {
    std::int64_t const per_sample = (flow.size + chunk - 1) / chunk;
    parallel_for(chunks_of(flow), 4, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        std::int64_t const from = i % per_sample * chunk;
        f(i, i / per_sample, from, std::min(from + chunk, flow.size));
      }
    });
  }

  DYNVISION_LANES_ONLY static V get(S const* from, int count) {
    V v;
    if (count == V::width) {
      load(from, v);
    } else {
      load_some(from, count, v);
    }
    return v;
  }
  template <class Any> DYNVISION_LANES_ONLY static void put(V const& v, int count, Any* to) {
    if (count == V::width) {
      store(v, to);
    } else {
      store_some(v, count, to);
    }
  }

  template <std::size_t I>
  DYNVISION_LANES_ONLY static V operand(Flow<S, J> const& flow, int t, std::int64_t sample, std::int64_t e, int count) {
    V const h = get(flow.operand[I][t] + sample * flow.operand_stride[I] + e, count);
    double const* const affine = flow.affine[I];
    return affine == nullptr ? h : h * static_cast<T>(affine[0]) + static_cast<T>(affine[1]);
  }

  template <std::size_t... I>
  DYNVISION_LANES_ONLY void forward_lanes(Flow<S, J> const& flow, int t, std::int64_t sample, std::int64_t e, int count,
                                          std::index_sequence<I...>) const {
    V x{};
    bool present = flow.x != nullptr;
    if (present) x = get(flow.x[t] + sample * flow.size + e, count);
    (forward_role<I>(flow, t, sample, e, count, x, present), ...);
  }

  template <std::size_t I>
  DYNVISION_LANES_ONLY void forward_role(Flow<S, J> const& flow, int t, std::int64_t sample, std::int64_t e, int count,
                                         V& x, bool& present) const {
    using R = std::tuple_element_t<I, std::tuple<Roles...>>;
    auto const& role = std::get<I>(roles);
    if constexpr (CombineRole<R>) {
      if (flow.operand[I] != nullptr) {
        V const h = operand<I>(flow, t, sample, e, count);
        x = present ? R::integration::forward(x, h) : h;
        present = true;
      }
    } else if constexpr (MapRole<R>) {
      if (!role.identity()) x = role.f.forward(x);
    } else if constexpr (ScaleRole<R>) {
      if (flow.factor[I] != nullptr) x = x * static_cast<T>(flow.factor[I][t]);
    } else if constexpr (StepRole<R>) {
      S const* const previous = flow.previous == nullptr ? nullptr : flow.previous[t];
      if (previous != nullptr) {
        V const r = get(previous + sample * flow.size + e, count);
        x = r + (x - r) * static_cast<T>(role.gain);
      } else {
        x = x * static_cast<T>(role.first);
      }
    }
    if (flow.tap[I] != nullptr && present) put(x, count, flow.tap[I][t] + sample * flow.size + e);
  }

  template <std::size_t... I>
  DYNVISION_LANES_ONLY void reverse_lanes(Flow<S, J> const& flow, Backflow<S, J> const& back, int t,
                                          std::int64_t sample, std::int64_t e, int count, V& carry, Sums& sums,
                                          std::index_sequence<I...>) const {
    V g = carry;
    carry = V{};
    (reverse_role<J - 1 - I>(flow, back, t, sample, e, count, g, carry, sums), ...);
    if (back.g_shared != nullptr) {
      T* const to = back.g_shared[t] + sample * flow.size + e;
      V sum;
      if (count == V::width) {
        load(to, sum);
      } else {
        load_some(to, count, sum);
      }
      put(sum + g, count, to);
    }
  }

  template <std::size_t I>
  DYNVISION_LANES_ONLY void reverse_role(Flow<S, J> const& flow, Backflow<S, J> const& back, int t, std::int64_t sample,
                                         std::int64_t e, int count, V& g, V& carry, Sums& sums) const {
    using R = std::tuple_element_t<I, std::tuple<Roles...>>;
    auto const& role = std::get<I>(roles);
    std::int64_t const at = sample * flow.size + e;
    for (int k = 0; k < back.n_incoming[I]; ++k) {
      S const* const more = back.incoming[I][t * back.n_incoming[I] + k];
      if (more != nullptr) g = g + get(more + at, count);
    }
    if constexpr (CombineRole<R>) {
      if (flow.operand[I] != nullptr && (back.input[I] != nullptr || flow.affine[I] != nullptr)) {
        V gh = g;  // where one of the two was absent
        if (back.input[I] != nullptr) {
          V const h = operand<I>(flow, t, sample, e, count), x = get(back.input[I][t] + at, count);
          gh = R::integration::adjoint_h(g, x, h);
          g = R::integration::adjoint_x(g, x, h);
        }
        if (flow.affine[I] != nullptr) {
          sums.v[2 * I] = sums.v[2 * I] + gh * get(flow.operand[I][t] + sample * flow.operand_stride[I] + e, count);
          sums.v[2 * I + 1] = sums.v[2 * I + 1] + gh;
          gh = gh * static_cast<T>(flow.affine[I][0]);
        }
        if (back.g_operand[I] != nullptr && back.g_operand[I][t] != nullptr) put(gh, count, back.g_operand[I][t] + at);
      }
    } else if constexpr (MapRole<R>) {
      if (!role.identity()) {
        V x{}, y{};
        if constexpr (decltype(role.f)::needs == Needs::input) {
          if (back.input[I] == nullptr) return;  // before the signal begins
        }
        if constexpr (decltype(role.f)::needs == Needs::output) {
          if (back.output[I] == nullptr) return;
        }
        if constexpr (decltype(role.f)::needs == Needs::input) x = get(back.input[I][t] + at, count);
        if constexpr (decltype(role.f)::needs == Needs::output) y = get(back.output[I][t] + at, count);
        g = role.f.adjoint(g, x, y);
      }
    } else if constexpr (ScaleRole<R>) {
      if (flow.factor[I] != nullptr) g = g * static_cast<T>(flow.factor[I][t]);
    } else if constexpr (StepRole<R>) {
      S const* const previous = flow.previous == nullptr ? nullptr : flow.previous[t];
      if (previous != nullptr) {
        if (back.tau_gradient != nullptr && back.input[I] != nullptr) {
          sums.v[2 * J] = sums.v[2 * J] + g * (get(back.input[I][t] + at, count) - get(previous + at, count)) *
                                              static_cast<T>(role.gain_slope);
        }
        V const before = g * static_cast<T>(1 - role.gain);
        if (back.carried && t > 0) {
          carry = before;
        } else if (back.g_previous != nullptr && back.g_previous[t] != nullptr) {
          put(before, count, back.g_previous[t] + at);
        }
        g = g * static_cast<T>(role.gain);
      } else {
        if (back.tau_gradient != nullptr && back.input[I] != nullptr) {
          sums.v[2 * J] = sums.v[2 * J] + g * get(back.input[I][t] + at, count) * static_cast<T>(role.first_slope);
        }
        g = g * static_cast<T>(role.first);
      }
    }
    if (back.g_input[I] != nullptr) put(g, count, back.g_input[I][t] + at);
    if (back.starts[I]) g = V{};
  }
};

}  // namespace dynvision::kernels
