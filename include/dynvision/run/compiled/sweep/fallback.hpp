// Operations that the compiled path cannot look into: run as they are, and differentiated by autograd, locally.
//
// They see tensors in the dtype of the parameters; their results come back in that of the computation.
// An operation that sees the moment is given the states of all layers as they were when its turn came.
#pragma once
#include <dynvision/concepts/moment.hpp>
#include <dynvision/run/compiled/functions/local_gradients.hpp>
#include <dynvision/run/compiled/prepare/prepared_run.hpp>

namespace dynvision::run {

inline Tensor outside(PreparedRun const& q, Tensor const& x) {
  return kernels::in_dtype(x, at::typeMetaToScalarType(q.outer_options.dtype()));
}
inline Tensor inside(PreparedRun const& q, Tensor const& y) { return q.layout.of(kernels::in_dtype(y, q.dtype())); }

// A function of a tensor, of a signal; it sees the signal as seen().
inline Tensor seen(PreparedRun const& q, TensorFunction const& calls, Tensor const& x) {
  return calls.as_stored ? x : outside(q, x);
}
inline Tensor apply(PreparedRun const& q, TensorFunction const& calls, Tensor const& x) {
  return inside(q, calls.apply(calls.op, seen(q, calls, x)));
}

// --- connections

inline Tensor opaque_arrival(Calls const& calls, Tensor const& h, kernels::Shape const& to) {
  return nearest(calls.lateral(calls.op, h), to.height, to.width);
}

// What arrives at place p of `rows`, states of the source (n B,C,H,W).
inline Tensor arrive(PreparedRun& q, std::size_t p, Tensor const& rows) {
  if (q.place(p).opaque) return inside(q, opaque_arrival(q.calls[p], outside(q, rows), q.place(p).in));
  Tensor const h = q.arrivals[p]->forward(rows);
  return q.place(p).affine ? h.mul(q.affine[p][0]).add(q.affine[p][1]) : h;
}

// --- learned tensors of an operation

inline void add_gradients(PreparedRun& q, std::vector<Tensor> const& of, std::vector<Tensor> const& gradients,
                          std::size_t from) {
  for (std::size_t i = 0; i < of.size(); ++i) q.learned.add(q.learned.index(of[i]), gradients[from + i]);
}
inline Tensor leaf(Tensor const& x) { return x.detach().requires_grad_(true); }

// --- the moment

// The delay lines of all layers when place p is reached at step t; `gradient`: their states are leaves.
[[gnu::cold]] inline std::vector<DelayLine> memories_at(PreparedRun const& q, Segment const& segment, std::size_t p,
                                                        int t, bool gradient) {
  std::vector<DelayLine> all;
  for (int l = 0; l < static_cast<int>(q.table.memory.size()); ++l) {
    int const capacity = q.model_memory[static_cast<std::size_t>(l)];
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

[[gnu::cold]] inline Moment moment_at(PreparedRun const& q, std::size_t p, int t, std::vector<DelayLine>& memories,
                                      std::vector<Signal>& responses) {
  Node const& here = q.place(p);
  Moment now{.step = t,
             .frame_age = q.table.age[static_cast<std::size_t>(t)],
             .feedforward_only = q.settings.feedforward_only,
             .memories = memories,
             .responses = responses,
             .layer = here.layer,
             .size = {here.in.height, here.in.width},
             .batch = q.batch,
             .options = q.outer_options};
  Tensor const input = q.external(here.layer);
  int const u = t - q.table.idle;
  if (input.defined() && u >= 0 && u < input.size(1)) now.external = input.select(1, u);
  return now;
}

}  // namespace dynvision::run
