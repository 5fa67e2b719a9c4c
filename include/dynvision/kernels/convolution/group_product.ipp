// Panels of a group: four rows by up to three registers of outputs; four inputs by as many, for the gradient.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/convolution/group_product.hpp>
#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>

#include <ATen/EmptyTensor.h>
#include <c10/util/SmallVector.h>

#include <utility>
#include <vector>

namespace dynvision::kernels {

struct RowsOfGroup {
  float const* x;
  float* y;
  float const* bias;
  std::int64_t n, x_next, y_next, inputs, outputs;  // rows; numbers from one to the next
};

// R registers of outputs from vector `first` on.
template <int R> DYNVISION_WIDE void panel_of_product(RowsOfGroup const& of, float const* weight, std::int64_t first) {
  using V = Lanes<float>::Vector;
  constexpr std::int64_t width = Lanes<float>::width, row = R * width;
  std::int64_t const o = first * width, count = std::min(row, of.outputs - o);
  V bias[R] = {};
  if (of.bias != nullptr) std::memcpy(bias, of.bias + o, static_cast<std::size_t>(count) * sizeof(float));
  alignas(sizeof(V)) float nowhere[row];  // what is computed beyond the last row
  for (std::int64_t k = 0; k < of.n; k += together) {
    float const* x[together];
    float* y[together];
    V sum[together][R];
#pragma GCC unroll 4
    for (int i = 0; i < together; ++i) {
      bool const is_row = k + i < of.n;
      std::int64_t const r = is_row ? k + i : of.n - 1;
      x[i] = of.x + r * of.x_next, y[i] = is_row ? of.y + r * of.y_next + o : nowhere;
      std::memcpy(&sum[i], bias, sizeof bias);
    }
    float const* w = weight;
    for (std::int64_t i = 0; i < of.inputs; ++i, w += row) {
      add_products<float, R, together>(sum, w, [&](int c) { return x[c][i]; });
    }
#pragma GCC unroll 4
    for (int i = 0; i < together; ++i) {
#pragma GCC unroll 3
      for (int r = 0; r < R; ++r) write<float>(sum[i][r], y[i] + r * width, count - r * width);
    }
  }
}

// Rows of one call: g packed, from this row of the panel on; x where it lies.
struct RowsOfCall {
  float const *g, *x;
  std::int64_t n;
};

using CallsOfGroup = c10::SmallVector<RowsOfCall, 16>;

// R registers of outputs by C inputs from x on, without the first `known` of them, added to `to`, a row of lanes for each input.
template <int R, int C>
DYNVISION_WIDE void tile_of_gradient(CallsOfGroup const& calls, std::int64_t i, std::int64_t x_next, int known,
                                     float* to, std::int64_t lanes) {
  using V = Lanes<float>::Vector;
  constexpr std::int64_t width = Lanes<float>::width, row = R * width;
  V sum[C][R] = {};
  for (RowsOfCall const& call : calls) {
    float const *g = call.g, *x = call.x + i;
    for (std::int64_t k = 0; k < call.n; ++k, g += row, x += x_next) {
      add_products<float, R, C>(sum, g, [&](int c) { return x[c]; });
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < C; ++c) {
    if (c < known) continue;
#pragma GCC unroll 3
    for (int r = 0; r < R; ++r) add_to<float>(to + c * lanes + r * width, sum[c][r]);
  }
}

// R registers of outputs by all inputs of a group. g: of the group and the panel in each call, `count` numbers of a row; it is
// packed, and then where it is packed.
template <int R>
DYNVISION_WIDE void panel_of_gradient(CallsOfGroup& calls, std::int64_t count, std::int64_t g_next, std::int64_t x_next,
                                      std::int64_t inputs, float* sums, std::int64_t lanes) {
  constexpr std::int64_t width = Lanes<float>::width, row = R * width;
  std::int64_t n = 0;
  for (RowsOfCall const& call : calls) n += call.n;
  float* const panel = thread_scratch<float, 4>(n * row);
  float* to = panel;
  for (RowsOfCall& call : calls) {
    float const* from = std::exchange(call.g, to);
    for (std::int64_t k = 0; k < call.n; ++k, from += g_next, to += row) {
      std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
      for (std::int64_t lane = count; lane < row; ++lane) to[lane] = 0;
    }
  }
  add_sum<float, R>(panel, row, n, sums + inputs * lanes);
  if (inputs < together) {
    for (std::int64_t i = 0; i < inputs; ++i) tile_of_gradient<R, 1>(calls, i, x_next, 0, sums + i * lanes, lanes);
    return;
  }
  for (std::int64_t at = 0; at < inputs; at += together) {
    std::int64_t const i = std::min<std::int64_t>(at, inputs - together);
    tile_of_gradient<R, together>(calls, i, x_next, static_cast<int>(at - i), sums + i * lanes, lanes);
  }
}

DYNVISION_INLINE bool GroupProduct::suits(Tensor const& weight) {
  return has_wide_registers() && weight.is_cpu() && weight.scalar_type() == at::kFloat;
}

DYNVISION_INLINE GroupProduct::GroupProduct(Tensor weight) : weight_(weight.contiguous()) {}

DYNVISION_INLINE GroupProduct::Sides GroupProduct::sides(bool transposed) const {
  return {weight_.size(transposed ? 1 : 2), weight_.size(transposed ? 2 : 1)};
}

DYNVISION_INLINE Tensor GroupProduct::packed(bool transposed) const {
  Sides const of = sides(transposed);
  std::int64_t const groups = weight_.size(0), all = of.in * of.lanes();
  Tensor const to = at::detail::empty_cpu({groups * all}, at::kFloat);
  float const* const from = weight_.const_data_ptr<float>();
  float* const first = to.mutable_data_ptr<float>();
  std::int64_t const of_output = transposed ? 1 : of.in, of_input = transposed ? of.out : 1;
  parallel_for(groups, std::max<std::int64_t>(1, 16384 / all), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; ++k) {
      float const* const w = from + k * of.in * of.out;
      float* lanes = first + k * all;
      of.panels().each(0, of.panels().vectors, [&]<int R>(std::int64_t v) {
        std::int64_t const count = std::min(R * width, of.out - v * width);
        for (std::int64_t i = 0; i < of.in; ++i, lanes += R * width) {
          float const* const at = w + v * width * of_output + i * of_input;
          for (std::int64_t lane = 0; lane < R * width; ++lane) lanes[lane] = lane < count ? at[lane * of_output] : 0;
        }
      });
    }
  });
  return to;
}

DYNVISION_INLINE Tensor GroupProduct::product(Tensor const& x, Tensor const& weight, bool transposed,
                                              Tensor const& bias) const {
  constexpr std::int64_t most_rows = 64;  // which stay in the nearest cache while panels go over them
  Sides const of = sides(transposed);
  std::int64_t const groups = weight_.size(0), n = x.size(0), vectors = of.panels().vectors;
  std::int64_t const pieces = (n + most_rows - 1) / most_rows;
  Tensor const y = at::detail::empty_cpu({n, groups * of.out}, at::kFloat);
  float const *const from = x.const_data_ptr<float>(), *const w = weight.const_data_ptr<float>();
  float const* const b = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* const to = y.mutable_data_ptr<float>();
  std::int64_t const of_vector = std::max<std::int64_t>(1, std::min(n, most_rows) * of.in * width);
  std::int64_t const least = std::max<std::int64_t>(Panels::most, 100000 / of_vector);
  parallel_pieces(groups * pieces * vectors, least, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin / vectors; i * vectors < end; ++i) {
      std::int64_t const k = i / pieces, row = i % pieces * most_rows;
      float const* const w_of = w + k * of.in * of.lanes();
      RowsOfGroup const rows{from + (row * groups + k) * of.in,
                             to + (row * groups + k) * of.out,
                             b == nullptr ? nullptr : b + k * of.out,
                             std::min(most_rows, n - row),
                             groups * of.in,
                             groups * of.out,
                             of.in,
                             of.out};
      of.panels().each(begin - i * vectors, end - i * vectors,
                       [&]<int R>(std::int64_t v) { panel_of_product<R>(rows, w_of + v * width * of.in, v); });
    }
  });
  return y;
}

DYNVISION_INLINE Tensor GroupProduct::forward(Tensor const& x, Tensor const& bias) {
  ProfilerScope const mark("dynvision::group_product");
  if (!forward_.defined()) forward_ = packed(false);
  return product(x, forward_, false, bias);
}
DYNVISION_INLINE Tensor GroupProduct::adjoint(Tensor const& g) {
  ProfilerScope const mark("dynvision::group_product_backward");
  if (!adjoint_.defined()) adjoint_ = packed(true);
  return product(g, adjoint_, true, {});
}

DYNVISION_INLINE void GroupProduct::add(at::ArrayRef<Tensor> g, at::ArrayRef<Tensor> x) {
  ProfilerScope const mark("dynvision::group_product_weights_backward");
  Sides const of = sides(false);
  std::int64_t const groups = weight_.size(0), lanes = of.lanes(), of_group = (of.in + 1) * lanes;
  if (!sums_.defined()) sums_ = zeros({groups, of.in + 1, lanes}, weight_.options().requires_grad(false));
  float* const sums = sums_.mutable_data_ptr<float>();
  // Rows of calls, so many at a time that they stay in a cache while tiles go over them.
  constexpr std::int64_t most_rows = 256;
  std::vector<CallsOfGroup> blocks;
  std::int64_t room = 0;
  for (std::size_t i = 0; i < g.size(); ++i) {
    auto const *const of_g = g[i].const_data_ptr<float>(), *const of_x = x[i].const_data_ptr<float>();
    for (std::int64_t row = 0, n = 0; row < g[i].size(0); row += n, room -= n) {
      if (room == 0) blocks.emplace_back(), room = most_rows;
      n = std::min(room, g[i].size(0) - row);
      blocks.back().push_back({of_g + row * groups * of.out, of_x + row * groups * of.in, n});
    }
  }
  std::int64_t const vectors = of.panels().vectors;
  parallel_pieces(groups * vectors, Panels::most, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin / vectors; k * vectors < end; ++k) {
      of.panels().each(begin - k * vectors, end - k * vectors, [&]<int R>(std::int64_t v) {
        for (CallsOfGroup calls : blocks) {
          for (RowsOfCall& call : calls) call.g += k * of.out + v * width, call.x += k * of.in;
          panel_of_gradient<R>(calls, std::min(R * width, of.out - v * width), groups * of.out, groups * of.in, of.in,
                               sums + k * of_group + v * width, lanes);
        }
      });
    }
  });
}

DYNVISION_INLINE GroupProduct::Gradients GroupProduct::take() {
  if (!sums_.defined()) return {};
  Sides const of = sides(false);
  Tensor const weight = sums_.narrow(1, 0, of.in).narrow(2, 0, of.out).transpose(1, 2).contiguous();
  Tensor const bias = sums_.select(1, of.in).narrow(1, 0, of.out).contiguous();
  sums_ = Tensor{};
  return {weight, bias};
}

}  // namespace dynvision::kernels
