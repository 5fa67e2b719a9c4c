// Operations that the compiled path cannot look into: run as they are, and differentiated by autograd, locally.
//
// Station: run. They see tensors in the dtype of the parameters; their results come back in that of the computation.
// An operation that sees the moment is given the states of all layers as they were when its turn came.
#pragma once
#include <dynvision/operations/moment.hpp>
#include <dynvision/run/autograd.hpp>
#include <dynvision/run/sequence.hpp>

namespace dynvision::run {

template <class Q> Tensor outside(Q const& q, Tensor const& x) { return x.to(q.model.options.dtype); }
template <class Q> Tensor inside(Q const& q, Tensor const& y) { return q.layout.of(y.to(Q::dtype())); }

// --- connections

template <class Op> constexpr bool is_affine_lateral() {
  if constexpr (RecurrenceOperation<Op>) return requires {
      Op::lateral_type::is_affine;
    };
  return false;
}
template <class Op> constexpr bool is_opaque_lateral() {
  if constexpr (RecurrenceOperation<Op>) {
    return !is_affine_lateral<Op>() && !requires(Op const& op) { op.lateral.convolutions(); };
  }
  return false;
}

template <class Op> Tensor opaque_arrival(Op const& op, Tensor const& h, kernels::Shape const& to) {
  return nearest(op.lateral(h), to.height, to.width);
}

// What arrives of `rows`, states of the source (n B,C,H,W).
template <class Q, class Op> Tensor arrive(Q& q, Op const& op, std::size_t p, Tensor const& rows) {
  if constexpr (is_opaque_lateral<Op>()) {
    return inside(q, opaque_arrival(op, outside(q, rows), q.place(p).in));
  } else {
    Tensor const h = q.arrivals[p]->template forward<typename Q::S>(rows);
    if constexpr (is_affine_lateral<Op>()) return h.mul(q.affine[p][0]).add(q.affine[p][1]);
    return h;
  }
}

template <class Op> Tensor meet(Op const&, Tensor const& x, Tensor const& h) {
  return integrate<typename Op::integration>(x, h);
}

// --- learned tensors of an operation

template <class Op> std::vector<Tensor> learned_of(Op& op) {
  std::vector<Tensor> all;
  if constexpr (requires(ParameterVisitor const& visit) { op.parameters(visit); }) {
    auto add = [&](std::string const&, Tensor& x, bool) {
      if (x.requires_grad()) all.push_back(x);
    };
    op.parameters(ParameterVisitor(add));
  }
  return all;
}
template <class Q>
void add_gradients(Q& q, std::vector<Tensor> const& of, std::vector<Tensor> const& gradients, std::size_t from) {
  for (std::size_t i = 0; i < of.size(); ++i) q.learned.add(q.learned.index(of[i]), gradients[from + i]);
}
inline Tensor leaf(Tensor const& x) { return x.detach().requires_grad_(true); }

// --- the moment

// The delay lines of all layers when place p is reached at step t; `gradient`: their states are leaves.
template <class Q>
std::vector<DelayLine> memories_at(Q const& q, Segment const& segment, std::size_t p, int t, bool gradient) {
  std::vector<DelayLine> all;
  for (int l = 0; l < static_cast<int>(q.table.memory.size()); ++l) {
    int const capacity = q.model.memory[static_cast<std::size_t>(l)];
    all.emplace_back(capacity);
    if (q.state_shape[static_cast<std::size_t>(l)].size() == 0) continue;
    int const stored = t + (q.delay_place(l) < p ? 1 : 0);
    for (int u = 0; u < stored; ++u) {
      bool const held = u >= stored - capacity && q.table.stored(l, u);
      Tensor const r = held ? outside(q, q.state_rows(segment, l, u, 1)) : Tensor{};
      all.back().store(held && gradient && q.table.attached(u, t) ? leaf(r) : r);
    }
  }
  return all;
}

template <class Q>
Moment moment_at(Q const& q, std::size_t p, int t, std::vector<DelayLine>& memories, std::vector<Signal>& responses) {
  Place const& here = q.place(p);
  Moment now{.step = t,
             .frame_age = q.table.age[static_cast<std::size_t>(t)],
             .feedforward_only = q.settings.feedforward_only,
             .memories = memories,
             .responses = responses,
             .layer = here.layer,
             .size = {here.in.height, here.in.width},
             .batch = q.batch,
             .options = at::TensorOptions(q.model.options.dtype).device(q.model.options.device)};
  Tensor const input = q.external(here.layer);
  int const u = t - q.table.idle;
  if (input.defined() && u >= 0 && u < input.size(1)) now.external = input.select(1, u);
  return now;
}

}  // namespace dynvision::run
