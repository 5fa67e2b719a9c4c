// The adjoint of a pipeline: gradients of its result, of the states it stored and of what is recorded go in; those of its
// source, of what arrived beside, of the solver's past and of its numbers come out.
//
// One loop over memory (kernels/pipeline/pipeline.hpp); this is its book-keeping. The gradient of an input is stored
// once for all that it belongs to: sums pass it on unchanged.
#pragma once
#include <dynvision/run/compiled/sweep/reverse_context.hpp>

namespace dynvision::run {

class PipelineReverse {
  ReverseContext& r_;
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

 public:
  explicit PipelineReverse(ReverseContext& state) : r_(state) {}

  void pipeline(Stage const& stage, Values& values, bool leading) {
    int const l = stage.layer, J = static_cast<int>(stage.last - stage.first) + 1;
    std::size_t const first = stage.first, last = stage.last;
    bool const stores = r_.q.place(last).kind == NodeKind::delay;
    int const step = r_.q.table.step(first, r_.block.first), n = leading ? 1 : r_.block.n;
    kernels::Shape const& shape = r_.q.place(first).in;
    std::int64_t const batch = leading ? r_.g.size(0) : r_.q.batch;
    r_.q.addresses.give_back();
    kernels::Arguments flow;
    kernels::AdjointArguments back;
    flow.n_steps = n, flow.size = shape.size(), flow.batch = batch;

    if (stores) hand_back(l);
    bool any = false;
    r_.q.alive.clear();
    for (int j = 0; j < J; ++j) any |= incoming(first + at(j), j == J - 1, l, leading, back.role[j]);
    r_.g = Tensor{};
    if (!any) {
      if (stores) forget(l);
      return;
    }

    // Values that adjoints look at.
    Tensor const entered = r_.q.keeps_entry[first] ? r_.entry(first, values) : Tensor{};
    for (int j = 0; j < J; ++j) {
      std::size_t const p = first + at(j);
      Tensor const& before = j == 0 ? entered : values.value[p - 1];
      if (before.defined()) back.role[j].input = r_.q.steps_of(before, n, before.size(0) != n * batch, flow.size);
      if (values.value[p].defined()) {
        back.role[j].output = r_.q.steps_of(values.value[p], n, false, flow.size);
      } else if (stores) {
        back.role[j].output = r_.q.side_by_side(r_.q.state_data(r_.segment, l, r_.block.first), n, flow.size);
      }
    }
    bool const x_enters = leading || (first == 0 ? r_.tape->leading >= 0 : r_.q.table.leaves(first - 1, step));
    bool x_present = x_enters;
    for (int j = 0; j < J && !leading; ++j) sources(first + at(j), flow, flow.role[j], back.role[j], values, x_present);

    // The gradient of an input is stored once, for all that it belongs to.
    Tensor of_input[kernels::most_roles];
    auto const store_input = [&](int j) {
      while (j > 0 && !back.role[j].starts && passes(first + at(j - 1)) && back.role[j - 1].n_incoming == 0) --j;
      if (!of_input[j].defined()) {
        of_input[j] = r_.scratch(n * batch, shape);
        back.role[j].g_input = r_.q.steps_of(of_input[j], n, false, flow.size);
      }
      return of_input[j];
    };
    Tensor of_operand[kernels::most_roles];
    for (int j = 0; j < J; ++j) {
      std::size_t const p = first + at(j);
      if (flow.role[j].operand == nullptr || !wants_operand(p)) continue;
      if (flow.role[j].is_affine) {
        of_operand[j] = r_.scratch(n * batch, shape);
        back.role[j].g_operand = r_.q.steps_of(of_operand[j], n, false, flow.size);
        back.role[j].g_affine = r_.scalars[p].of(r_.q, 1);
      } else if (back.role[j].input != nullptr && r_.q.keeps_operand[p]) {
        of_operand[j] = r_.scratch(n * batch, shape);
        back.role[j].g_operand = r_.q.steps_of(of_operand[j], n, false, flow.size);
      } else {
        of_operand[j] = store_input(j);
      }
    }
    Leading* const shared = shared_source(first, leading);
    bool const x_wanted = x_enters && r_.wanted(first);
    if (x_wanted && shared != nullptr) {
      if (!shared->gradient.defined()) {
        shared->gradient = r_.q.layout.zeros(shared->out.size(0), shape, r_.q.options.dtype(r_.q.engine.arithmetic()));
      }
      void** const list = r_.q.addresses.take(n);
      std::fill_n(list, n, shared->gradient.mutable_data_ptr());
      back.g_shared = list;
    }
    Tensor const of_x = x_wanted && shared == nullptr ? store_input(0) : Tensor{};
    Tensor const of_previous = solver_state(stage, step, flow, back);

    {
      kernels::ProfilerScope const mark("dynvision::pipeline_backward");
      stage.reverse(stage.pipeline, r_.q.engine, flow, back);
    }
    r_.q.alive.clear();

    if (stores) forget(l);
    for (int j = 0; j < J; ++j) deliver(first + at(j), of_operand[j]);
    r_.g = of_x;
  }

  // A role through which the gradient passes unchanged.
  bool passes(std::size_t p) const {
    Node const& place = r_.q.place(p);
    switch (place.kind) {
      case NodeKind::lateral:
      case NodeKind::incoming:
        return !r_.q.keeps_operand[p];
      case NodeKind::external:
      case NodeKind::bias:
      case NodeKind::record:
      case NodeKind::delay:
        return true;
      case NodeKind::map:
        return place.identity;
      case NodeKind::scale:
        return !place.on;
      default:
        return false;
    }
  }
  bool wants_operand(std::size_t p) const {
    Node const& place = r_.q.place(p);
    if (place.kind == NodeKind::external) return r_.externals[at(place.layer)].defined();
    return true;
  }

  // The signal that Delay hands on is a state.
  void hand_back(int l) {
    if (!r_.g.defined()) return;
    r_.owe(l, r_.block.first - r_.q.table.feedforward_lag(l), r_.block.first + r_.q.table.next_offset(l), r_.g);
    r_.g = Tensor{};
  }
  void forget(int l) {
    for (int i = 0; i < r_.block.n; ++i) r_.states[at(l)].clear(r_.block.first + i);
  }

  // Gradients that come in at the result of role j: from the next stage, from results, from uses of the state.
  bool incoming(std::size_t p, bool last, int l, bool leading, kernels::AdjointRoleArguments& back) {
    int const n = leading ? 1 : r_.block.n;
    std::int64_t const size = r_.q.place(p).in.size() * (leading ? 0 : r_.q.batch);
    c10::SmallVector<Tensor, 3> whole;  // (n B,C,H,W)
    Node const& place = r_.q.place(p);
    if (last && r_.g.defined() && place.kind != NodeKind::delay) whole.push_back(r_.g);
    int const step = r_.q.table.step(p, r_.block.first), t = step - r_.q.table.idle;
    auto const given = [&](Tensor const& of) { return t >= 0 && of.defined() && r_.q.table.leaves(p, step); };
    Tensor const &response = r_.given.responses[at(l)], &watched = r_.given.watched[p];
    if (place.kind == NodeKind::delay) {
      if (given(watched)) r_.owe(l, r_.block.first - place.t_feedforward, step, r_.q.results.rows(watched, t, n));
    } else if (!leading) {
      if (place.kind == NodeKind::record && given(response)) whole.push_back(r_.q.results.rows(response, t, n));
      if (given(watched)) whole.push_back(r_.q.results.rows(watched, t, n));
    }
    int most = 0;
    if (place.kind == NodeKind::delay) {
      for (int i = 0; i < n; ++i)
        most = std::max(most, static_cast<int>(r_.states[at(l)].at(r_.block.first + i).size()));
    }
    int const count = static_cast<int>(whole.size()) + most;
    if (count == 0) return false;
    void** const list = r_.q.addresses.take(n * count);
    for (int i = 0; i < n; ++i) {
      void** to = list + i * count;
      for (Tensor const& g : whole) *to++ = r_.q.at(g.mutable_data_ptr(), i * size);
      if (place.kind == NodeKind::delay) {
        for (auto const& addend : r_.states[at(l)].at(r_.block.first + i)) *to++ = addend.data;
      }
      while (to != list + (i + 1) * count) *to++ = nullptr;
    }
    for (Tensor& g : whole) r_.q.alive.push_back(g);
    back.incoming = list;
    back.n_incoming = count;
    return true;
  }

  void sources(std::size_t p, kernels::Arguments& flow, kernels::RoleArguments& role,
               kernels::AdjointRoleArguments& back, Values const& values, bool& x_present) {
    Node const& place = r_.q.place(p);
    int const n = r_.block.n;
    switch (place.kind) {
      case NodeKind::lateral:
      case NodeKind::incoming: {
        std::optional<int> const s = r_.q.table.arriving(p, r_.block.first);
        if (!s) return;
        role.operand_stride = flow.size;
        void** const states = r_.q.side_by_side(r_.q.state_data(r_.segment, place.source.layer, *s), n, flow.size);
        if (!place.opaque && r_.q.arrivals[p]->trivial()) r_.q.set_affine(role, p);
        // Where the adjoint does not look at the operand any address will do.
        role.operand = values.operand[p].defined() ? r_.q.steps_of(values.operand[p], n, false, flow.size) : states;
        if (!x_present || !r_.q.keeps_operand[p]) back.input = nullptr;
        break;
      }
      case NodeKind::external: {
        Tensor const input = r_.q.external(place.layer);
        int const t = r_.q.table.step(p, r_.block.first) - r_.q.table.idle;
        if (input.defined() && t >= 0 && t < input.size(1)) role.operand = r_.q.addresses.take(n);
        back.input = nullptr;
        break;
      }
      case NodeKind::bias:
        role.operand = r_.q.steps_of(r_.q.biases[p], n, true, flow.size);
        back.input = nullptr;
        break;
      case NodeKind::scale:
        if (place.on) role.factor = r_.q.factors(p, r_.q.table.step(p, r_.block.first), n);
        break;
      case NodeKind::step:
        flow.previous = r_.q.previous_states(r_.segment, p, r_.block);
        break;
      default:
        break;
    }
    back.starts = !x_present && role.operand != nullptr;
    x_present = x_present || role.operand != nullptr;
  }

  Leading* shared_source(std::size_t first, bool leading) {
    if (leading || first != at(r_.q.table.static_places) || r_.tape->leading < 0) return nullptr;
    Leading& source = r_.segment.leading[at(r_.tape->leading)];
    return source.n_runs == 1 ? &source : nullptr;
  }

  // The solver's own past: carried within the block where it can be, else owed to the state.
  Tensor solver_state(Stage const& stage, int step, kernels::Arguments const& flow, kernels::AdjointArguments& back) {
    int const l = stage.layer;
    for (std::size_t p = stage.first; p <= stage.last; ++p) {
      Node const& place = r_.q.place(p);
      if (place.kind != NodeKind::step) continue;
      if (place.learns) back.tau_gradient = r_.scalars[p].of(r_.q, 0);
      back.carried = !place.source.stored && r_.q.place(stage.last).kind == NodeKind::delay;
      int const s = r_.block.first - r_.q.table.lag(p, place.source), offset = r_.q.table.layer_offset[at(l)];
      int const owed = back.carried ? 1 : r_.block.n;
      void** const list = r_.q.addresses.take(r_.block.n);
      std::fill_n(list, r_.block.n, nullptr);
      Tensor const g = r_.scratch(r_.q.rows(owed), r_.q.place(p).in);
      bool any = false;
      for (int i = 0; i < owed; ++i) {
        bool const attached = flow.previous[i] != nullptr && r_.q.table.attached(s + i + offset, step + i);
        if (!attached) continue;
        list[i] = r_.q.at(g.mutable_data_ptr(), i * r_.q.batch * flow.size);
        pending_.push_back({l, s + i, g, list[i]});
        any = true;
      }
      if (any) back.g_previous = list;
      return g;
    }
    return {};
  }
  struct Pending {
    int layer, s;
    Tensor holder;
    void* data;
  };
  std::vector<Pending> pending_;

  void deliver(std::size_t p, Tensor const& g) {
    Node const& place = r_.q.place(p);
    if (place.kind == NodeKind::step) {
      for (Pending const& one : pending_) r_.states[at(one.layer)].add(one.s, one.holder, one.data);
      pending_.clear();
    }
    if (!g.defined()) return;
    if (place.kind == NodeKind::lateral || place.kind == NodeKind::incoming) {
      if (!place.opaque && r_.q.arrivals[p]->trivial()) {
        r_.owe(place.source.layer, r_.block.first - r_.q.table.lag(p, place.source), r_.q.table.step(p, r_.block.first),
               g);
      } else {
        r_.arrived(p, g);
      }
    } else if (place.kind == NodeKind::bias) {
      Tensor const& bias = r_.q.bias_parameters[p];
      Tensor sum = kernels::in_dtype(g, bias.scalar_type()).sum({0});  // (C,H,W)
      if (bias.dim() == 0) sum = sum.sum();
      if (bias.dim() == 3 && bias.size(1) == 1 && bias.size(2) == 1) sum = sum.sum({1, 2}, true);
      r_.q.learned.add(r_.q.learned.index(bias), sum);
    } else if (place.kind == NodeKind::external) {
      int const t = r_.q.table.step(p, r_.block.first) - r_.q.table.idle;
      Tensor const all =
          r_.externals[at(place.layer)].narrow(1, t, r_.block.n);  // (B,n,C,H,W) or what broadcasts to it
      Tensor sum =
          g.reshape({r_.block.n, r_.q.batch, place.in.channels, place.in.height, place.in.width}).transpose(0, 1);
      for (std::int64_t axis = 0; axis < 5; ++axis) {
        if (all.size(axis) == 1 && sum.size(axis) > 1) sum = sum.sum({axis}, true);
      }
      all.add_(sum);
    }
  }
};

}  // namespace dynvision::run
