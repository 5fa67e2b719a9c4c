// Addresses of states, and what is kept of a run.
#pragma once
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

DYNVISION_INLINE void PreparedNode::operand(ForwardContext& at, kernels::Arguments& arguments,
                                            kernels::RoleArguments& role) const {
  if (functions->operand) functions->operand(self.get(), at, *node, arguments, role);
}

DYNVISION_INLINE void PreparedNode::adjoint_operand(ReverseContext& at, kernels::Arguments& arguments,
                                                    kernels::RoleArguments& role, kernels::AdjointArguments& adjoint,
                                                    kernels::AdjointRoleArguments& of_role) const {
  if (functions->adjoint_operand) {
    functions->adjoint_operand(self.get(), at, *node, arguments, role, adjoint, of_role);
  }
}

DYNVISION_INLINE void PreparedNode::prepare_adjoint(ReverseContext& at) const {
  if (functions->prepare_adjoint) functions->prepare_adjoint(self.get(), at, *node);
}

DYNVISION_INLINE void PreparedNode::scatter(ReverseContext& at, Tensor const& g) const {
  if (functions->scatter) functions->scatter(self.get(), at, *node, g);
}

DYNVISION_INLINE Tensor PreparedNode::forward_again(ReverseContext& at, Tensor const& x) const {
  return functions->forward_again(self.get(), at, *node, x);
}

DYNVISION_INLINE void PreparedNode::finish(GradientSums& sums) const {
  if (functions->finish) functions->finish(self.get(), sums);
}

DYNVISION_INLINE void PreparedNode::release_forward_weight() const {
  if (functions->release_forward_weight) functions->release_forward_weight(self.get());
}

DYNVISION_INLINE PreparedRun::PreparedRun(Options const& model_options, std::vector<int> memory,
                                          std::vector<std::string_view> names, std::vector<std::string> names_of_states,
                                          std::vector<Node> graph, int n_layers, Stimulus const& shown,
                                          Settings const& numbers, Monitors const& monitors, kernels::Engine by,
                                          bool live)
    : stimulus(shown),
      settings(numbers),
      engine(by),
      layout{by.dtype != at::kDouble},
      options(at::TensorOptions(by.dtype).device(shown.frames.device())),
      parameter_options(at::TensorOptions(model_options.dtype).device(model_options.device)),
      batch(shown.frames.size(0)),
      layer_names(std::move(names)),
      state_names(std::move(names_of_states)),
      model_memory(std::move(memory)),
      state_shape(state_names.size()),
      table(timetable_of(std::move(graph), n_layers, monitors, live)),
      noise(numbers.noise_source()),
      nodes(table.nodes.size()),
      results(layout, options, batch, stimulus.n_timesteps()) {
  gradients.index(stimulus.frames);
  for (auto const& input : settings.external) gradients.index(input.second);
  settings.start.each_response([&](Tensor const& r) { gradients.index(r); });
  results.responses.resize(layer_names.size());
  results.last.resize(state_shape.size());
  for (std::size_t l = 0; settings.keep_state && l < state_shape.size(); ++l) {
    if (state_shape[l].size() > 0) results.last[l] = results.make(state_shape[l], table.n_steps - first_last_step(l));
  }
  results.watched.resize(nodes.size());
  results.probes = monitors.probes;
  for (Node const& node : table.nodes) {
    nodes[node.index].node = &node;
    if (settings.record && node.records) {
      results.responses[static_cast<std::size_t>(node.layer)] = results.make(node.in);
    }
    if (monitors.wants(node.index)) results.watched[node.index] = results.make(node.out);
  }
}

DYNVISION_INLINE void PreparedRun::enter(Group const& group) {
  batch = group.n, first_sample = group.first;
  frames_by_step = {};
  results.enter(group.first, group.n);
}

DYNVISION_INLINE bool PreparedRun::stores_before(int state, std::size_t p) const {
  if (state >= table.n_layers) return table.owner(state) < p;
  return std::any_of(table.nodes.begin(), table.nodes.begin() + static_cast<std::ptrdiff_t>(p),
                     [&](Node const& node) { return node.stores && node.layer == state; });
}

DYNVISION_INLINE Tensor PreparedRun::state_buffer(std::size_t l, int s, int n) const {
  kernels::Shape const& shape = state_shape[l];
  std::int64_t const aligned = 64 / engine.bytes(), all = rows(n) * shape.size();
  std::int64_t const phase = (s - table.first_index + table.n_given + table.memory[l]) * batch * shape.size() % aligned;
  Tensor const flat = layout.empty(1, {1, 1, all + aligned}, options);
  std::int64_t const wide = shape.width * shape.channels;
  std::array<std::int64_t, 4> const planes{shape.size(), shape.height * shape.width, shape.width, 1};
  std::array<std::int64_t, 4> const strides =
      layout.channels_last ? std::array<std::int64_t, 4>{shape.size(), 1, wide, shape.channels} : planes;
  std::array<std::int64_t, 4> const sizes{rows(n), shape.channels, shape.height, shape.width};
  return kernels::view_of(flat, sizes, strides, phase);
}

DYNVISION_INLINE std::pair<int, int> PreparedRun::held(Segment const& segment, std::size_t l, bool has_past) const {
  int const m = table.memory[l], length = segment.last - segment.first,
            offset = table.state_offset(static_cast<int>(l));
  bool const has_given = table.n_given > 0 && segment.first == table.first_index;  // from step 0 on
  // Otherwise as long as what comes next asks for.
  if (has_past || segments.size() > 1) {
    int const first = segment.first - (has_past ? m : std::max(0, m - length));
    return {has_given ? std::min(first, -offset) : first, segment.last};
  }
  int const first = has_given ? -offset : std::max(segment.first, -offset);
  return {first, std::max(first, std::min(segment.last, table.n_steps - offset))};
}

DYNVISION_INLINE double PreparedRun::pixels_of_head() const {
  kernels::Shape const& x = table.nodes.back().out;
  return static_cast<double>(x.height * x.width);
}

DYNVISION_INLINE Tensor PreparedRun::given_states(std::size_t l, int s) const {
  if (table.n_given == 0) return {};
  int const n = table.n_given - table.state_offset(static_cast<int>(l)) - s;
  Tensor const rows_from_s = state_buffer(l, s, n);
  std::vector<Signal> const& past = settings.start.layers[l].past;
  int const before = n - static_cast<int>(past.size());
  for (std::size_t i = 0; i < past.size(); ++i) {
    if (!past[i].defined()) continue;
    kernels::rows_of(rows_from_s, rows(before + static_cast<int>(i)), batch).copy_(of_group(past[i].detach()));
  }
  return rows_from_s;
}

DYNVISION_INLINE Tensor PreparedRun::state_rows(Segment const& segment, int state, int s, int n) const {
  auto const l = static_cast<std::size_t>(state);
  return kernels::rows_of(segment.states[l], (s - segment.begin[l]) * batch, rows(n));
}

DYNVISION_INLINE void* PreparedRun::state_data(Segment const& segment, int state, int s) const {
  auto const l = static_cast<std::size_t>(state);
  return at(segment.states[l].mutable_data_ptr(), (s - segment.begin[l]) * batch * state_shape[l].size());
}

DYNVISION_INLINE void** PreparedRun::list_of(void* first, int n, std::int64_t apart) {
  void** const list = addresses.take(n);
  for (int i = 0; i < n; ++i) list[i] = at(first, i * apart);
  return list;
}

DYNVISION_INLINE void** PreparedRun::steps_of(Tensor const& x, int n, bool shared, std::int64_t size) {
  void* const first = x.mutable_data_ptr();
  return shared ? same_for_all(first, n) : side_by_side(first, n, size);
}

DYNVISION_INLINE void** PreparedRun::same_for_all(void* address, int n) {
  void** const list = addresses.take(n);
  std::fill_n(list, n, address);
  return list;
}

DYNVISION_INLINE void** PreparedRun::earlier_states(Segment const& segment, int state, int lag, Block const& block) {
  void** const list = addresses.take(block.n);
  for (int i = 0; i < block.n; ++i) {
    int const s = block.first + i - lag;
    list[i] = table.stored_at(state, s) ? state_data(segment, state, s) : nullptr;
  }
  return list;
}

DYNVISION_INLINE void PreparedRun::decide_what_to_keep() {
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

DYNVISION_INLINE Timetable PreparedRun::timetable_of(std::vector<Node> graph, int n_layers, Monitors const& monitors,
                                                     bool live) {
  std::vector<int> externals;
  std::vector<bool> is_watched;
  for (int l = 0; l < n_layers; ++l) {
    Tensor const input = external(l);
    externals.push_back(input.defined() ? static_cast<int>(input.size(1)) : 0);
  }
  for (Node const& node : graph) {
    is_watched.push_back(monitors.looks_at(node.index));
    if (node.stores) state_shape[static_cast<std::size_t>(node.layer)] = node.in;
    for (int k = 0; k < node.n_states; ++k) state_shape[static_cast<std::size_t>(node.first_state + k)] = node.in;
  }
  Timetable all(std::move(graph), n_layers, stimulus, settings, externals, is_watched, live);
  if (all.dynamic() || settings.keep_state) {  // an operation, or the next run, may look at all that a layer remembers
    for (std::size_t l = 0; l < all.memory.size(); ++l) {
      all.memory[l] = std::max(all.memory[l], model_memory[l] + all.state_offset(static_cast<int>(l)));
    }
  }
  return all;
}

}  // namespace dynvision::run
