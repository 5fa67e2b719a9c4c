// Retiming, presence of signals, and blocks.
#pragma once
#include <dynvision/run/compiled/graph/timetable.hpp>
#include <dynvision/run/start.hpp>

#include <limits>
#include <set>

namespace dynvision::run {

DYNVISION_INLINE Timetable::Timetable(std::vector<Node> all, int layers, Stimulus const& stimulus,
                                      Settings const& settings, std::vector<int> const& externals,
                                      std::vector<bool> const& watched, bool live)
    : nodes(std::move(all)), n_layers(layers), externals_(externals) {
  for (Node const& node : nodes) owner_.insert(owner_.end(), static_cast<std::size_t>(node.n_states), node.index);
  n_states = n_layers + static_cast<int>(owner_.size());
  for (LayerState const& one : settings.start.layers) n_given = std::max(n_given, static_cast<int>(one.past.size()));
  idle = n_given + settings.idle_timesteps;
  n_steps = idle + stimulus.n_timesteps();
  show(stimulus, settings.idle_timesteps > 0 ? 0 : age_of_first_frame(settings.start, stimulus));
  if (settings.idle_timesteps > 0) boundaries.push_back(idle);
  int const k = settings.truncated_bptt_timesteps;
  for (int t = k; k > 0 && t <= stimulus.n_timesteps(); t += k) boundaries.push_back(idle + t);
  find_static_prefix(watched);
  retime(watched, live);
  simulate(settings.start);
  cut();
}

DYNVISION_INLINE bool Timetable::runs(std::size_t node, int index) const {
  int const t = step(node, index);
  return t >= n_given && t < n_steps;
}

DYNVISION_INLINE int Timetable::lag(std::size_t node, Source const& source) const {
  return source.delay + state_offset(source.layer) - offset(node);
}

DYNVISION_INLINE int Timetable::feedforward_lag(int layer) const {
  auto const l = static_cast<std::size_t>(layer);
  return t_feedforward_[l] + layer_offset[l] - layer_offset[l + 1];
}

DYNVISION_INLINE bool Timetable::has_signal(std::size_t node, int t) const {
  return t >= 0 && t < n_steps && present_[node][static_cast<std::size_t>(t)];
}

DYNVISION_INLINE bool Timetable::stored(int state, int t) const {
  return t >= 0 && t < n_steps && stored_[static_cast<std::size_t>(state)][static_cast<std::size_t>(t)];
}

DYNVISION_INLINE bool Timetable::stored_at(int state, int index) const {
  return stored(state, index + state_offset(state));
}

DYNVISION_INLINE std::optional<int> Timetable::source_index(std::size_t node, int index) const {
  Source const& source = nodes[node].source;
  if (!nodes[node].on) return std::nullopt;
  int const s = index - lag(node, source);
  return stored_at(source.layer, s) ? std::optional(s) : std::nullopt;
}

DYNVISION_INLINE bool Timetable::arrives(Node const& node, int t) const {
  for (int k = 0; node.on && k <= node.source.span; ++k) {
    if (stored(node.source.layer, t - node.source.delay - k)) return true;
  }
  return false;
}

DYNVISION_INLINE bool Timetable::hands_on(Node const& node, int t) const {
  for (int k = 0; k <= node.feedforward_span; ++k) {
    if (stored(node.layer, t - node.t_feedforward - k)) return true;
  }
  return false;
}

DYNVISION_INLINE bool Timetable::has_result(std::size_t node, int t) const {
  return nodes[node].stores ? stored(nodes[node].layer, t) : has_signal(node, t);
}

DYNVISION_INLINE void Timetable::found(std::size_t node, int t, bool present) {
  auto const now = static_cast<std::size_t>(t);
  if (present_[node][now] == present) return;  // as it was taken to be, or as it was when a segment ran before
  present_[node][now] = present;
  simulate(t, node + 1, present);
  for (int later = t + 1; later < n_steps; ++later) simulate_step(later);
}

DYNVISION_INLINE bool Timetable::joins_pipeline(std::size_t node) const {
  return node > 0 && node < nodes.size() && nodes[node].position > 0 && nodes[node].is_role &&
         nodes[node - 1].is_role && !nodes[node - 1].stores;
}

DYNVISION_INLINE bool Timetable::carries_state(std::size_t node) const {
  if (!nodes[node].evolves || nodes[node].source.stored) return false;
  while (joins_pipeline(node + 1)) ++node;
  return nodes[node].stores;
}

DYNVISION_INLINE bool Timetable::attached(int of, int at) const {
  if (of >= n_given && of < idle) return false;
  return std::none_of(boundaries.begin(), boundaries.end(), [&](int b) { return of < b && b <= at; });
}

DYNVISION_INLINE void Timetable::show(Stimulus const& stimulus, int first_age) {
  frame.assign(static_cast<std::size_t>(n_given), nothing);
  frame.resize(static_cast<std::size_t>(idle), blank);
  frame.insert(frame.end(), stimulus.shown.begin(), stimulus.shown.end());
  int run = -1;
  for (int t = 0; t < n_steps; ++t) {
    auto const i = static_cast<std::size_t>(t);
    bool const same = t > 0 && t != n_given && frame[i] == frame[i - 1];
    age.push_back(t == n_given ? first_age : (same && t != idle ? age.back() + 1 : 0));
    frame_run.push_back(same ? run : ++run);
  }
}

DYNVISION_INLINE void Timetable::show_next(int t, int shown, int frame_age) {
  auto const i = static_cast<std::size_t>(t);
  bool const same = t > n_given && shown == frame[i - 1];
  frame[i] = shown, age[i] = frame_age;
  frame_run[i] = t == 0 ? 0 : frame_run[i - 1] + (same ? 0 : 1);
  simulate_step(t);
}

DYNVISION_INLINE void Timetable::find_static_prefix(std::vector<bool> const& watched) {
  after_delay_.assign(nodes.size(), false);
  t_feedforward_.assign(static_cast<std::size_t>(n_layers), 0);
  bool in_prefix = true, after = false;
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    Node const& node = nodes[p];
    if (node.position == 0) after = false;
    after_delay_[p] = after;
    if (node.stores) {
      after = true;
      t_feedforward_[static_cast<std::size_t>(node.layer)] = node.t_feedforward;
    }
    if (node.is_stepwise) dynamic_ = true;
    in_prefix = in_prefix && node.is_static && !watched[p];
    if (in_prefix) ++static_nodes;
  }
  // A pipeline is in it as a whole, or not at all.
  while (joins_pipeline(static_cast<std::size_t>(static_nodes))) --static_nodes;
}

DYNVISION_INLINE void Timetable::retime(std::vector<bool> const& watched, bool live) {
  auto const L = static_cast<std::size_t>(n_layers);
  std::vector<int> const none(L + 1, 0);
  std::vector<int> retimed = none;
  for (std::size_t l = 0; l < L; ++l) retimed[l + 1] = retimed[l] + t_feedforward_[l];
  bool possible = !dynamic_ && !live;
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    if (after_delay_[p] && nodes[p].sees_time) possible = false;
  }
  for (std::size_t l = 1; l < L; ++l) {  // a skip may be faster
    for (Node const& node : nodes) {
      if (node.layer != static_cast<int>(l) || !node.on || node.source.layer < 0 || node.evolves) continue;
      auto const from = static_cast<std::size_t>(node.source.layer);
      if (from < l) retimed[l] = std::min(retimed[l], retimed[from] + node.source.delay);
    }
    retimed[l + 1] = retimed[l] + t_feedforward_[l];
  }
  layer_offset = none;
  longest = block_length();
  if (possible && retimed != none) {
    int const before = longest;
    layer_offset = retimed;
    longest = block_length();
    if (longest < before) layer_offset = none, longest = before;
  }
  if (live) longest = std::min(longest, 1);
  memory.assign(static_cast<std::size_t>(n_states), 1);
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    if (!nodes[p].on || nodes[p].source.layer < 0) continue;
    int& m = memory[static_cast<std::size_t>(nodes[p].source.layer)];
    m = std::max(m, lag(p, nodes[p].source) + nodes[p].source.span);
  }
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    Node const& node = nodes[p];
    if (!node.stores) continue;
    // What is handed on is looked at in the layer's own time.
    int const n = std::max(feedforward_lag(node.layer), watched[p] ? node.t_feedforward : 0) + node.feedforward_span;
    int& m = memory[static_cast<std::size_t>(node.layer)];
    m = std::max(m, n);
  }
  first_index = n_given - *std::max_element(layer_offset.begin(), layer_offset.end());
  last_index = n_steps;
}

DYNVISION_INLINE int Timetable::block_length() const {
  int length = n_steps - n_given + *std::max_element(layer_offset.begin(), layer_offset.end());
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    Node const& node = nodes[p];
    if (node.is_stepwise) return 1;
    if (!node.on || node.source.layer < 0) continue;
    int const n = lag(p, node.source);
    if (node.source.stored) {
      if (n < 0) return 0;
    } else if (!carries_state(p)) {
      length = std::min(length, n);
    }
  }
  return std::max(length, 0);
}

DYNVISION_INLINE void Timetable::simulate(State const& start) {
  auto const T = static_cast<std::size_t>(n_steps);
  present_.assign(nodes.size(), std::vector<bool>(T));
  stored_.assign(static_cast<std::size_t>(n_states), std::vector<bool>(T));
  for (std::size_t l = 0; l < start.layers.size(); ++l) {
    std::vector<Signal> const& past = start.layers[l].past;
    std::size_t const before = static_cast<std::size_t>(n_given) - past.size();
    for (std::size_t i = 0; i < past.size(); ++i) stored_[l][before + i] = past[i].defined();
  }
  for (int t = n_given; t < n_steps; ++t) simulate_step(t);
}

DYNVISION_INLINE void Timetable::simulate(int t, std::size_t from, bool x) {
  auto const now = static_cast<std::size_t>(t);
  for (std::size_t p = from; p < nodes.size(); ++p) {
    Node const& node = nodes[p];
    auto const l = static_cast<std::size_t>(node.layer);
    switch (node.presence) {
      case Presence::as_it_enters:
        break;
      case Presence::with_source:
        x = x || arrives(node, t);
        break;
      case Presence::with_external:
        x = x || (t >= idle && t - idle < externals_[l]);
        break;
      case Presence::always:
        x = true;
        break;
      case Presence::never:
        x = false;
        break;
    }
    if (node.stores) {
      stored_[l][now] = x;
      x = hands_on(node, t);
    }
    present_[p][now] = x;
    for (int k = 0; k < node.n_states; ++k) stored_[static_cast<std::size_t>(node.first_state + k)][now] = x;
  }
}

DYNVISION_INLINE void Timetable::cut() {
  std::set<int> cuts{first_index, last_index};
  auto const at = [&](int s) {
    if (s > first_index && s < last_index) cuts.insert(s);
  };
  for (int const o : layer_offset) {
    at(n_given - o);
    at(n_steps - o);
    for (int const b : boundaries) at(b - o);
  }
  for (std::size_t p = 0; p < nodes.size(); ++p) {
    if (nodes[p].presence == Presence::with_external) {
      at(idle - offset(p));
      at(idle + externals_[static_cast<std::size_t>(nodes[p].layer)] - offset(p));
    }
    for (int t = n_given + 1; t < n_steps; ++t) {
      if (has_signal(p, t) != has_signal(p, t - 1)) at(t - offset(p));
      Node const& node = nodes[p];
      if (node.stores) {  // what the next layer gets
        for (int u = t - node.t_feedforward, k = 0; k <= node.feedforward_span; ++k, --u) {
          if (stored(node.layer, u) == stored(node.layer, u - 1)) continue;
          at(t - next_offset(node.layer));
          if (node.feedforward_span > 0) at(t - offset(p));  // where it is looked at
        }
      }
      if (!node.on || node.source.layer < 0 || node.evolves) continue;
      for (int u = t - node.source.delay, k = 0; k <= node.source.span; ++k, --u) {
        if (stored(node.source.layer, u) != stored(node.source.layer, u - 1)) at(t - offset(p));
      }
    }
  }
  for (int t = n_given + 1; t < n_steps; ++t) {
    auto const run = [&](int u) { return frame_run[static_cast<std::size_t>(u)]; };
    bool const new_frame = run(t) != run(t - 1);
    bool const stayed = t > n_given + 1 && run(t - 1) == run(t - 2), stays = t + 1 < n_steps && run(t) == run(t + 1);
    if (new_frame && (stayed || stays)) at(t);  // frames that change with every step go together
  }
  for (auto it = cuts.begin(); std::next(it) != cuts.end(); ++it) {
    for (int s = *it; s < *std::next(it); s += longest) blocks.push_back({s, std::min(longest, *std::next(it) - s)});
  }
}

}  // namespace dynvision::run
