// Timetable: when everything in a run happens, known before it starts.
//
//   index s, step t = s + offset        of a node; steps count from the first idle one
//
// The nodes of layer l run `offset` steps ahead of those of the first layer. Without feedforward delays all
// offsets are 0. With them the run is retimed: a layer that is reached o steps later computes step s + o together with
// step s of the first layer, so that delays between layers vanish from the loop (docs/numerics.md). What is d steps ago
// in time is then d + offset(source) - offset(node) indices ago. A block is a range of indices within which nothing
// feeds back on itself, no signal appears or vanishes, and no state is detached.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/run/compiled/graph/node.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <vector>

namespace dynvision::run {

struct Block {
  int first = 0, n = 0;  // indices [first, first + n)
};

class Timetable {
 public:
  std::vector<Node> nodes;
  int n_layers = 0, n_steps = 0, idle = 0;  // steps: idle ones and those that are recorded
  std::vector<int> layer_offset;            // [layer], and one more: of the head
  std::vector<int> memory;                  // [layer] indices that the past must hold
  std::vector<int> frame, age, frame_run;   // [step] what is shown; for how long; number of the run of equal frames
  int longest = 1;                          // indices in a block at most
  int first_index = 0, last_index = 0;      // [first,last) of the run
  std::vector<Block> blocks;
  std::vector<int> boundaries;  // steps before which all states are detached
  int static_nodes = 0;         // the static prefix: the first nodes, functions of the frame alone

  // `externals[layer]`: steps of external input, from the first recorded one.
  [[gnu::cold]] Timetable(std::vector<Node> all, int layers, Stimulus const& stimulus, Settings const& settings,
                          std::vector<int> const& externals, std::vector<bool> const& watched)
      : nodes(std::move(all)),
        n_layers(layers),
        n_steps(settings.idle_timesteps + stimulus.n_timesteps()),
        idle(settings.idle_timesteps),
        externals_(externals) {
    show(stimulus);
    if (idle > 0) boundaries.push_back(idle);
    int const k = settings.truncated_bptt_timesteps;
    for (int t = k; k > 0 && t < stimulus.n_timesteps(); t += k) boundaries.push_back(idle + t);
    find_static_prefix(watched);
    retime(watched);
    simulate();
    cut();
  }

  int offset(std::size_t node) const { return after_delay_[node] ? next_offset(nodes[node].layer) : own_offset(node); }
  int next_offset(int layer) const { return layer_offset[static_cast<std::size_t>(layer) + 1]; }
  int own_offset(std::size_t node) const { return layer_offset[static_cast<std::size_t>(nodes[node].layer)]; }
  int step(std::size_t node, int index) const { return index + offset(node); }
  bool runs(std::size_t node, int index) const {
    int const t = step(node, index);
    return t >= 0 && t < n_steps;
  }
  // Indices between a state and its use at a node.
  int lag(std::size_t node, Source const& source) const {
    return source.delay + layer_offset[static_cast<std::size_t>(source.layer)] - offset(node);
  }
  int feedforward_lag(int layer) const {
    auto const l = static_cast<std::size_t>(layer);
    return t_feedforward_[l] + layer_offset[l] - layer_offset[l + 1];
  }
  bool has_signal(std::size_t node, int t) const {
    return t >= 0 && t < n_steps && present_[node][static_cast<std::size_t>(t)];
  }
  bool stored(int layer, int t) const {
    return t >= 0 && t < n_steps && stored_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(t)];
  }
  bool stored_at(int layer, int index) const {
    return stored(layer, index + layer_offset[static_cast<std::size_t>(layer)]);
  }
  // Index of the state of its source that reaches a node at `index`; none: nothing arrives.
  std::optional<int> source_index(std::size_t node, int index) const {
    Source const& source = nodes[node].source;
    if (!nodes[node].on) return std::nullopt;
    int const s = index - lag(node, source);
    return stored_at(source.layer, s) ? std::optional(s) : std::nullopt;
  }
  // Whether a node has a result: has_signal, but of Delay what it stores, not what leaves it.
  bool has_result(std::size_t node, int t) const {
    return nodes[node].stores ? stored(nodes[node].layer, t) : has_signal(node, t);
  }
  // For an operation whose result is known only when it has run: what follows from it within the step.
  void found(std::size_t node, int t, bool present) {
    present_[node][static_cast<std::size_t>(t)] = present;
    simulate(t, node + 1, present);
  }
  bool dynamic() const { return dynamic_; }
  // Whether a node is a role of the same pipeline as the node before it.
  bool joins_pipeline(std::size_t node) const {
    return node > 0 && node < nodes.size() && nodes[node].position > 0 && nodes[node].is_role &&
           nodes[node - 1].is_role && !nodes[node - 1].stores;
  }
  // Whether the solver's r is the result of its own pipeline one step before: it need not be read from memory.
  bool carries_state(std::size_t node) const {
    if (!nodes[node].evolves || nodes[node].source.stored) return false;
    while (joins_pipeline(node + 1)) ++node;
    return nodes[node].stores;
  }
  // Whether the state of step `of` carries a gradient to a use at step `at`.
  bool attached(int of, int at) const {
    if (of < idle) return false;
    return std::none_of(boundaries.begin(), boundaries.end(), [&](int b) { return of < b && b <= at; });
  }

 private:
  void show(Stimulus const& stimulus) {
    frame.assign(static_cast<std::size_t>(idle), blank);
    frame.insert(frame.end(), stimulus.shown.begin(), stimulus.shown.end());
    int run = -1;
    for (int t = 0; t < n_steps; ++t) {
      auto const i = static_cast<std::size_t>(t);
      bool const same = t > 0 && frame[i] == frame[i - 1];
      age.push_back(same && t != idle ? age.back() + 1 : 0);
      frame_run.push_back(same ? run : ++run);
    }
  }

  [[gnu::cold]] void find_static_prefix(std::vector<bool> const& watched) {
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

  // The earliest step at which the frame of step 0 can reach each layer; 0 for all where that would not do.
  [[gnu::cold]] void retime(std::vector<bool> const& watched) {
    auto const L = static_cast<std::size_t>(n_layers);
    std::vector<int> const none(L + 1, 0);
    std::vector<int> retimed = none;
    for (std::size_t l = 0; l < L; ++l) retimed[l + 1] = retimed[l] + t_feedforward_[l];
    bool possible = !dynamic_;
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
    memory.assign(L, 1);
    for (std::size_t p = 0; p < nodes.size(); ++p) {
      if (!nodes[p].on || nodes[p].source.layer < 0) continue;
      int& m = memory[static_cast<std::size_t>(nodes[p].source.layer)];
      m = std::max(m, lag(p, nodes[p].source));
    }
    for (std::size_t l = 0; l < L; ++l) memory[l] = std::max(memory[l], feedforward_lag(static_cast<int>(l)));
    for (std::size_t p = 0; p < nodes.size(); ++p) {  // what is handed on is looked at in the layer's own time
      int& m = memory[static_cast<std::size_t>(nodes[p].layer)];
      if (nodes[p].stores && watched[p]) m = std::max(m, nodes[p].t_feedforward);
    }
    first_index = -*std::max_element(layer_offset.begin(), layer_offset.end());
    last_index = n_steps;
  }

  // Indices that can be computed at once; 0 if the order of computation would not do.
  int block_length() const {
    int length = n_steps + *std::max_element(layer_offset.begin(), layer_offset.end());
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

  // Where there is a signal, from the rules of absence alone.
  void simulate() {
    auto const T = static_cast<std::size_t>(n_steps);
    present_.assign(nodes.size(), std::vector<bool>(T));
    stored_.assign(static_cast<std::size_t>(n_layers), std::vector<bool>(T));
    for (int t = 0; t < n_steps; ++t) simulate(t, 0, frame[static_cast<std::size_t>(t)] != nothing);
  }
  void simulate(int t, std::size_t from, bool x) {
    auto const now = static_cast<std::size_t>(t);
    for (std::size_t p = from; p < nodes.size(); ++p) {
      Node const& node = nodes[p];
      auto const l = static_cast<std::size_t>(node.layer);
      switch (node.presence) {
        case Presence::as_it_enters:
          break;
        case Presence::with_source:
          x = x || (node.on && stored(node.source.layer, t - node.source.delay));
          break;
        case Presence::with_external:
          x = x || (t >= idle && t - idle < externals_[l]);
          break;
        case Presence::always:
          x = true;
          break;
      }
      if (node.stores) {
        stored_[l][now] = x;
        if (node.t_feedforward > 0) x = stored(node.layer, t - node.t_feedforward);
      }
      present_[p][now] = x;
    }
  }

  [[gnu::cold]] void cut() {
    std::set<int> cuts{first_index, last_index};
    auto const at = [&](int s) {
      if (s > first_index && s < last_index) cuts.insert(s);
    };
    for (int const o : layer_offset) {
      at(-o);
      at(n_steps - o);
      for (int const b : boundaries) at(b - o);
    }
    for (std::size_t p = 0; p < nodes.size(); ++p) {
      if (nodes[p].presence == Presence::with_external) {
        at(idle - offset(p));
        at(idle + externals_[static_cast<std::size_t>(nodes[p].layer)] - offset(p));
      }
      for (int t = 1; t < n_steps; ++t) {
        if (has_signal(p, t) != has_signal(p, t - 1)) at(t - offset(p));
        Node const& node = nodes[p];
        if (!node.on || node.source.layer < 0 || node.evolves) continue;
        int const u = t - node.source.delay;
        if (stored(node.source.layer, u) != stored(node.source.layer, u - 1)) at(t - offset(p));
      }
    }
    for (int t = 1; t < n_steps; ++t) {
      auto const run = [&](int u) { return frame_run[static_cast<std::size_t>(u)]; };
      bool const new_frame = run(t) != run(t - 1);
      bool const stayed = t > 1 && run(t - 1) == run(t - 2), stays = t + 1 < n_steps && run(t) == run(t + 1);
      if (new_frame && (stayed || stays)) at(t);  // frames that change with every step go together
    }
    for (auto it = cuts.begin(); std::next(it) != cuts.end(); ++it) {
      for (int s = *it; s < *std::next(it); s += longest) blocks.push_back({s, std::min(longest, *std::next(it) - s)});
    }
  }

  std::vector<int> externals_;  // [layer] steps of external input
  std::vector<bool> after_delay_;
  std::vector<int> t_feedforward_;                   // [layer]
  std::vector<std::vector<bool>> present_, stored_;  // [node][step], [layer][step]
  bool dynamic_ = false;
};

}  // namespace dynvision::run
