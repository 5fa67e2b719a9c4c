// The adjoint of a pipeline: gradients of its result, of the states it stored and of what is recorded go in; those of its
// source, of what arrived beside, of the solver's past and of its numbers come out.
//
// Station: run. One loop over memory (kernels/pipeline.hpp); this is its book-keeping. The gradient of an input is stored
// once for all that it belongs to: sums pass it on unchanged.
#pragma once
#include <dynvision/run/reverse_state.hpp>

namespace dynvision::run {

template <class Q> class PipelineReverse {
  using S = typename Q::S;
  using T = typename Q::T;
  ReverseState<Q>& r_;
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

 public:
  explicit PipelineReverse(ReverseState<Q>& state) : r_(state) {}

  template <class L, int K> void pipeline(L& layer, int l, std::size_t first, Values& values, bool leading) {
    constexpr int from = Stages<L>::first(K), J = Stages<L>::last(K) - from + 1;
    std::size_t const last = first + at(J - 1);
    bool const stores = r_.q.place(last).kind == Kind::delay;
    int const step = r_.q.table.step(first, r_.block.first), n = leading ? 1 : r_.block.n;
    kernels::Shape const& shape = r_.q.place(first).in;
    std::int64_t const batch = leading ? r_.g.size(0) : r_.q.batch;
    r_.q.addresses.give_back();
    kernels::Flow<S, J> flow;
    kernels::Backflow<S, J> back;
    flow.n_steps = n, flow.size = shape.size(), flow.batch = batch;

    if (stores) hand_back(l);
    bool any = false;
    std::vector<Tensor> alive;
    for (int j = 0; j < J; ++j) any |= incoming(first + at(j), j == J - 1, l, leading, back, j, alive);
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
      if (before.defined()) back.input[at(j)] = r_.q.steps_of(before, n, before.size(0) != n * batch, flow.size);
      if (values.value[p].defined()) {
        back.output[at(j)] = r_.q.steps_of(values.value[p], n, false, flow.size);
      } else if (stores) {
        back.output[at(j)] = r_.q.side_by_side(r_.q.state_data(r_.segment, l, r_.block.first), n, flow.size);
      }
    }
    bool const x_enters = leading || (first == 0 ? r_.tape->leading >= 0 : r_.q.table.leaves(first - 1, step));
    bool x_present = x_enters;
    [&]<int... I>(std::integer_sequence<int, I...>) {
      (sources<I>(operation<from + I>(layer), first + at(I), flow, back, values, x_present, leading), ...);
    }
    (std::make_integer_sequence<int, J>{});

    // The gradient of an input is stored once, for all that it belongs to.
    std::array<Tensor, at(J)> of_input;
    auto const store_input = [&](int j) {
      while (j > 0 && !back.starts[at(j)] && passes(first + at(j - 1)) && back.n_incoming[at(j - 1)] == 0) --j;
      if (!of_input[at(j)].defined()) {
        of_input[at(j)] = r_.scratch(n * batch, shape);
        back.g_input[at(j)] = r_.q.steps_of(of_input[at(j)], n, false, flow.size);
      }
      return of_input[at(j)];
    };
    std::array<Tensor, at(J)> of_operand;
    for (int j = 0; j < J; ++j) {
      std::size_t const p = first + at(j);
      if (flow.operand[at(j)] == nullptr || !wants_operand(p)) continue;
      if (flow.affine[at(j)] != nullptr) {
        of_operand[at(j)] = r_.scratch(n * batch, shape);
        back.g_operand[at(j)] = r_.q.steps_of(of_operand[at(j)], n, false, flow.size);
        back.g_affine[at(j)] = r_.scalars[p].affine;
        r_.scalars[p].found = true;
      } else if (back.input[at(j)] != nullptr && r_.q.keeps_operand[p]) {
        of_operand[at(j)] = r_.scratch(n * batch, shape);
        back.g_operand[at(j)] = r_.q.steps_of(of_operand[at(j)], n, false, flow.size);
      } else {
        of_operand[at(j)] = store_input(j);
      }
    }
    Leading* const shared = shared_source(first, leading);
    bool const x_wanted = x_enters && r_.wanted(first);
    if (x_wanted && shared != nullptr) {
      if (!shared->gradient.defined()) {
        shared->gradient =
            r_.q.layout.zeros(shared->out.size(0), shape, r_.q.options.dtype(c10::CppTypeToScalarType<T>::value));
      }
      T** const list = r_.q.addresses.template take<T*>(n);
      T* const data = shared->gradient.template mutable_data_ptr<T>();
      std::fill_n(list, n, data);
      back.g_shared = list;
    }
    Tensor const of_x = x_wanted && shared == nullptr ? store_input(0) : Tensor{};
    Tensor const of_previous = solver_state<L, K>(l, first, step, flow, back);

    std::get<at(K)>(r_.q.template pipelines_of<L>()).reverse(flow, back);

    if (stores) forget(l);
    [&]<int... I>(std::integer_sequence<int, I...>) {
      (deliver<I>(operation<from + I>(layer), first + at(I), of_operand[at(I)]), ...);
    }
    (std::make_integer_sequence<int, J>{});
    r_.g = of_x;
  }

  // A role through which the gradient passes unchanged.
  bool passes(std::size_t p) const {
    Place const& place = r_.q.place(p);
    switch (place.kind) {
      case Kind::lateral:
      case Kind::incoming:
        return !r_.q.keeps_operand[p];
      case Kind::external:
      case Kind::bias:
      case Kind::record:
      case Kind::delay:
        return true;
      case Kind::map:
        return place.identity;
      case Kind::scale:
        return !place.on;
      default:
        return false;
    }
  }
  bool wants_operand(std::size_t p) const {
    Place const& place = r_.q.place(p);
    if (place.kind == Kind::external) return r_.externals[at(place.layer)].defined();
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
  template <class Back>
  bool incoming(std::size_t p, bool last, int l, bool leading, Back& back, int j, std::vector<Tensor>& alive) {
    int const n = leading ? 1 : r_.block.n;
    std::int64_t const size = r_.q.place(p).in.size() * (leading ? 0 : r_.q.batch);
    std::vector<Tensor> whole;  // (n B,C,H,W)
    Place const& place = r_.q.place(p);
    if (last && r_.g.defined() && place.kind != Kind::delay) whole.push_back(r_.g);
    int const step = r_.q.table.step(p, r_.block.first), t = step - r_.q.table.idle;
    auto const given = [&](Tensor const& of) { return t >= 0 && of.defined() && r_.q.table.leaves(p, step); };
    Tensor const &response = r_.given.responses[at(l)], &watched = r_.given.watched[p];
    if (place.kind == Kind::delay) {
      if (given(watched)) r_.owe(l, r_.block.first - place.t_feedforward, step, r_.q.results.rows(watched, t, n));
    } else if (!leading) {
      if (place.kind == Kind::record && given(response)) whole.push_back(r_.q.results.rows(response, t, n));
      if (given(watched)) whole.push_back(r_.q.results.rows(watched, t, n));
    }
    int most = 0;
    if (place.kind == Kind::delay) {
      for (int i = 0; i < n; ++i)
        most = std::max(most, static_cast<int>(r_.states[at(l)].at(r_.block.first + i).size()));
    }
    int const count = static_cast<int>(whole.size()) + most;
    if (count == 0) return false;
    S const** const list = r_.q.addresses.template take<S const*>(n * count);
    for (int i = 0; i < n; ++i) {
      S const** to = list + i * count;
      for (Tensor const& g : whole) *to++ = g.template const_data_ptr<S>() + i * size;
      if (place.kind == Kind::delay) {
        for (auto const& addend : r_.states[at(l)].at(r_.block.first + i)) *to++ = addend.data;
      }
      while (to != list + (i + 1) * count) *to++ = nullptr;
    }
    for (Tensor& g : whole) alive.push_back(g);
    back.incoming[at(j)] = list;
    back.n_incoming[at(j)] = count;
    return true;
  }

  template <int I, class Op, int J>
  void sources(Op& op, std::size_t p, kernels::Flow<S, J>& flow, kernels::Backflow<S, J>& back, Values const& values,
               bool& x_present, bool leading) {
    if (leading) return;
    Place const& place = r_.q.place(p);
    if constexpr (kind_of<Op>() == Kind::lateral || kind_of<Op>() == Kind::incoming) {
      if (!place.on) return;
      int const s = r_.block.first - r_.q.table.lag(p, place.source);
      if (!r_.q.table.stored_at(place.source.layer, s)) return;
      flow.operand_stride[I] = flow.size;
      S** const states = r_.q.side_by_side(r_.q.state_data(r_.segment, place.source.layer, s), r_.block.n, flow.size);
      bool const direct = !is_opaque_lateral<Op>() && r_.q.arrivals[p]->trivial();
      if (direct && is_affine_lateral<Op>()) flow.affine[I] = r_.q.affine[p].data();
      // Where the adjoint does not look at the operand any address will do.
      flow.operand[I] =
          values.operand[p].defined() ? r_.q.steps_of(values.operand[p], r_.block.n, false, flow.size) : states;
      if (!x_present) back.input[I] = nullptr;
      if (!r_.q.keeps_operand[p]) back.input[I] = nullptr;
    } else if constexpr (kind_of<Op>() == Kind::external) {
      Tensor const input = r_.q.external(place.layer);
      int const t = r_.q.table.step(p, r_.block.first) - r_.q.table.idle;
      if (input.defined() && t >= 0 && t < input.size(1))
        flow.operand[I] = r_.q.addresses.template take<S*>(r_.block.n);
      back.input[I] = nullptr;
    } else if constexpr (kind_of<Op>() == Kind::bias) {
      flow.operand[I] = r_.q.steps_of(r_.q.biases[p], r_.block.n, true, flow.size);
      back.input[I] = nullptr;
    } else if constexpr (kind_of<Op>() == Kind::scale) {
      if (place.on)
        flow.factor[I] =
            r_.q.factors(op.weight.template item<double>(), r_.q.table.step(p, r_.block.first), r_.block.n);
    } else if constexpr (kind_of<Op>() == Kind::step) {
      flow.previous = r_.q.previous_states(r_.segment, p, r_.block);
    }
    back.starts[I] = !x_present && flow.operand[I] != nullptr;
    x_present = x_present || flow.operand[I] != nullptr;
  }

  Leading* shared_source(std::size_t first, bool leading) {
    if (leading || first != at(r_.q.table.static_places) || r_.tape->leading < 0) return nullptr;
    Leading& source = r_.segment.leading[at(r_.tape->leading)];
    return source.n_runs == 1 ? &source : nullptr;
  }

  // The solver's own past: carried within the block where it can be, else owed to the state.
  template <class L, int K, class F, class B>
  Tensor solver_state(int l, std::size_t first, int step, F const& flow, B& back) {
    constexpr int from = Stages<L>::first(K), J = Stages<L>::last(K) - from + 1;
    for (int j = 0; j < J; ++j) {
      std::size_t const p = first + at(j);
      Place const& place = r_.q.place(p);
      if (place.kind != Kind::step) continue;
      if (place.learns) back.tau_gradient = &r_.scalars[p].tau, r_.scalars[p].found = true;
      back.carried = !place.source.stored && r_.q.place(first + at(J - 1)).kind == Kind::delay;
      int const s = r_.block.first - r_.q.table.lag(p, place.source), offset = r_.q.table.layer_offset[at(l)];
      int const owed = back.carried ? 1 : r_.block.n;
      S** const list = r_.q.addresses.template take<S*>(r_.block.n);
      std::fill_n(list, r_.block.n, nullptr);
      Tensor const g = r_.scratch(r_.q.rows(owed), r_.q.place(first).in);
      bool any = false;
      for (int i = 0; i < owed; ++i) {
        bool const attached = flow.previous[i] != nullptr && r_.q.table.attached(s + i + offset, step + i);
        if (!attached) continue;
        list[i] = g.template mutable_data_ptr<S>() + i * r_.q.batch * flow.size;
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
    S* data;
  };
  std::vector<Pending> pending_;

  template <int I, class Op> void deliver(Op& op, std::size_t p, Tensor const& g) {
    if constexpr (kind_of<Op>() == Kind::step) {
      for (Pending const& one : pending_) r_.states[at(one.layer)].add(one.s, one.holder, one.data);
      pending_.clear();
    }
    if (!g.defined()) return;
    Place const& place = r_.q.place(p);
    if constexpr (kind_of<Op>() == Kind::lateral || kind_of<Op>() == Kind::incoming) {
      if (!is_opaque_lateral<Op>() && r_.q.arrivals[p]->trivial()) {
        r_.owe(place.source.layer, r_.block.first - r_.q.table.lag(p, place.source), r_.q.table.step(p, r_.block.first),
               g);
      } else {
        r_.arrived(op, p, g);
      }
    } else if constexpr (kind_of<Op>() == Kind::bias) {
      Tensor sum = g.to(op.bias.scalar_type()).sum({0});  // (C,H,W)
      if (op.bias.dim() == 0) sum = sum.sum();
      if (op.bias.dim() == 3 && op.bias.size(1) == 1 && op.bias.size(2) == 1) sum = sum.sum({1, 2}, true);
      r_.q.learned.add(r_.q.learned.index(op.bias), sum);
    } else if constexpr (kind_of<Op>() == Kind::external) {
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
