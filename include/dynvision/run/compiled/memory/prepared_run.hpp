// PreparedRun: a run on the compiled path, put together before it starts; without the type of its model.
//
// What both sweeps need and no step changes: the timetable, the stages, and for each node what its kind has prepared. It is
// filled by PreparedRunOf (run/compiled/prepare/prepare.hpp), the one place where the operations of the model have types.
#pragma once
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/operations/linear_head.hpp>
#include <dynvision/run/compiled/graph/timetable.hpp>
#include <dynvision/run/compiled/memory/address_list.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>
#include <dynvision/run/compiled/memory/node_functions.hpp>
#include <dynvision/run/compiled/memory/results.hpp>
#include <dynvision/run/compiled/memory/tape.hpp>
#include <dynvision/run/monitors.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace dynvision::run {

// A node of the graph with what its kind has prepared for it.
struct PreparedNode {
  Node const* node = nullptr;
  NodeFunctions const* functions = nullptr;
  std::shared_ptr<void> self{};                    // what the kind has prepared
  bool keeps_input = false, keeps_output = false;  // for the reverse sweep

  void operand(ForwardContext& at, kernels::Arguments& arguments, kernels::RoleArguments& role) const {
    if (functions->operand) functions->operand(self.get(), at, *node, arguments, role);
  }
  void adjoint_operand(ReverseContext& at, kernels::Arguments& arguments, kernels::RoleArguments& role,
                       kernels::AdjointArguments& adjoint, kernels::AdjointRoleArguments& of_role) const {
    if (functions->adjoint_operand) {
      functions->adjoint_operand(self.get(), at, *node, arguments, role, adjoint, of_role);
    }
  }
  void scatter(ReverseContext& at, Tensor const& g) const {
    if (functions->scatter) functions->scatter(self.get(), at, *node, g);
  }
  Tensor forward(ForwardContext& at, Tensor const& x) const { return functions->forward(self.get(), at, *node, x); }
  void adjoint(ReverseContext& at) const { functions->adjoint(self.get(), at, *node); }
  Tensor forward_again(ReverseContext& at, Tensor const& x) const {
    return functions->forward_again(self.get(), at, *node, x);
  }
  void finish(GradientSums& sums) const {
    if (functions->finish) functions->finish(self.get(), sums);
  }
  void release_forward_weight() const {
    if (functions->release_forward_weight) functions->release_forward_weight(self.get());
  }
  Flops flops() const { return functions->flops ? functions->flops(self.get(), *node) : Flops{}; }
};

// A pipeline of neighbouring roles, or a single node.
struct Stage {
  int layer = 0;
  std::size_t first = 0, last = 0;  // nodes
  void const* pipeline = nullptr;   // null: a single node
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
  at::TensorOptions options;                  // of signals
  at::TensorOptions parameter_options;        // of parameters
  std::int64_t batch;                         // samples that are computed together: those of a group
  std::int64_t first_sample = 0;              // of the group
  std::vector<std::string_view> layer_names;  // [layer]
  std::vector<int> model_memory;              // [layer] steps that an operation may look back
  std::vector<kernels::Shape> state_shape;    // [layer]; size 0: the layer stores nothing
  Timetable table;
  GradientSums gradients;
  std::vector<PreparedNode> nodes;
  std::vector<Stage> stages;
  PreparedNode head;                       // without functions: there is none, or it is the classifier
  Classifier const* classifier = nullptr;  // the head, if it is one
  std::int64_t n_classes = 0;
  std::vector<Segment> segments;  // of each group
  std::size_t first_kept = 0;     // segment; those before are idle
  std::vector<Group> groups;
  AddressList addresses;
  std::vector<Tensor> alive;  // what the addresses of a pipeline point to, while it runs
  Results results;

  [[gnu::cold]] PreparedRun(Options const& model_options, std::vector<int> memory, std::vector<std::string_view> names,
                            std::vector<Node> graph, int n_layers, Stimulus const& shown, Settings const& numbers,
                            Monitors const& monitors, kernels::Engine by)
      : stimulus(shown),
        settings(numbers),
        engine(by),
        layout{by.dtype != at::kDouble},
        options(at::TensorOptions(by.dtype).device(shown.frames.device())),
        parameter_options(at::TensorOptions(model_options.dtype).device(model_options.device)),
        batch(shown.frames.size(0)),
        layer_names(std::move(names)),
        model_memory(std::move(memory)),
        state_shape(static_cast<std::size_t>(n_layers)),
        table(timetable_of(std::move(graph), n_layers, monitors)),
        nodes(table.nodes.size()),
        results(layout, options, batch, stimulus.n_timesteps()) {
    gradients.index(stimulus.frames);
    for (auto const& input : settings.external) gradients.index(input.second);
    results.responses.resize(state_shape.size());
    results.watched.resize(nodes.size());
    for (Node const& node : table.nodes) {
      nodes[node.index].node = &node;
      if (settings.record && node.records) {
        results.responses[static_cast<std::size_t>(node.layer)] = results.make(node.in);
      }
      if (monitors.wants(node.index)) results.watched[node.index] = results.make(node.out);
    }
  }
  PreparedRun(PreparedRun const&) = delete;  // operations are known by their addresses
  PreparedRun& operator=(PreparedRun const&) = delete;

  std::int64_t n_samples() const { return stimulus.frames.size(0); }
  // From here on the samples of this group are computed.
  void enter(Group const& group) {
    batch = group.n, first_sample = group.first;
    results.enter(group.first, group.n);
  }
  // Those of the group, of x (B, ...), or of (1, ...), which is the same for all.
  Tensor of_group(Tensor const& x) const { return x.size(0) > 1 ? x.narrow(0, first_sample, batch) : x; }

  // Whether a parameter of a node before this one learns.
  bool learns_before(std::size_t p) const { return first_learned_ < p; }
  Node const& node(std::size_t p) const { return table.nodes[p]; }
  // Whether the state of a layer is stored before a node is reached.
  bool stores_before(int layer, std::size_t p) const {
    return std::any_of(table.nodes.begin(), table.nodes.begin() + static_cast<std::ptrdiff_t>(p),
                       [&](Node const& node) { return node.stores && node.layer == layer; });
  }
  at::ScalarType dtype() const { return engine.dtype; }
  // Whether what is kept is kept in bfloat16, which signals have not.
  bool stores_bfloat16() const { return settings.store_bfloat16 && dtype() != at::kBFloat16; }
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
    return kernels::rows_of(segment.states[l], (s - segment.begin[l]) * batch, rows(n));
  }
  void* state_data(Segment const& segment, int layer, int s) const {
    auto const l = static_cast<std::size_t>(layer);
    return at(segment.states[l].mutable_data_ptr(), (s - segment.begin[l]) * batch * state_shape[l].size());
  }
  void* at(void* first, std::int64_t number) const { return kernels::at_number(engine, first, number); }
  void const* at(void const* first, std::int64_t number) const { return kernels::at_number(engine, first, number); }

  // n addresses, one block of `batch` samples after the other.
  void** side_by_side(void* first, int n, std::int64_t size) { return list_of(first, n, batch * size); }
  // n addresses, so many numbers apart.
  void** list_of(void* first, int n, std::int64_t apart) {
    void** const list = addresses.take(n);
    for (int i = 0; i < n; ++i) list[i] = at(first, i * apart);
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
  void** previous_states(Segment const& segment, Node const& of, Block const& block) {
    void** const list = addresses.take(block.n);
    Source const& source = of.source;
    for (int i = 0; i < block.n; ++i) {
      int const s = block.first + i - table.lag(of.index, source);
      list[i] = table.stored_at(source.layer, s) ? state_data(segment, source.layer, s) : nullptr;
    }
    return list;
  }
  Tensor external(int layer) const { return settings.external_to(layer_names[static_cast<std::size_t>(layer)]); }

 protected:
  std::size_t first_learned_ = std::size_t(-1);  // node

  // What adjoints look at is kept, unless it can be had from the states.
  [[gnu::cold]] void decide_what_to_keep() {
    for (Stage const& stage : stages) {
      nodes[stage.first].keeps_input = node(stage.first).reads_input;
      if (stage.pipeline == nullptr) continue;
      bool is_state = node(stage.last).stores;  // whether the result of this role is
      for (std::size_t p = stage.last + 1; p-- > stage.first;) {
        bool const is_read = node(p).reads_output || (p < stage.last && node(p + 1).reads_input);
        nodes[p].keeps_output = is_read && !is_state;
        is_state = is_state && node(p).passes_signal;
      }
    }
  }

 private:
  [[gnu::cold]] Timetable timetable_of(std::vector<Node> graph, int n_layers, Monitors const& monitors) {
    std::vector<int> externals;
    std::vector<bool> is_watched;
    for (int l = 0; l < n_layers; ++l) {
      Tensor const input = external(l);
      externals.push_back(input.defined() ? static_cast<int>(input.size(1)) : 0);
    }
    for (Node const& node : graph) {
      is_watched.push_back(monitors.wants(node.index));
      if (node.stores) state_shape[static_cast<std::size_t>(node.layer)] = node.in;
    }
    Timetable all(std::move(graph), n_layers, stimulus, settings, externals, is_watched);
    if (all.dynamic()) {  // an operation may look at all that a layer remembers
      for (std::size_t l = 0; l < all.memory.size(); ++l) all.memory[l] = std::max(all.memory[l], model_memory[l]);
    }
    return all;
  }
};

}  // namespace dynvision::run
