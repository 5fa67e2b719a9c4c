// The loops over samples and groups.
#pragma once
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/kernels/norm/channel_sums.hpp>
#include <dynvision/kernels/norm/group_norm.hpp>

#include <cmath>

namespace dynvision::kernels {

namespace group_norm_loops {

// By channel, for one sample: sums of g and g z; m; coefficients (kernels/norm/channel_sums.hpp); sums of d and d^2.
template <class S> struct Room {
  Arithmetic<S>*g, *gz, *m, *kg, *kx, *k, *d, *dd;
  std::int64_t channels, share;  // channels of a group
  double n, eps;                 // numbers of a group
};
inline constexpr int rows = 8;

inline kernels::Layout layout_of(Tensor const& x) { return {x.is_contiguous(at::MemoryFormat::ChannelsLast)}; }
inline Tensor dense(Tensor const& x) { return layout_of(x).of(x); }
inline Tensor like(Tensor const& x) {
  return layout_of(x).empty(x.size(0), {x.size(1), x.size(2), x.size(3)}, x.options());
}
inline at::ScalarType arithmetic(Tensor const& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }
inline Tensor parameter(Tensor const& p, Tensor const& x) { return p.detach().to(arithmetic(x)).contiguous(); }

// f(loops, room, number of the sample's first number); the rooms, (N,8,C).
template <class F> Tensor each_sample(Tensor const& x, std::int64_t groups, double eps, F const& f) {
  Shape const shape{x.size(1), x.size(2), x.size(3)};
  Tensor const work = Layout{false}.empty(x.size(0), {1, rows, shape.channels}, x.options().dtype(arithmetic(x)));
  Engine{x.scalar_type()}.with_storage([&]<class S>(S) {
    using T = Arithmetic<S>;
    ChannelSums<S> const loops(shape, layout_of(x));
    std::int64_t const C = shape.channels, share = C / groups;
    double const n = static_cast<double>(share * shape.height * shape.width);
    T* const all = work.mutable_data_ptr<T>();
    std::int64_t const grain = std::max<std::int64_t>(1, 8192 / std::max<std::int64_t>(shape.size(), 1));
    parallel_for(x.size(0), grain, [&](std::int64_t first, std::int64_t last) DYNVISION_WIDE {
      for (std::int64_t i = first; i < last; ++i) {
        T* const r = all + i * rows * C;
        Room<S> const room{r,         r + C,     r + 2 * C, r + 3 * C, r + 4 * C, r + 5 * C,
                           r + 6 * C, r + 7 * C, C,         share,     n,         eps};
        f(loops, room, i * shape.size());
      }
    });
  });
  return work.select(1, 0);
}

template <class T> double sum(T const* x, std::int64_t n) {
  double all = 0;
  for (std::int64_t i = 0; i < n; ++i) all += static_cast<double>(x[i]);
  return all;
}

// m, and the sums of d = x - m and d^2
template <class S> DYNVISION_LANES_ONLY void centre(ChannelSums<S> const& loops, S const* x, Room<S> const& room) {
  using T = Arithmetic<S>;
  std::fill_n(room.m, room.channels, T(0));
  loops.template sums<false>(nullptr, x, room.m, room.d, room.dd);
  for (std::int64_t c = 0; c < room.channels; c += room.share) {
    T const m = static_cast<T>(sum(room.d + c, room.share) / room.n);
    std::fill_n(room.m + c, room.share, m);
  }
  loops.template sums<false>(nullptr, x, room.m, room.d, room.dd);
}
// f(first channel, last, e, s)
template <class S, class F> void each_group(Room<S> const& room, F const& f) {
  for (std::int64_t c = 0; c < room.channels; c += room.share) {
    double const e = sum(room.d + c, room.share) / room.n;
    double const var = std::max(sum(room.dd + c, room.share) / room.n - e * e, 0.0);
    f(c, c + room.share, e, 1 / std::sqrt(var + room.eps));
  }
}
}  // namespace group_norm_loops

DYNVISION_INLINE Tensor GroupNorm::operator()(Tensor const& given) const {
  using namespace group_norm_loops;
  ProfilerScope const mark("dynvision::group_norm");
  Tensor const x = dense(given), y = like(x), bias = parameter(bias_, x), weight = parameter(weight_, x);
  each_sample(x, groups_, eps_,
              [&]<class S>(ChannelSums<S> const& loops, Room<S> const& room, std::int64_t at) DYNVISION_WIDE {
                using T = Arithmetic<S>;
                S const* const from = x.const_data_ptr<S>() + at;
                T const *const w = weight.template const_data_ptr<T>(), *const b = bias.template const_data_ptr<T>();
                centre(loops, from, room);
                each_group(room, [&](std::int64_t first, std::int64_t last, double e, double s) {
                  for (std::int64_t c = first; c < last; ++c) {
                    double const a = static_cast<double>(w[c]) * s;
                    room.kx[c] = static_cast<T>(a);
                    room.k[c] = static_cast<T>(static_cast<double>(b[c]) - a * e);
                  }
                });
                loops.template combine<false>(nullptr, from, room.m, nullptr, room.kx, room.k,
                                              y.template mutable_data_ptr<S>() + at);
              });
  return y;
}

DYNVISION_INLINE GroupNorm::Gradients GroupNorm::gradients(Tensor const& gradient, Tensor const& given) const {
  using namespace group_norm_loops;
  ProfilerScope const mark("dynvision::group_norm_backward");
  Tensor const x = dense(given), gx = like(x), weight = parameter(weight_, x);
  Tensor const g = layout_of(x).of(gradient.to(x.scalar_type()));
  Tensor const work = each_sample(
      x, groups_, eps_, [&]<class S>(ChannelSums<S> const& loops, Room<S> const& room, std::int64_t at) DYNVISION_WIDE {
        using T = Arithmetic<S>;
        S const *const from = x.const_data_ptr<S>() + at, *const g_from = g.template const_data_ptr<S>() + at;
        T const* const w = weight.template const_data_ptr<T>();
        centre(loops, from, room);
        loops.template sums<true>(g_from, from, room.m, room.g, room.gz);
        each_group(room, [&](std::int64_t first, std::int64_t last, double e, double s) {
          double A = 0, B = 0;
          for (std::int64_t c = first; c < last; ++c) {
            double const gz = (static_cast<double>(room.gz[c]) - e * static_cast<double>(room.g[c])) * s;
            room.gz[c] = static_cast<T>(gz);
            A += static_cast<double>(w[c]) * static_cast<double>(room.g[c]) / room.n;
            B += static_cast<double>(w[c]) * gz / room.n;
          }
          for (std::int64_t c = first; c < last; ++c) {
            room.kg[c] = static_cast<T>(static_cast<double>(w[c]) * s);
            room.kx[c] = static_cast<T>(-B * s * s);
            room.k[c] = static_cast<T>((B * s * e - A) * s);
          }
        });
        loops.template combine<true>(g_from, from, room.m, room.kg, room.kx, room.k,
                                     gx.template mutable_data_ptr<S>() + at);
      });
  Tensor const sums = work.narrow(1, 0, 2).sum({0}, false, at::kDouble).to(weight_.scalar_type());  // (2,C)
  return {gx, sums.select(0, 1), sums.select(0, 0)};
}

}  // namespace dynvision::kernels
