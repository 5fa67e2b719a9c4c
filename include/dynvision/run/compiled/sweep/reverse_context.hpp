// What the parts of the reverse sweep share: where they are, the gradient on its way, and what is owed to states.
//
// A use of a state owes it a gradient: an addend that is put down in the StateGradient of its layer, and
// picked up by the pipeline that stored the state (run/compiled/sweep/reverse_pipeline.hpp). States that were detached get none.
#pragma once
#include <dynvision/run/compiled/prepare/prepared_run.hpp>
#include <dynvision/run/compiled/sweep/fallback.hpp>

namespace dynvision::run {

struct ResultGradients {            // by recorded step, row (t B); undefined: none
  Tensor seen{};                    // of what the head sees (Classifier), or gives
  std::vector<Tensor> responses{};  // [layer]
  std::vector<Tensor> watched{};    // [place]
};

// The gradient of a frame that stays on when a segment ends, on its way to the segment before.
struct FrameCarry {
  int run = -1;
  Tensor gradient{};
};

struct ScalarGradients {  // of a place
  Tensor sums{};          // (3) double, undefined: none; of tau, w and b

  // Where gradients are added up, on the device of the run.
  double* of(PreparedRun const& q, int which) {
    if (!sums.defined()) sums = zeros({3}, q.options.dtype(at::kDouble));
    return sums.mutable_data_ptr<double>() + which;
  }
};

struct ReverseContext {
  PreparedRun& q;
  Segment& segment;
  ResultGradients const& given;
  std::vector<StateGradient>& states;     // [layer]
  std::vector<ScalarGradients>& scalars;  // [place]
  Tensor& frames;                         // gradient of the frames, or undefined: none is wanted
  bool& frames_found;                     // whether a frame has got one
  std::vector<Tensor>& externals;         // [layer] the same for external input
  BlockTape* tape = nullptr;
  Block block{};
  Tensor g{};                          // of the signal, (n B,C,H,W); undefined: none
  std::pair<Tensor, Tensor> pooled{};  // of the pooling before: result, places
  std::size_t pooled_at = std::size_t(-1);

  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
  Tensor scratch(std::int64_t n, kernels::Shape const& shape) const { return q.empty(n, shape); }

  // Whether anything before a place wants the gradient of what enters it.
  bool wanted(std::size_t p) const { return p > at(q.table.static_places) || frames.defined() || q.learns_before(p); }
  void add(Tensor& sum, Tensor const& g) const {
    if (!g.defined()) return;
    sum = sum.defined() ? sum.add(g) : g;
  }
  // What entered a stage; the result of a pooling is pooled again, into `where` as well.
  Tensor entry(std::size_t p, Values const& values) {
    if (values.entry[p].defined() || p == 0 || q.place(p - 1).kind != NodeKind::max_pool) return values.entry[p];
    pool_again(p - 1, values);
    return pooled.first;
  }
  void pool_again(std::size_t p, Values const& values) {
    Tensor const x = entry(p, values);
    if (!x.defined()) return;
    kernels::Shape const& out = q.place(p).out;
    Tensor const where = q.layout.empty(x.size(0), out, q.options.dtype(at::kByte));
    pooled = {q.pool(p, x, where), where};
    pooled_at = p;
  }

  // --- what is owed to states

  // f(address, i): adds to the gradient of state s + i, for the steps whose states carry one; t: step of the use of s.
  template <class F> void scatter(int l, int s, int t, F const& f) {
    int const from = first_attached(l, s, t);
    if (from >= block.n) return;
    states[at(l)].open(s + from, block.n - from);
    for (int i = from; i < block.n; ++i) f(states[at(l)].opened(s + i), i);
  }
  // The first step of the block whose state still carries a gradient.
  int first_attached(int l, int s, int t) const {
    int const offset = q.table.layer_offset[at(l)];
    int i = 0;
    while (i < block.n && !(q.table.stored(l, s + i + offset) && q.table.attached(s + i + offset, t + i))) ++i;
    return i;
  }
  void owe(int l, int s, int t, Tensor const& g) {
    if (!g.defined()) return;
    std::int64_t const size = q.rows(1) * q.state_shape[at(l)].size();
    for (int i = first_attached(l, s, t); i < block.n; ++i) {
      states[at(l)].add(s + i, g, q.at(g.const_data_ptr(), i * size));
    }
  }

  // The gradient of what arrives at place p, for its parameters and for the states it comes from.
  void arrived(std::size_t p, Tensor const& g) {
    Node const& place = q.place(p);
    Source const& source = place.source;
    int const s = block.first - q.table.lag(p, source), t = q.table.step(p, block.first);
    Tensor const rows = q.state_rows(segment, source.layer, s, block.n);
    bool const wanted = first_attached(source.layer, s, t) < block.n;
    if (place.opaque) {
      std::vector<Tensor> inputs{leaf(outside(q, rows))};
      for (Tensor const& parameter : q.calls[p].learned) inputs.push_back(parameter);
      std::vector<Tensor> const all =
          local_gradients([&] { return opaque_arrival(q.calls[p], inputs[0], place.in); }, inputs, g);
      add_gradients(q, {inputs.begin() + 1, inputs.end()}, all, 1);
      if (wanted && all[0].defined()) owe(source.layer, s, t, inside(q, all[0]));
      return;
    }
    Tensor of_arrival = g;
    if (place.affine) {
      Tensor const h = q.arrivals[p]->forward(rows);
      scalars[p].of(q, 0);
      scalars[p].sums.select(0, 1).add_(g.mul(h).sum());
      scalars[p].sums.select(0, 2).add_(g.sum());
      of_arrival = q.layout.of(g.mul(q.affine[p][0]));
    }
    Tensor const gx = q.arrivals[p]->reverse(of_arrival, rows, wanted);
    if (!wanted) return;
    if (q.arrivals[p]->scatters()) {
      std::int64_t const size = gx.numel() / block.n;
      scatter(source.layer, s, t,
              [&](void* to, int i) { q.arrivals[p]->scatter(q.at(gx.const_data_ptr(), i * size), to, q.batch); });
    } else {
      owe(source.layer, s, t, gx);
    }
  }
};

}  // namespace dynvision::run
