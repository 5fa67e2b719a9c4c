// The reverse sweep of the compiled path: the adjoint of run/forward.hpp, stage by stage, last block first.
//
// Station: run. The gradient of the signal travels backwards through the stages of a block; what it owes to states of
// the past is put down in the StateGradient of their layer, where the pipeline that stored them picks it up. All steps
// that still owe something to a state come later in time, or later in the model, so when a pipeline's turn comes its
// states have all they get. Convolutions add up the gradients of their weights, one call a block.
#pragma once
#include <dynvision/run/opaque.hpp>
#include <dynvision/run/sequence.hpp>

namespace dynvision::run {

struct ResultGradients {            // by recorded step, row (t B); undefined: none
  Tensor seen{};                    // of what the head sees (Classifier), or gives
  std::vector<Tensor> responses{};  // [layer]
  std::vector<Tensor> watched{};    // [place]
};

struct ScalarGradients {  // of a place
  bool found = false;
  double tau = 0, affine[2] = {0, 0};  // of the solver; of w and b
};

template <class Q> class ReverseSweep {
  using S = typename Q::S;
  using T = typename Q::T;
  Q& q_;
  Segment& segment_;
  ResultGradients const& given_;
  std::vector<StateGradient<S>>& states_;  // [layer]
  std::vector<ScalarGradients>& scalars_;  // [place]
  Tensor& frames_;                         // gradient of the frames, or undefined: none is wanted
  std::vector<Tensor>& externals_;         // [layer] the same for external input
  BlockTape* tape_ = nullptr;
  Block block_{};
  Tensor g_{};  // of the signal, (n B,C,H,W); undefined: none

 public:
  ReverseSweep(Q& q, Segment& segment, ResultGradients const& given, std::vector<StateGradient<S>>& states,
               std::vector<ScalarGradients>& scalars, Tensor& frames, std::vector<Tensor>& externals)
      : q_(q),
        segment_(segment),
        given_(given),
        states_(states),
        scalars_(scalars),
        frames_(frames),
        externals_(externals) {}

  void run() {
    for (std::size_t b = segment_.blocks.size(); b-- > 0;) {
      tape_ = &segment_.blocks[b];
      block_ = tape_->block;
      head();
      layers<M::n_layers - 1>();
      into_leading();
      bool const first_of_leading = b == 0 || segment_.blocks[b - 1].leading != tape_->leading;
      if (tape_->leading >= 0 && first_of_leading) leading(segment_.leading[static_cast<std::size_t>(tape_->leading)]);
      tape_->values = Values{};
    }
  }

 private:
  using M = decltype(Q::model);
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
  Tensor scratch(std::int64_t n, kernels::Shape const& shape) const { return q_.empty(n, shape); }

  template <int L> void layers() {
    if constexpr (L >= 0) {
      auto& layer = [&]<class One>(Slot<L, One>& slot) -> One& { return slot.value; }(q_.model.layers);
      stages<std::remove_cvref_t<decltype(layer)>, Stages<std::remove_cvref_t<decltype(layer)>>::count - 1>(layer, L);
      layers<L - 1>();
    }
  }
  template <class L, int K> void stages(L& layer, int l) {
    if constexpr (K >= 0) {
      std::size_t const first = q_.first_place[at(l)] + at(Stages<L>::first(K));
      std::size_t const last = q_.first_place[at(l)] + at(Stages<L>::last(K));
      if (last < at(q_.table.static_places)) return;  // run once for all steps, by leading()
      if (q_.table.runs(first, block_.first)) {
        one_stage<L, K>(layer, l, first, tape_->values, false);
      } else {
        if (q_.place(last).kind == Kind::delay) hand_back(l);
        g_ = Tensor{};
      }
      stages<L, K - 1>(layer, l);
    }
  }

  template <class L, int K> void one_stage(L& layer, int l, std::size_t first, Values& values, bool leading) {
    if constexpr (Stages<L>::pipeline(K)) {
      pipeline<L, K>(layer, l, first, values, leading);
    } else {
      auto& op = operation<Stages<L>::first(K)>(layer);
      if (!leading) add_watched(first);
      batch_stage(op, first, l, values);
    }
  }

  // Whether anything before a place wants the gradient of what enters it.
  bool wanted(std::size_t p) const {
    return p > at(q_.table.static_places) || frames_.defined() || q_.learns_before(p);
  }
  void add(Tensor& sum, Tensor const& g) const {
    if (!g.defined()) return;
    sum = sum.defined() ? sum.add(g) : g;
  }
  void add_watched(std::size_t p) {
    Tensor const& all = given_.watched[p];
    int const t = q_.table.step(p, block_.first) - q_.table.idle;
    if (!all.defined() || t < 0 || !q_.table.leaves(p, t + q_.table.idle)) return;
    add(g_, q_.results.rows(all, t, block_.n));
  }

  // --- the head

  void head() {
    g_ = Tensor{};
    int const t = block_.first + q_.table.layer_offset.back() - q_.table.idle;
    Tensor const& x = tape_->values.entry.back();
    if (t < 0 || !given_.seen.defined() || !x.defined()) return;
    using Head = std::remove_cvref_t<decltype(q_.model.head)>;
    bool const shared = x.size(0) != q_.rows(block_.n);
    Tensor g = q_.results.rows(given_.seen, t, block_.n);
    if (shared) g = g.reshape({block_.n, q_.batch, g.size(1)}).sum({0});
    if constexpr (!requires { q_.model.head(x); }) {
      return;
    } else if constexpr (std::is_same_v<Head, Classifier>) {
      double const places = static_cast<double>(x.size(2) * x.size(3));
      g_ = q_.layout.of(g.div(places).to(Q::dtype()).unsqueeze(2).unsqueeze(3).expand(x.sizes()));
    } else {
      g_ = by_autograd(q_.model.head, x, g);
    }
  }

  // --- stages that are functions of a tensor

  template <class Op> Tensor by_autograd(Op& op, Tensor const& x, Tensor const& g) {
    std::vector<Tensor> inputs{leaf(outside(q_, x))};
    for (Tensor const& parameter : learned_of(op)) inputs.push_back(parameter);
    std::vector<Tensor> const all = local_gradients([&] { return op(inputs[0]); }, inputs, g);
    add_gradients(q_, {inputs.begin() + 1, inputs.end()}, all, 1);
    return all[0].defined() ? inside(q_, all[0]) : all[0];
  }

  // What entered a stage; the result of a pooling is pooled again, into `where` as well.
  std::pair<Tensor, Tensor> pooled_{};  // of the pooling before: result, places
  std::size_t pooled_at_ = std::size_t(-1);
  Tensor entry(std::size_t p, Values const& values) {
    if (values.entry[p].defined() || p == 0 || q_.place(p - 1).kind != Kind::max_pool) return values.entry[p];
    pool_again(p - 1, values);
    return pooled_.first;
  }
  void pool_again(std::size_t p, Values const& values) {
    Tensor const x = entry(p, values);
    if (!x.defined()) return;
    kernels::Shape const& out = q_.place(p).out;
    Tensor const where = q_.layout.empty(x.size(0), out, q_.options.dtype(at::kByte));
    pooled_ = {q_.pool(p, x, where), where};
    pooled_at_ = p;
  }

  template <class Op> void batch_stage(Op& op, std::size_t p, int l, Values& values) {
    constexpr Kind kind = kind_of<Op>();
    if constexpr (kind == Kind::moment) {
      moment_stage(op, p);
    } else if constexpr (kind == Kind::meeting) {
      meeting(op, p, values);
    } else {
      if (!g_.defined()) return;
      bool const wants_gx = wanted(p);
      if constexpr (kind == Kind::max_pool) {
        if (pooled_at_ != p) pool_again(p, values);
        Tensor const where = pooled_.second;
        pooled_ = {};
        pooled_at_ = std::size_t(-1);
        int const s = block_.first - q_.table.feedforward_lag(l);
        bool const of_state =
            p > 0 && q_.place(p - 1).kind == Kind::delay && q_.place(p - 1).layer == q_.place(p).layer;
        if (of_state) {  // straight into the gradient of the states
          scatter(l, s, q_.table.step(p, block_.first), [&](S* to, int i) {
            std::int64_t const rows = i * q_.batch * q_.place(p).out.size();
            q_.pools[p]->adjoint(g_.template const_data_ptr<S>() + rows,
                                 where.template const_data_ptr<std::uint8_t>() + rows, to, q_.batch);
          });
          g_ = Tensor{};
          return;
        }
        Tensor const gx = q_.layout.zeros(g_.size(0), q_.place(p).in, q_.options);
        q_.pools[p]->adjoint(g_.template const_data_ptr<S>(), where.template const_data_ptr<std::uint8_t>(),
                             gx.template mutable_data_ptr<S>(), g_.size(0));
        g_ = gx;
      } else if constexpr (kind == Kind::convolution) {
        g_ = q_.convolutions[p]->reverse(g_, entry(p, values), wants_gx);
      } else {
        g_ = by_autograd(op, entry(p, values), g_);
      }
    }
  }

  // --- what is owed to states

  // f(address, i): adds to the gradient of state s + i, for the steps whose states carry one; t: step of the use of s.
  template <class F> void scatter(int l, int s, int t, F const& f) {
    int const from = first_attached(l, s, t);
    if (from >= block_.n) return;
    states_[at(l)].open(s + from, block_.n - from);
    for (int i = from; i < block_.n; ++i) f(states_[at(l)].opened(s + i), i);
  }
  // The first step of the block whose state still carries a gradient.
  int first_attached(int l, int s, int t) const {
    int const offset = q_.table.layer_offset[at(l)];
    int i = 0;
    while (i < block_.n && !(q_.table.stored(l, s + i + offset) && q_.table.attached(s + i + offset, t + i))) ++i;
    return i;
  }
  void owe(int l, int s, int t, Tensor const& g) {
    if (!g.defined()) return;
    std::int64_t const size = q_.rows(1) * q_.state_shape[at(l)].size();
    for (int i = first_attached(l, s, t); i < block_.n; ++i) {
      states_[at(l)].add(s + i, g, g.template const_data_ptr<S>() + i * size);
    }
  }

  // The gradient of what arrives at place p, for its parameters and for the states it comes from.
  template <class Op> void arrived(Op& op, std::size_t p, Tensor const& g) {
    Source const& source = q_.place(p).source;
    int const s = block_.first - q_.table.lag(p, source), t = q_.table.step(p, block_.first);
    Tensor const rows = q_.state_rows(segment_, source.layer, s, block_.n);
    bool const wanted = first_attached(source.layer, s, t) < block_.n;
    if constexpr (is_opaque_lateral<Op>()) {
      std::vector<Tensor> inputs{leaf(outside(q_, rows))};
      for (Tensor const& parameter : learned_of(op)) inputs.push_back(parameter);
      std::vector<Tensor> const all =
          local_gradients([&] { return opaque_arrival(op, inputs[0], q_.place(p).in); }, inputs, g);
      add_gradients(q_, {inputs.begin() + 1, inputs.end()}, all, 1);
      if (wanted && all[0].defined()) owe(source.layer, s, t, inside(q_, all[0]));
    } else {
      Tensor of_arrival = g;
      if constexpr (is_affine_lateral<Op>()) {
        Tensor const h = q_.arrivals[p]->template forward<S>(rows);
        scalars_[p].found = true;
        scalars_[p].affine[0] += g.mul(h).sum().template item<double>();
        scalars_[p].affine[1] += g.sum().template item<double>();
        of_arrival = q_.layout.of(g.mul(q_.affine[p][0]));
      }
      Tensor const gx = q_.arrivals[p]->template reverse<S>(of_arrival, rows, wanted);
      if (!wanted) return;
      if (q_.arrivals[p]->scatters()) {
        std::int64_t const size = gx.numel() / block_.n;
        scatter(source.layer, s, t, [&](S* to, int i) {
          q_.arrivals[p]->scatter(gx.template const_data_ptr<S>() + i * size, to, q_.batch);
        });
      } else {
        owe(source.layer, s, t, gx);
      }
    }
  }

  // --- pipelines

  template <class L, int K> void pipeline(L& layer, int l, std::size_t first, Values& values, bool leading) {
    constexpr int from = Stages<L>::first(K), J = Stages<L>::last(K) - from + 1;
    std::size_t const last = first + at(J - 1);
    bool const stores = q_.place(last).kind == Kind::delay;
    int const step = q_.table.step(first, block_.first), n = leading ? 1 : block_.n;
    kernels::Shape const& shape = q_.place(first).in;
    std::int64_t const batch = leading ? g_.size(0) : q_.batch;
    q_.addresses.give_back();
    kernels::Flow<S, J> flow;
    kernels::Backflow<S, J> back;
    flow.n_steps = n, flow.size = shape.size(), flow.batch = batch;

    if (stores) hand_back(l);
    bool any = false;
    std::vector<Tensor> alive;
    for (int j = 0; j < J; ++j) any |= incoming(first + at(j), j == J - 1, l, leading, back, j, alive);
    g_ = Tensor{};
    if (!any) {
      if (stores) forget(l);
      return;
    }

    // Values that adjoints look at.
    Tensor const entered = q_.keeps_entry[first] ? entry(first, values) : Tensor{};
    for (int j = 0; j < J; ++j) {
      std::size_t const p = first + at(j);
      Tensor const& before = j == 0 ? entered : values.value[p - 1];
      if (before.defined()) back.input[at(j)] = q_.steps_of(before, n, before.size(0) != n * batch, flow.size);
      if (values.value[p].defined()) {
        back.output[at(j)] = q_.steps_of(values.value[p], n, false, flow.size);
      } else if (stores) {
        back.output[at(j)] = q_.side_by_side(q_.state_data(segment_, l, block_.first), n, flow.size);
      }
    }
    bool const x_enters =
        leading || (first == 0 ? tape_->leading >= 0 : q_.table.leaves(first - 1, before_step(first)));
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
        of_input[at(j)] = scratch(n * batch, shape);
        back.g_input[at(j)] = q_.steps_of(of_input[at(j)], n, false, flow.size);
      }
      return of_input[at(j)];
    };
    std::array<Tensor, at(J)> of_operand;
    for (int j = 0; j < J; ++j) {
      std::size_t const p = first + at(j);
      if (flow.operand[at(j)] == nullptr || !wants_operand(p)) continue;
      if (flow.affine[at(j)] != nullptr) {
        of_operand[at(j)] = scratch(n * batch, shape);
        back.g_operand[at(j)] = q_.steps_of(of_operand[at(j)], n, false, flow.size);
        back.g_affine[at(j)] = scalars_[p].affine;
        scalars_[p].found = true;
      } else if (back.input[at(j)] != nullptr && q_.keeps_operand[p]) {
        of_operand[at(j)] = scratch(n * batch, shape);
        back.g_operand[at(j)] = q_.steps_of(of_operand[at(j)], n, false, flow.size);
      } else {
        of_operand[at(j)] = store_input(j);
      }
    }
    Leading* const shared = shared_source(first, leading);
    bool const x_wanted = x_enters && wanted(first);
    if (x_wanted && shared != nullptr) {
      if (!shared->gradient.defined()) {
        shared->gradient =
            q_.layout.zeros(shared->out.size(0), shape, q_.options.dtype(c10::CppTypeToScalarType<T>::value));
      }
      T** const list = q_.addresses.template take<T*>(n);
      T* const data = shared->gradient.template mutable_data_ptr<T>();
      std::fill_n(list, n, data);
      back.g_shared = list;
    }
    Tensor const of_x = x_wanted && shared == nullptr ? store_input(0) : Tensor{};
    Tensor const of_previous = solver_state<L, K>(l, first, step, flow, back);

    std::get<at(K)>(q_.template pipelines_of<L>()).reverse(flow, back);

    if (stores) forget(l);
    [&]<int... I>(std::integer_sequence<int, I...>) {
      (deliver<I>(operation<from + I>(layer), first + at(I), of_operand[at(I)]), ...);
    }
    (std::make_integer_sequence<int, J>{});
    g_ = of_x;
  }

  int before_step(std::size_t first) const { return q_.table.step(first, block_.first); }

  // A role through which the gradient passes unchanged.
  bool passes(std::size_t p) const {
    Place const& place = q_.place(p);
    switch (place.kind) {
      case Kind::lateral:
      case Kind::incoming:
        return !q_.keeps_operand[p];
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
    Place const& place = q_.place(p);
    if (place.kind == Kind::external) return externals_[at(place.layer)].defined();
    return true;
  }

  // The signal that Delay hands on is a state.
  void hand_back(int l) {
    if (!g_.defined()) return;
    owe(l, block_.first - q_.table.feedforward_lag(l), block_.first + q_.table.next_offset(l), g_);
    g_ = Tensor{};
  }
  void forget(int l) {
    for (int i = 0; i < block_.n; ++i) states_[at(l)].clear(block_.first + i);
  }

  // Gradients that come in at the result of role j: from the next stage, from results, from uses of the state.
  template <class Back>
  bool incoming(std::size_t p, bool last, int l, bool leading, Back& back, int j, std::vector<Tensor>& alive) {
    int const n = leading ? 1 : block_.n;
    std::int64_t const size = q_.place(p).in.size() * (leading ? 0 : q_.batch);
    std::vector<Tensor> whole;  // (n B,C,H,W)
    Place const& place = q_.place(p);
    if (last && g_.defined() && place.kind != Kind::delay) whole.push_back(g_);
    int const t = q_.table.step(p, block_.first) - q_.table.idle;
    if (!leading && t >= 0) {
      if (place.kind == Kind::record && given_.responses[at(l)].defined() && q_.table.leaves(p, t + q_.table.idle)) {
        whole.push_back(q_.results.rows(given_.responses[at(l)], t, n));
      }
      if (place.kind != Kind::delay && given_.watched[p].defined() && q_.table.leaves(p, t + q_.table.idle)) {
        whole.push_back(q_.results.rows(given_.watched[p], t, n));
      }
    }
    if (place.kind == Kind::delay && t >= 0 && given_.watched[p].defined() && q_.table.leaves(p, t + q_.table.idle)) {
      owe(l, block_.first - place.t_feedforward, t + q_.table.idle, q_.results.rows(given_.watched[p], t, n));
    }
    int most = 0;
    if (place.kind == Kind::delay) {
      for (int i = 0; i < n; ++i) most = std::max(most, static_cast<int>(states_[at(l)].at(block_.first + i).size()));
    }
    int const count = static_cast<int>(whole.size()) + most;
    if (count == 0) return false;
    S const** const list = q_.addresses.template take<S const*>(n * count);
    for (int i = 0; i < n; ++i) {
      S const** to = list + i * count;
      for (Tensor const& g : whole) *to++ = g.template const_data_ptr<S>() + i * size;
      if (place.kind == Kind::delay) {
        for (auto const& addend : states_[at(l)].at(block_.first + i)) *to++ = addend.data;
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
    Place const& place = q_.place(p);
    if constexpr (kind_of<Op>() == Kind::lateral || kind_of<Op>() == Kind::incoming) {
      if (!place.on) return;
      int const s = block_.first - q_.table.lag(p, place.source);
      if (!q_.table.stored_at(place.source.layer, s)) return;
      flow.operand_stride[I] = flow.size;
      S** const states = q_.side_by_side(q_.state_data(segment_, place.source.layer, s), block_.n, flow.size);
      bool const direct = !is_opaque_lateral<Op>() && q_.arrivals[p]->trivial();
      if (direct && is_affine_lateral<Op>()) flow.affine[I] = q_.affine[p].data();
      // Where the adjoint does not look at the operand any address will do.
      flow.operand[I] =
          values.operand[p].defined() ? q_.steps_of(values.operand[p], block_.n, false, flow.size) : states;
      if (!x_present) back.input[I] = nullptr;
      if (!q_.keeps_operand[p]) back.input[I] = nullptr;
    } else if constexpr (kind_of<Op>() == Kind::external) {
      Tensor const input = q_.external(place.layer);
      int const t = q_.table.step(p, block_.first) - q_.table.idle;
      if (input.defined() && t >= 0 && t < input.size(1)) flow.operand[I] = q_.addresses.template take<S*>(block_.n);
      back.input[I] = nullptr;
    } else if constexpr (kind_of<Op>() == Kind::bias) {
      flow.operand[I] = q_.steps_of(q_.biases[p], block_.n, true, flow.size);
      back.input[I] = nullptr;
    } else if constexpr (kind_of<Op>() == Kind::scale) {
      if (place.on)
        flow.factor[I] = q_.factors(op.weight.template item<double>(), q_.table.step(p, block_.first), block_.n);
    } else if constexpr (kind_of<Op>() == Kind::step) {
      flow.previous = q_.previous_states(segment_, p, block_);
    }
    back.starts[I] = !x_present && flow.operand[I] != nullptr;
    x_present = x_present || flow.operand[I] != nullptr;
  }

  Leading* shared_source(std::size_t first, bool leading) {
    if (leading || first != at(q_.table.static_places) || tape_->leading < 0) return nullptr;
    Leading& source = segment_.leading[at(tape_->leading)];
    return source.n_runs == 1 ? &source : nullptr;
  }

  // The solver's own past: carried within the block where it can be, else owed to the state.
  template <class L, int K, class F, class B>
  Tensor solver_state(int l, std::size_t first, int step, F const& flow, B& back) {
    constexpr int from = Stages<L>::first(K), J = Stages<L>::last(K) - from + 1;
    for (int j = 0; j < J; ++j) {
      std::size_t const p = first + at(j);
      Place const& place = q_.place(p);
      if (place.kind != Kind::step) continue;
      if (place.learns) back.tau_gradient = &scalars_[p].tau, scalars_[p].found = true;
      back.carried = !place.source.stored && q_.place(first + at(J - 1)).kind == Kind::delay;
      int const s = block_.first - q_.table.lag(p, place.source), offset = q_.table.layer_offset[at(l)];
      int const owed = back.carried ? 1 : block_.n;
      S** const list = q_.addresses.template take<S*>(block_.n);
      std::fill_n(list, block_.n, nullptr);
      Tensor const g = scratch(q_.rows(owed), q_.place(first).in);
      bool any = false;
      for (int i = 0; i < owed; ++i) {
        bool const attached = flow.previous[i] != nullptr && q_.table.attached(s + i + offset, step + i);
        if (!attached) continue;
        list[i] = g.template mutable_data_ptr<S>() + i * q_.batch * flow.size;
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
      for (Pending const& one : pending_) states_[at(one.layer)].add(one.s, one.holder, one.data);
      pending_.clear();
    }
    if (!g.defined()) return;
    Place const& place = q_.place(p);
    if constexpr (kind_of<Op>() == Kind::lateral || kind_of<Op>() == Kind::incoming) {
      if (!is_opaque_lateral<Op>() && q_.arrivals[p]->trivial()) {
        owe(place.source.layer, block_.first - q_.table.lag(p, place.source), q_.table.step(p, block_.first), g);
      } else {
        arrived(op, p, g);
      }
    } else if constexpr (kind_of<Op>() == Kind::bias) {
      Tensor sum = g.to(op.bias.scalar_type()).sum({0});  // (C,H,W)
      if (op.bias.dim() == 0) sum = sum.sum();
      if (op.bias.dim() == 3 && op.bias.size(1) == 1 && op.bias.size(2) == 1) sum = sum.sum({1, 2}, true);
      q_.learned.add(q_.learned.index(op.bias), sum);
    } else if constexpr (kind_of<Op>() == Kind::external) {
      int const t = q_.table.step(p, block_.first) - q_.table.idle;
      Tensor const all = externals_[at(place.layer)].narrow(1, t, block_.n);  // (B,n,C,H,W) or what broadcasts to it
      Tensor sum = g.reshape({block_.n, q_.batch, place.in.channels, place.in.height, place.in.width}).transpose(0, 1);
      for (std::int64_t axis = 0; axis < 5; ++axis) {
        if (all.size(axis) == 1 && sum.size(axis) > 1) sum = sum.sum({axis}, true);
      }
      all.add_(sum);
    }
  }

  // --- operations with an integration, or a moment, of their own

  template <class Op> void meeting(Op& op, std::size_t p, Values& values) {
    Tensor const x = values.entry[p], h = values.operand[p], g = g_;
    if (!g.defined() || !h.defined()) return;
    if (!x.defined()) {
      arrived(op, p, g);
      g_ = Tensor{};
      return;
    }
    std::vector<Tensor> const inputs{leaf(outside(q_, x)), leaf(outside(q_, h))};
    std::vector<Tensor> const all = local_gradients([&] { return meet(op, inputs[0], inputs[1]); }, inputs, g);
    if (all[1].defined()) arrived(op, p, inside(q_, all[1]));
    g_ = all[0].defined() ? inside(q_, all[0]) : all[0];
  }

  template <class Op> void moment_stage(Op& op, std::size_t p) {
    Tensor const g = g_;
    g_ = Tensor{};
    int const t = block_.first;
    if (!g.defined() || t < q_.table.idle) return;
    std::vector<DelayLine> memories = memories_at(q_, segment_, p, t, true);
    std::vector<Signal> responses(memories.size());
    Moment now = moment_at(q_, p, t, memories, responses);
    Tensor const entry = tape_->values.entry[p];
    std::vector<Tensor> inputs;
    if (entry.defined()) inputs.push_back(leaf(outside(q_, entry)));
    std::size_t const from_states = inputs.size();
    std::vector<std::pair<int, int>> states;  // (layer, step)
    for (int l = 0; l < static_cast<int>(memories.size()); ++l) {
      for (int u = 0; u < memories[at(l)].stored(); ++u) {
        Signal const r = memories[at(l)].at_step(u);
        if (!r.defined() || !r.requires_grad()) continue;
        inputs.push_back(r);
        states.emplace_back(l, u);
      }
    }
    std::size_t const from_parameters = inputs.size();
    for (Tensor const& parameter : learned_of(op)) inputs.push_back(parameter);
    std::vector<Tensor> const all =
        local_gradients([&] { return op(from_states ? inputs[0] : Signal{}, now); }, inputs, g);
    if (from_states && all[0].defined()) g_ = inside(q_, all[0]);
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!all[from_states + i].defined()) continue;
      Tensor const owed = inside(q_, all[from_states + i]);
      auto const [l, u] = states[i];
      states_[at(l)].add(u, owed, owed.template const_data_ptr<S>());
    }
    add_gradients(q_, {inputs.begin() + static_cast<std::ptrdiff_t>(from_parameters), inputs.end()}, all,
                  from_parameters);
  }

  // --- what depends on the frame alone

  // A gradient that has come all the way to the leading places belongs to their result.
  void into_leading() {
    if (!g_.defined() || tape_->leading < 0) return;
    Leading& source = segment_.leading[at(tape_->leading)];
    Tensor g = g_.to(c10::CppTypeToScalarType<T>::value);
    if (source.out.size(0) != g.size(0)) {
      g = g.reshape({block_.n, q_.batch, g.size(1), g.size(2), g.size(3)}).sum({0});
    }
    add(source.gradient, g);
    g_ = Tensor{};
  }

  void leading(Leading& source) {
    g_ = source.gradient.defined() ? inside(q_, source.gradient) : Tensor{};
    source.gradient = Tensor{};
    leading_layers<M::n_layers - 1>(source.values);
    if (g_.defined() && frames_.defined()) {
      for (int i = 0; i < source.n_runs; ++i) {
        int const frame = q_.table.frame[at(step_of_run(source.first_run + i))];
        if (frame >= 0) frames_.select(1, frame).add_(g_.narrow(0, i * q_.batch, q_.batch));
      }
    }
    g_ = Tensor{};
    source.values = Values{};
  }
  int step_of_run(int run) const {
    auto const& runs = q_.table.frame_run;
    return static_cast<int>(std::find(runs.begin(), runs.end(), run) - runs.begin());
  }
  template <int L> void leading_layers(Values& values) {
    if constexpr (L >= 0) {
      auto& layer = [&]<class One>(Slot<L, One>& slot) -> One& { return slot.value; }(q_.model.layers);
      leading_stages<std::remove_cvref_t<decltype(layer)>, Stages<std::remove_cvref_t<decltype(layer)>>::count - 1>(
          layer, L, values);
      leading_layers<L - 1>(values);
    }
  }
  template <class L, int K> void leading_stages(L& layer, int l, Values& values) {
    if constexpr (K >= 0) {
      std::size_t const first = q_.first_place[at(l)] + at(Stages<L>::first(K));
      std::size_t const last = q_.first_place[at(l)] + at(Stages<L>::last(K));
      if (last < at(q_.table.static_places) && g_.defined()) one_stage<L, K>(layer, l, first, values, true);
      leading_stages<L, K - 1>(layer, l, values);
    }
  }
};

}  // namespace dynvision::run
