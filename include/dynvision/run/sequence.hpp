// Sequence: a run on the compiled path, put together before it starts.
//
// Station: run. It holds what both sweeps (run/forward.hpp, run/reverse.hpp) need and no step changes: the timetable,
// pipelines, convolutions with their effective weights, connections, and what the reverse needs to have kept.
#pragma once
#include <dynvision/kernels/pooling.hpp>
#include <dynvision/run/arrival.hpp>
#include <dynvision/run/monitors.hpp>
#include <dynvision/run/results.hpp>
#include <dynvision/run/stages.hpp>
#include <dynvision/run/tape.hpp>

#include <optional>

namespace dynvision::run {

template <class M, class Storage> class Sequence {
 public:
  using S = Storage;
  using T = kernels::Arithmetic<S>;

  M model;  // shares its parameters with the user's
  Stimulus stimulus;
  Settings settings;
  kernels::Layout layout{!std::is_same_v<S, double>};
  at::TensorOptions options;  // of signals
  std::int64_t batch;
  Parts parts;
  std::vector<std::size_t> first_place;     // [layer]
  std::vector<std::size_t> delay_places;    // [layer]; the number of places: it stores nothing
  std::vector<kernels::Shape> state_shape;  // [layer]; size 0: the layer stores nothing
  Timetable table;
  Learned learned;
  std::vector<std::optional<Arrival>> arrivals;               // [place]
  std::vector<std::optional<Convolution>> convolutions;       // [place]
  std::vector<Tensor> biases;                                 // [place] (1,C,H,W)
  std::vector<std::array<double, 2>> affine;                  // [place] {w, b}
  std::vector<bool> keeps_entry, keeps_value, keeps_operand;  // [place]
  std::vector<std::optional<kernels::MaxPooling>> pools;      // [place]
  typename LayerPipelines<S, M>::type pipelines;              // [layer][stage]
  std::vector<Segment> segments;
  AddressList addresses;
  Results<S> results;

  Sequence(M& given, Stimulus const& shown, Settings const& numbers, Monitors const& monitors)
      : model(given),
        stimulus(shown),
        settings(numbers),
        options(at::TensorOptions(dtype()).device(shown.frames.device())),
        batch(shown.frames.size(0)),
        parts(model.parts()),
        table(prepare(monitors)),
        pipelines(LayerPipelines<S, M>::make(model.layers)),
        results(layout, options, batch, stimulus.n_timesteps()) {
    std::size_t const n = table.places.size();
    arrivals.resize(n), convolutions.resize(n), biases.resize(n), affine.resize(n, {1, 0}), pools.resize(n);
    keeps_entry.resize(n), keeps_value.resize(n), keeps_operand.resize(n);
    learned.index(stimulus.frames);
    for (auto const& input : settings.external) learned.index(input.second);
    model.each_layer([&](auto& layer, int l) {
      layer.each([&](auto& op, int position) { set_up(op, first_place[static_cast<std::size_t>(l)] + position); });
    });
    if constexpr (requires(ParameterVisitor const& visit) { model.head.parameters(visit); }) {
      auto seen = [&](std::string const&, Tensor& x, bool) { learned.index(x); };
      model.head.parameters(ParameterVisitor(seen));
    }
    decide_what_to_keep();
    results.responses.resize(state_shape.size());
    results.watched.resize(n);
    for (std::size_t p = 0; p < n; ++p) {
      if (settings.record && place(p).kind == Kind::record) {
        results.responses[static_cast<std::size_t>(place(p).layer)] = results.make(place(p).in);
      }
      if (monitors.wants(p)) results.watched[p] = results.make(place(p).out);
    }
  }

  bool learns_before(std::size_t p) const { return first_learned_ < p; }
  template <class L> auto& pipelines_of() { return std::get<LayerPipelines<S, M>::template index_of<L>()>(pipelines); }
  Place const& place(std::size_t p) const { return table.places[p]; }
  static constexpr at::ScalarType dtype() { return c10::CppTypeToScalarType<S>::value; }
  std::int64_t rows(int n) const { return n * batch; }
  Tensor empty(std::int64_t n, kernels::Shape const& shape) const { return layout.empty(n, shape, options); }

  // Room for n states of a layer from index s on. A state has the same alignment in every segment: some libraries of
  // linear algebra add up in an order that depends on it, and a checkpointed run is to equal a stored one to the bit.
  Tensor state_buffer(std::size_t l, int s, int n) const {
    kernels::Shape const& shape = state_shape[l];
    std::int64_t const aligned = 64 / static_cast<std::int64_t>(sizeof(S)), all = rows(n) * shape.size();
    std::int64_t const phase = (s - table.first_index + table.memory[l]) * batch * shape.size() % aligned;
    Tensor const flat = layout.empty(1, {1, 1, all + aligned}, options);
    std::vector<std::int64_t> strides{shape.size(), shape.height * shape.width, shape.width, 1};
    if (layout.channels_last) strides = {shape.size(), 1, shape.width * shape.channels, shape.channels};
    return flat.as_strided({rows(n), shape.channels, shape.height, shape.width}, strides, phase);
  }
  // The rows of n states of a layer from index s on, in a segment that holds states.
  Tensor state_rows(Segment const& segment, int layer, int s, int n) const {
    auto const l = static_cast<std::size_t>(layer);
    return segment.states[l].narrow(0, (s - segment.first + segment.head[l]) * batch, rows(n));
  }
  S* state_data(Segment const& segment, int layer, int s) const {
    auto const l = static_cast<std::size_t>(layer);
    return segment.states[l].template mutable_data_ptr<S>() +
           (s - segment.first + segment.head[l]) * batch * state_shape[l].size();
  }

  std::size_t delay_place(int layer) const { return delay_places[static_cast<std::size_t>(layer)]; }

  // n addresses, one block of `batch` samples after the other.
  S** side_by_side(S* first, int n, std::int64_t size) {
    S** const list = addresses.template take<S*>(n);
    for (int i = 0; i < n; ++i) list[i] = first + i * batch * size;
    return list;
  }
  S** steps_of(Tensor const& x, int n, bool shared, std::int64_t size) {
    S* const first = x.template mutable_data_ptr<S>();
    if (!shared) return side_by_side(first, n, size);
    S** const list = addresses.template take<S*>(n);
    std::fill_n(list, n, first);
    return list;
  }
  // The state before each step of a block, null where there is none.
  S** previous_states(Segment const& segment, std::size_t p, Block const& block) {
    S** const list = addresses.template take<S*>(block.n);
    Source const& source = place(p).source;
    for (int i = 0; i < block.n; ++i) {
      int const s = block.first + i - table.lag(p, source);
      list[i] = table.stored_at(source.layer, s) ? state_data(segment, source.layer, s) : nullptr;
    }
    return list;
  }
  // Input adaption: w^age for n steps from step t on.
  double const* factors(double w, int t, int n) {
    factors_.resize(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
      factors_[static_cast<std::size_t>(i)] = std::pow(w, table.age[static_cast<std::size_t>(t + i)]);
    }
    return factors_.data();
  }
  Tensor pool(std::size_t p, Tensor const& x, Tensor const& where) const {  // where: bytes, or undefined
    Tensor const y = empty(x.size(0), place(p).out);
    pools[p]->forward(x.template const_data_ptr<S>(), y.template mutable_data_ptr<S>(),
                      where.defined() ? where.template mutable_data_ptr<std::uint8_t>() : nullptr, x.size(0));
    return y;
  }
  Tensor external(int layer) const {
    for (auto const& [name, input] : settings.external) {
      if (name == parts[first_place[static_cast<std::size_t>(layer)]].layer_name) return input;
    }
    return {};
  }
  // External input to n steps from recorded step t on, as (n B,C,H,W).
  Tensor external_rows(Tensor const& input, int t, int n, kernels::Shape const& shape) const {
    Tensor const x = input.detach().narrow(1, t, n).transpose(0, 1);  // (n,B,C,H,W) or what broadcasts to it
    return layout.of(x.expand({n, batch, shape.channels, shape.height, shape.width})
                         .to(dtype())
                         .reshape({rows(n), shape.channels, shape.height, shape.width}));
  }

 private:
  std::vector<double> factors_;
  std::size_t first_learned_ = std::size_t(-1);  // place

  Timetable prepare(Monitors const& monitors) {
    std::vector<Size> const sizes = sizes_of(parts, {stimulus.frames.size(3), stimulus.frames.size(4)});
    std::vector<Place> places = places_of(model, parts, sizes, settings.feedforward_only);
    std::vector<int> externals;
    std::vector<bool> is_watched;
    state_shape.resize(static_cast<std::size_t>(M::n_layers));
    delay_places.resize(state_shape.size(), places.size());
    for (std::size_t p = 0; p < places.size(); ++p) {
      if (places[p].position == 0) {
        first_place.push_back(p);
        Tensor const input = external(places[p].layer);
        externals.push_back(input.defined() ? static_cast<int>(input.size(1)) : 0);
      }
      is_watched.push_back(monitors.wants(p));
      if (places[p].kind == Kind::delay) {
        state_shape[static_cast<std::size_t>(places[p].layer)] = places[p].in;
        delay_places[static_cast<std::size_t>(places[p].layer)] = p;
      }
    }
    Timetable all(std::move(places), M::n_layers, stimulus, settings, externals, is_watched);
    if (all.dynamic()) {  // an operation may look at all that a layer remembers
      for (std::size_t l = 0; l < all.memory.size(); ++l) all.memory[l] = std::max(all.memory[l], model.memory[l]);
    }
    return all;
  }

  template <class Op> void set_up(Op& op, std::size_t p) {
    if constexpr (requires { op.parameters(std::declval<ParameterVisitor const&>()); }) {
      auto seen = [&](std::string const&, Tensor& x, bool) {
        if (learned.index(x) >= 0) first_learned_ = std::min(first_learned_, p);
      };
      op.parameters(ParameterVisitor(seen));
    }
    Place& at = table.places[p];
    if constexpr (kind_of<Op>() == Kind::convolution) {
      convolutions[p].emplace(op.kernel, layout, dtype(), learned);
    } else if constexpr (RecurrenceOperation<Op> || IncomingOperation<Op>) {
      if (!at.on) return;
      kernels::Shape const& from = state_shape[static_cast<std::size_t>(at.source.layer)];
      Arrival arrival(from, at.in, layout, options);
      if constexpr (IncomingOperation<Op>) {
        if (op.incoming.adapter.conv.exists()) add_to(arrival, op.incoming.adapter.conv);
      } else if constexpr (requires { op.lateral.convolutions(); }) {
        for (Kernel const* kernel : op.lateral.convolutions()) add_to(arrival, *kernel);
      } else if constexpr (requires { op.lateral.is_affine; }) {
        affine[p] = {op.lateral.weight.template item<double>(),
                     op.lateral.bias.defined() ? op.lateral.bias.template item<double>() : 0.0};
      }
      arrival.resolve();
      arrivals[p].emplace(std::move(arrival));
    } else if constexpr (kind_of<Op>() == Kind::max_pool) {
      using N = PoolNumbers<Op>;
      pools[p].emplace(at.in, at.out, N::kernel, N::stride, N::margin, layout);
    } else if constexpr (is_bias<Op>) {
      biases[p] =
          layout.of(op.bias.detach().to(dtype()).expand({1, at.in.channels, at.in.height, at.in.width}).clone());
    } else if constexpr (kind_of<Op>() == Kind::map) {
      if constexpr (requires { op.pointwise().identity; }) at.identity = op.pointwise().identity;
    }
  }
  void add_to(Arrival& arrival, Kernel const& kernel) { arrival.chain.emplace_back(kernel, layout, dtype(), learned); }

  // What adjoints look at, and what can be had from the states.
  void decide_what_to_keep() {
    model.each_layer([&]<class L>(L&, int l) {
      [&]<int... K>(std::integer_sequence<int, K...>) { (decide<L, K>(first_place[static_cast<std::size_t>(l)]), ...); }
      (std::make_integer_sequence<int, Stages<L>::count>{});
    });
  }
  template <class L, int K> void decide(std::size_t first) {
    constexpr int from = Stages<L>::first(K), to = Stages<L>::last(K);
    if constexpr (!Stages<L>::pipeline(K)) {
      keeps_entry[first + from] = place(first + from).kind != Kind::zero;
    } else {
      std::array<bool, static_cast<std::size_t>(to - from + 2)>
          needed{};  // value before operation i, and after the last
      [&]<int... I>(std::integer_sequence<int, I...>) {
        (need<typename Stages<L>::template Op<from + I>>(first + from + I, needed[I], needed[I + 1]), ...);
      }
      (std::make_integer_sequence<int, to - from + 1>{});
      keeps_entry[first + from] = needed[0];
      bool from_state = place(first + to).kind == Kind::delay;  // whether it can be had there
      for (int i = to; i >= from; --i) {
        auto const p = first + static_cast<std::size_t>(i);
        keeps_value[p] = needed[static_cast<std::size_t>(i - from + 1)] && !from_state;
        Place const& at = place(p);
        bool const passes = at.kind == Kind::delay || at.kind == Kind::record || (at.kind == Kind::map && at.identity);
        from_state = from_state && passes;
      }
    }
  }
  template <class Op> void need(std::size_t p, bool& before, bool& after) {
    Place const& at = place(p);
    if constexpr (kind_of<Op>() == Kind::map) {
      constexpr kernels::Needs needs = decltype(std::declval<Op const&>().pointwise())::needs;
      if (at.identity) return;
      if (needs == kernels::Needs::input) before = true;
      if (needs == kernels::Needs::output) after = true;
    } else if constexpr (kind_of<Op>() == Kind::lateral || kind_of<Op>() == Kind::incoming) {
      if (!Op::integration::additive && at.on) before = true, keeps_operand[p] = true;
    } else if constexpr (kind_of<Op>() == Kind::step) {
      if (at.learns) before = true;
    }
  }
};

}  // namespace dynvision::run
