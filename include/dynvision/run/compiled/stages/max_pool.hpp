// Maximum pooling. Its result is not kept: what follows has it pooled again, and then it is known where the maxima lie.
#pragma once
#include <dynvision/kernels/resample/max_pooling.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::stages {

class MaxPool {
 public:
  template <class Op> static constexpr bool is_kind_of() { return Numbers<Op>::suits; }
  template <class Op> static void describe(Op const&, Node& node) {
    node.is_static = node.is_recomputed = node.reads_input = true;
  }

  template <class Op>
  MaxPool(Op const&, Node const& node, PreparedRun& run)
      : pooling_(node.in, node.out, Numbers<Op>::kernel, Numbers<Op>::stride, Numbers<Op>::margin, run.layout) {}

  Tensor forward(ForwardContext& at, Node const& node, Tensor const& x) const {
    return x.defined() ? pool(at.run, node, x, {}) : x;
  }
  Tensor forward_again(ReverseContext& at, Node const& node, Tensor const& x) {
    maxima_ = at.run.layout.empty(x.size(0), node.out, at.run.options.dtype(at::kByte));
    return pool(at.run, node, x, maxima_);
  }
  void adjoint(ReverseContext& at, Node const& node) {
    if (at.g.defined()) {
      if (!maxima_.defined()) forward_again(at, node, at.input(node.index));
      unpool(at, node);
    }
    maxima_ = Tensor{};
  }

 private:
  template <class Op> struct Numbers { static constexpr bool suits = false; };
  template <int K, int Stride, int Margin> struct Numbers<dynvision::MaxPool<K, Stride, Margin>> {
    static constexpr bool suits = K * K <= 255;  // the maximum of a window is known by a byte
    static constexpr int kernel = K, stride = Stride, margin = Margin;
  };

  Tensor pool(PreparedRun const& run, Node const& node, Tensor const& x, Tensor const& maxima) const {
    Tensor const y = run.empty(x.size(0), node.out);
    pooling_.forward(run.engine, x.const_data_ptr(), y.mutable_data_ptr(),
                     maxima.defined() ? maxima.mutable_data_ptr<std::uint8_t>() : nullptr, x.size(0));
    return y;
  }
  void unpool(ReverseContext& at, Node const& node) const {
    PreparedRun& run = at.run;
    auto const adjoint = [&](std::int64_t row, void* to, std::int64_t n) {
      std::int64_t const from = row * node.out.size();
      pooling_.adjoint(run.engine, run.at(at.g.const_data_ptr(), from), maxima_.const_data_ptr<std::uint8_t>() + from,
                       to, n);
    };
    std::size_t const p = node.index;
    Node const* const before = p > 0 ? &run.node(p - 1) : nullptr;
    if (before != nullptr && before->stores && before->feedforward_span == 0 && before->layer == node.layer) {
      // What was pooled are states: straight into their gradients.
      int const s = at.block.first - run.table.feedforward_lag(node.layer), t = run.table.step(p, at.block.first);
      at.scatter(node.layer, s, t, [&](void* to, int i) { adjoint(i * run.batch, to, run.batch); });
      at.g = Tensor{};
      return;
    }
    Tensor const gx = run.layout.zeros(at.g.size(0), node.in, run.options);
    adjoint(0, gx.mutable_data_ptr(), at.g.size(0));
    at.g = gx;
  }

  kernels::MaxPooling pooling_;
  Tensor maxima_{};  // (n B,C,h,w) bytes: where in its window each maximum lies, from forward_again() to adjoint()
};

}  // namespace dynvision::run::stages
