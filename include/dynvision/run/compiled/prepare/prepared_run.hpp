// PreparedRun: a run on the compiled path, put together before it starts; without the type of its model.
//
// It holds what both sweeps (run/compiled/sweep/forward.hpp, run/compiled/sweep/reverse.hpp) need and no step changes: the timetable,
// stages, convolutions with their effective weights, connections, and what the reverse needs to have kept. It is filled by
// PreparedRunOf (run/compiled/prepare/prepare.hpp), the one place where the operations of the model have their types.
#pragma once
#include <dynvision/concepts/moment.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>
#include <dynvision/kernels/resample/max_pooling.hpp>
#include <dynvision/operations/linear_head.hpp>
#include <dynvision/run/compiled/functions/projection.hpp>
#include <dynvision/run/compiled/functions/tensor_function.hpp>
#include <dynvision/run/compiled/memory/address_list.hpp>
#include <dynvision/run/compiled/memory/results.hpp>
#include <dynvision/run/compiled/memory/state_gradients.hpp>
#include <dynvision/run/compiled/memory/tape.hpp>
#include <dynvision/run/monitors.hpp>

#include <memory>
#include <optional>

namespace dynvision::run {

// An operation, or a head, without its type: null where it is not what the name says.
struct Calls {
  void* op = nullptr;
  TensorFunction of_tensor{};  // a function of a tensor
  Tensor (*at_moment)(void* op, Tensor const& x, Moment& now) = nullptr;
  Tensor (*lateral)(void* op, Tensor const& r) = nullptr;  // a connection that cannot be looked into
  Tensor (*meet)(Tensor const& x, Tensor const& h) = nullptr;
  std::vector<Tensor> learned{};
};

struct Stage {
  int layer = 0;
  std::size_t first = 0, last = 0;  // places
  void const* pipeline = nullptr;   // null: a single operation
  void (*forward)(void const* pipeline, kernels::Engine const&, kernels::Arguments const&) = nullptr;
  void (*reverse)(void const* pipeline, kernels::Engine const&, kernels::Arguments const&,
                  kernels::AdjointArguments const&) = nullptr;
};

class PreparedRun {
 public:
  Stimulus stimulus;
  Settings settings;
  kernels::Engine engine;
  kernels::Layout layout;
  at::TensorOptions options;        // of signals
  at::TensorOptions outer_options;  // of parameters
  std::int64_t batch;
  std::vector<std::string_view> layer_names;  // [layer]
  std::vector<int> model_memory;              // [layer] steps that an operation may look back
  std::vector<std::size_t> first_place;       // [layer]
  std::vector<std::size_t> delay_places;      // [layer]; the number of places: it stores nothing
  std::vector<kernels::Shape> state_shape;    // [layer]; size 0: the layer stores nothing
  Timetable table;
  GradientSums learned;
  std::vector<Stage> stages;
  std::vector<Calls> calls;                // [place], and one more: of the head
  Classifier const* classifier = nullptr;  // the head, if it is one
  std::int64_t n_classes = 0;
  std::vector<std::optional<ProjectionRun>> arrivals;         // [place]
  std::vector<std::optional<Convolution>> convolutions;       // [place]
  std::vector<Tensor> biases, bias_parameters;                // [place] (1,C,H,W), and as it learns
  std::vector<std::array<double, 2>> affine;                  // [place] {w, b}
  std::vector<std::array<Tensor, 2>> affine_parameters;       // [place]
  std::vector<Tensor> taus;                                   // [place]
  std::vector<double> scales;                                 // [place]
  std::vector<bool> keeps_entry, keeps_value, keeps_operand;  // [place]
  std::vector<std::optional<kernels::MaxPooling>> pools;      // [place]
  std::vector<Segment> segments;
  std::size_t first_kept = 0;  // segment; those before are idle
  AddressList addresses;
  std::vector<Tensor> alive;  // what the addresses of a pipeline point to, while it runs
  Results results;

  [[gnu::cold]] PreparedRun(Options const& model_options, std::vector<int> memory, std::vector<std::string_view> names,
                            std::vector<Node> places, int n_layers, Stimulus const& shown, Settings const& numbers,
                            Monitors const& monitors, kernels::Engine by)
      : stimulus(shown),
        settings(numbers),
        engine(by),
        layout{by.dtype != at::kDouble},
        options(at::TensorOptions(by.dtype).device(shown.frames.device())),
        outer_options(at::TensorOptions(model_options.dtype).device(model_options.device)),
        batch(shown.frames.size(0)),
        layer_names(std::move(names)),
        model_memory(std::move(memory)),
        table(prepare(std::move(places), n_layers, monitors)),
        results(layout, options, batch, stimulus.n_timesteps()) {
    std::size_t const n = table.places.size();
    arrivals.resize(n), convolutions.resize(n), biases.resize(n), affine.resize(n, {1, 0}), pools.resize(n);
    bias_parameters.resize(n), affine_parameters.resize(n), taus.resize(n), scales.resize(n, 1), calls.resize(n + 1);
    keeps_entry.resize(n), keeps_value.resize(n), keeps_operand.resize(n);
    learned.index(stimulus.frames);
    for (auto const& input : settings.external) learned.index(input.second);
    results.responses.resize(state_shape.size());
    results.watched.resize(n);
    for (std::size_t p = 0; p < n; ++p) {
      if (settings.record && place(p).kind == NodeKind::record) {
        results.responses[static_cast<std::size_t>(place(p).layer)] = results.make(place(p).in);
      }
      if (monitors.wants(p)) results.watched[p] = results.make(place(p).out);
    }
  }
  PreparedRun(PreparedRun const&) = delete;  // operations are known by their addresses
  PreparedRun& operator=(PreparedRun const&) = delete;

  bool learns_before(std::size_t p) const { return first_learned_ < p; }
  Node const& place(std::size_t p) const { return table.places[p]; }
  at::ScalarType dtype() const { return engine.dtype; }
  std::int64_t rows(int n) const { return n * batch; }
  Tensor empty(std::int64_t n, kernels::Shape const& shape) const { return layout.empty(n, shape, options); }

  // Room for n states of a layer from index s on. A state has the same alignment in every segment: some libraries of
  // linear algebra add up in an order that depends on it, and a checkpointed run is to equal a stored one to the bit.
  Tensor state_buffer(std::size_t l, int s, int n) const {
    kernels::Shape const& shape = state_shape[l];
    std::int64_t const aligned = 64 / engine.bytes(), all = rows(n) * shape.size();
    std::int64_t const phase = (s - table.first_index + table.memory[l]) * batch * shape.size() % aligned;
    Tensor const flat = layout.empty(1, {1, 1, all + aligned}, options);
    std::int64_t const wide = shape.width * shape.channels;
    std::array<std::int64_t, 4> const planes{shape.size(), shape.height * shape.width, shape.width, 1};
    std::array<std::int64_t, 4> const strides =
        layout.channels_last ? std::array<std::int64_t, 4>{shape.size(), 1, wide, shape.channels} : planes;
    std::array<std::int64_t, 4> const sizes{rows(n), shape.channels, shape.height, shape.width};
    return kernels::view_of(flat, sizes, strides, phase);
  }
  // The indices [first,last) whose states a segment holds: those that exist, and a past of its own if it has one.
  std::pair<int, int> held(Segment const& segment, std::size_t l, bool has_past) const {
    int const m = table.memory[l], length = segment.last - segment.first, offset = table.layer_offset[l];
    // Otherwise as long as what comes next asks for.
    if (has_past || segments.size() > 1)
      return {segment.first - (has_past ? m : std::max(0, m - length)), segment.last};
    int const first = std::max(segment.first, -offset);
    return {first, std::max(first, std::min(segment.last, table.n_steps - offset))};
  }
  // The rows of n states of a layer from index s on, in a segment that holds states.
  Tensor state_rows(Segment const& segment, int layer, int s, int n) const {
    auto const l = static_cast<std::size_t>(layer);
    return kernels::rows_of(segment.states[l], (s - segment.first + segment.head[l]) * batch, rows(n));
  }
  void* state_data(Segment const& segment, int layer, int s) const {
    auto const l = static_cast<std::size_t>(layer);
    return at(segment.states[l].mutable_data_ptr(),
              (s - segment.first + segment.head[l]) * batch * state_shape[l].size());
  }
  void* at(void* first, std::int64_t number) const { return kernels::at_number(engine, first, number); }
  void const* at(void const* first, std::int64_t number) const { return kernels::at_number(engine, first, number); }

  std::size_t delay_place(int layer) const { return delay_places[static_cast<std::size_t>(layer)]; }

  // n addresses, one block of `batch` samples after the other.
  void** side_by_side(void* first, int n, std::int64_t size) {
    void** const list = addresses.take(n);
    for (int i = 0; i < n; ++i) list[i] = at(first, i * batch * size);
    return list;
  }
  void** steps_of(Tensor const& x, int n, bool shared, std::int64_t size) {
    void* const first = x.mutable_data_ptr();
    if (!shared) return side_by_side(first, n, size);
    void** const list = addresses.take(n);
    std::fill_n(list, n, first);
    return list;
  }
  // The state before each step of a block, null where there is none.
  void** previous_states(Segment const& segment, std::size_t p, Block const& block) {
    void** const list = addresses.take(block.n);
    Source const& source = place(p).source;
    for (int i = 0; i < block.n; ++i) {
      int const s = block.first + i - table.lag(p, source);
      list[i] = table.stored_at(source.layer, s) ? state_data(segment, source.layer, s) : nullptr;
    }
    return list;
  }
  void set_affine(kernels::RoleArguments& role, std::size_t p) const {
    if (place(p).affine) role.is_affine = true, role.w = affine[p][0], role.b = affine[p][1];
  }
  // Input adaption: w^age for n steps from step t on.
  double const* factors(std::size_t p, int t, int n) {
    factors_.resize(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
      factors_[static_cast<std::size_t>(i)] = std::pow(scales[p], table.age[static_cast<std::size_t>(t + i)]);
    }
    return factors_.data();
  }
  Tensor pool(std::size_t p, Tensor const& x, Tensor const& where) const {  // where: bytes, or undefined
    Tensor const y = empty(x.size(0), place(p).out);
    kernels::ProfilerScope const mark("dynvision::max_pool");
    pools[p]->forward(engine, x.const_data_ptr(), y.mutable_data_ptr(),
                      where.defined() ? where.mutable_data_ptr<std::uint8_t>() : nullptr, x.size(0));
    return y;
  }
  Tensor external(int layer) const { return settings.external_to(layer_names[static_cast<std::size_t>(layer)]); }
  // External input to n steps from recorded step t on, as (n B,C,H,W).
  Tensor external_rows(Tensor const& input, int t, int n, kernels::Shape const& shape) const {
    Tensor const x = input.detach().narrow(1, t, n).transpose(0, 1);  // (n,B,C,H,W) or what broadcasts to it
    return layout.of(x.expand({n, batch, shape.channels, shape.height, shape.width})
                         .to(dtype())
                         .reshape({rows(n), shape.channels, shape.height, shape.width}));
  }

 protected:
  std::size_t first_learned_ = std::size_t(-1);  // place

  // What adjoints look at, and what can be had from the states.
  [[gnu::cold]] void decide_what_to_keep() {
    for (Stage const& stage : stages) {
      if (stage.pipeline == nullptr) {
        keeps_entry[stage.first] = place(stage.first).kind != NodeKind::zero;
        continue;
      }
      std::vector<bool> before(stage.last - stage.first + 1), after = before;  // needed: of each operation
      for (std::size_t p = stage.first; p <= stage.last; ++p) {
        std::size_t const i = p - stage.first;
        Node const& at = place(p);
        if (at.kind == NodeKind::map && !at.identity) {
          before[i] = at.needs == kernels::Needs::input;
          after[i] = at.needs == kernels::Needs::output;
        } else if (at.kind == NodeKind::lateral || at.kind == NodeKind::incoming) {
          before[i] = keeps_operand[p] = !at.additive && at.on;
        } else if (at.kind == NodeKind::step) {
          before[i] = at.learns;
        }
      }
      keeps_entry[stage.first] = before[0];
      bool from_state = place(stage.last).kind == NodeKind::delay;  // whether it can be had there
      for (std::size_t i = before.size(); i-- > 0;) {
        bool const needed = after[i] || (i + 1 < before.size() && before[i + 1]);
        keeps_value[stage.first + i] = needed && !from_state;
        Node const& at = place(stage.first + i);
        bool const passes =
            at.kind == NodeKind::delay || at.kind == NodeKind::record || (at.kind == NodeKind::map && at.identity);
        from_state = from_state && passes;
      }
    }
  }

 private:
  std::vector<double> factors_;

  [[gnu::cold]] Timetable prepare(std::vector<Node> places, int n_layers, Monitors const& monitors) {
    std::vector<int> externals;
    std::vector<bool> is_watched;
    state_shape.resize(static_cast<std::size_t>(n_layers));
    delay_places.resize(state_shape.size(), places.size());
    for (std::size_t p = 0; p < places.size(); ++p) {
      if (places[p].position == 0) {
        first_place.push_back(p);
        Tensor const input = external(places[p].layer);
        externals.push_back(input.defined() ? static_cast<int>(input.size(1)) : 0);
      }
      is_watched.push_back(monitors.wants(p));
      if (places[p].kind == NodeKind::delay) {
        state_shape[static_cast<std::size_t>(places[p].layer)] = places[p].in;
        delay_places[static_cast<std::size_t>(places[p].layer)] = p;
      }
    }
    Timetable all(std::move(places), n_layers, stimulus, settings, externals, is_watched);
    if (all.dynamic()) {  // an operation may look at all that a layer remembers
      for (std::size_t l = 0; l < all.memory.size(); ++l) all.memory[l] = std::max(all.memory[l], model_memory[l]);
    }
    return all;
  }
};

}  // namespace dynvision::run
