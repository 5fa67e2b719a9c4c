// Timetable: when everything in a run happens, known before it starts.
//
//   index s, step t = s + offset        of a place; steps count from the first idle one
//
// The places of layer l run `offset` steps ahead of those of the first layer. Without feedforward delays all
// offsets are 0. With them the run is retimed: a layer that is reached o steps later computes step s + o together with
// step s of the first layer, so that delays between layers vanish from the loop (docs/numerics.md). What is d steps ago
// in time is then d + offset(source) - offset(place) indices ago. A block is a range of indices within which nothing
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
  std::vector<Node> places;
  int n_layers = 0, n_steps = 0, idle = 0;  // steps: idle ones and those that are recorded
  std::vector<int> layer_offset;            // [layer], and one more: of the head
  std::vector<int> memory;                  // [layer] indices that the past must hold
  std::vector<int> frame, age, frame_run;   // [step] what is shown; for how long; number of the run of equal frames
  int longest = 1;                          // indices in a block at most
  int first_index = 0, last_index = 0;      // [first,last) of the run
  std::vector<Block> blocks;
  std::vector<int> boundaries;  // steps before which all states are detached
  int static_places = 0;        // leading places that are functions of the frame alone

  // `externals[layer]`: steps of external input, from the first recorded one.
  [[gnu::cold]] Timetable(std::vector<Node> all, int layers, Stimulus const& stimulus, Settings const& settings,
                          std::vector<int> const& externals, std::vector<bool> const& watched)
      : places(std::move(all)),
        n_layers(layers),
        n_steps(settings.idle_timesteps + stimulus.n_timesteps()),
        idle(settings.idle_timesteps),
        externals_(externals) {
    show(stimulus);
    if (idle > 0) boundaries.push_back(idle);
    int const k = settings.truncated_bptt_timesteps;
    for (int t = k; k > 0 && t < stimulus.n_timesteps(); t += k) boundaries.push_back(idle + t);
    leading_places(watched);
    retime(watched);
    simulate();
    cut();
  }

  int offset(std::size_t place) const {
    return after_delay_[place] ? next_offset(places[place].layer) : own_offset(place);
  }
  int next_offset(int layer) const { return layer_offset[static_cast<std::size_t>(layer) + 1]; }
  int own_offset(std::size_t place) const { return layer_offset[static_cast<std::size_t>(places[place].layer)]; }
  int step(std::size_t place, int index) const { return index + offset(place); }
  bool runs(std::size_t place, int index) const {
    int const t = step(place, index);
    return t >= 0 && t < n_steps;
  }
  // Indices between a state and its use at a place.
  int lag(std::size_t place, Source const& source) const {
    return source.delay + layer_offset[static_cast<std::size_t>(source.layer)] - offset(place);
  }
  int feedforward_lag(int layer) const {
    auto const l = static_cast<std::size_t>(layer);
    return t_feedforward_[l] + layer_offset[l] - layer_offset[l + 1];
  }
  bool leaves(std::size_t place, int t) const {
    return t >= 0 && t < n_steps && present_[place][static_cast<std::size_t>(t)];
  }
  bool stored(int layer, int t) const {
    return t >= 0 && t < n_steps && stored_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(t)];
  }
  bool stored_at(int layer, int index) const {
    return stored(layer, index + layer_offset[static_cast<std::size_t>(layer)]);
  }
  // Index of the state of its source that reaches a place at `index`; none: nothing arrives.
  std::optional<int> arriving(std::size_t place, int index) const {
    Source const& source = places[place].source;
    if (!places[place].on) return std::nullopt;
    int const s = index - lag(place, source);
    return stored_at(source.layer, s) ? std::optional(s) : std::nullopt;
  }
  // Whether the signal is there at the end of a place, for Delay: what it stores.
  bool arrives(std::size_t place, int t) const {
    return places[place].kind == NodeKind::delay ? stored(places[place].layer, t) : leaves(place, t);
  }
  // For an operation whose result is known only when it has run: what follows from it within the step.
  void found(std::size_t place, int t, bool present) {
    present_[place][static_cast<std::size_t>(t)] = present;
    simulate(t, place + 1, present);
  }
  bool dynamic() const { return dynamic_; }
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

  [[gnu::cold]] void leading_places(std::vector<bool> const& watched) {
    after_delay_.assign(places.size(), false);
    t_feedforward_.assign(static_cast<std::size_t>(n_layers), 0);
    bool leading = true, after = false;
    for (std::size_t p = 0; p < places.size(); ++p) {
      Node const& place = places[p];
      if (place.position == 0) after = false;
      after_delay_[p] = after;
      if (place.kind == NodeKind::delay) {
        after = true;
        t_feedforward_[static_cast<std::size_t>(place.layer)] = place.t_feedforward;
      }
      if (place.kind == NodeKind::moment) dynamic_ = true;
      bool const depends_on_frame_alone = place.kind == NodeKind::convolution || place.kind == NodeKind::max_pool ||
                                          place.kind == NodeKind::batch || place.kind == NodeKind::map ||
                                          (place.kind == NodeKind::scale && !place.on);
      leading = leading && depends_on_frame_alone && !watched[p];
      if (leading) ++static_places;
    }
    auto const joined = [&](std::size_t p) {  // to the place before, in one pipeline
      return p > 0 && p < places.size() && places[p].position > 0 && in_pipeline(places[p].kind) &&
             in_pipeline(places[p - 1].kind) && places[p - 1].kind != NodeKind::delay;
    };
    while (joined(static_cast<std::size_t>(static_places))) --static_places;
  }

  // The earliest step at which the frame of step 0 can reach each layer; 0 for all where that would not do.
  [[gnu::cold]] void retime(std::vector<bool> const& watched) {
    auto const L = static_cast<std::size_t>(n_layers);
    std::vector<int> const none(L + 1, 0);
    std::vector<int> retimed = none;
    for (std::size_t l = 0; l < L; ++l) retimed[l + 1] = retimed[l] + t_feedforward_[l];
    bool possible = !dynamic_;
    for (std::size_t p = 0; p < places.size(); ++p) {
      bool const sees_time =
          (in_pipeline(places[p].kind) && places[p].kind != NodeKind::map) || places[p].kind == NodeKind::zero;
      if (after_delay_[p] && (sees_time || places[p].kind == NodeKind::meeting)) possible = false;
    }
    for (std::size_t l = 1; l < L; ++l) {  // a skip may be faster
      for (Node const& place : places) {
        if (place.layer != static_cast<int>(l) || !place.on || place.source.layer < 0 || place.kind == NodeKind::step)
          continue;
        auto const from = static_cast<std::size_t>(place.source.layer);
        if (from < l) retimed[l] = std::min(retimed[l], retimed[from] + place.source.delay);
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
    for (std::size_t p = 0; p < places.size(); ++p) {
      if (!places[p].on || places[p].source.layer < 0) continue;
      int& m = memory[static_cast<std::size_t>(places[p].source.layer)];
      m = std::max(m, lag(p, places[p].source));
    }
    for (std::size_t l = 0; l < L; ++l) memory[l] = std::max(memory[l], feedforward_lag(static_cast<int>(l)));
    for (std::size_t p = 0; p < places.size(); ++p) {  // what is handed on is looked at in the layer's own time
      int& m = memory[static_cast<std::size_t>(places[p].layer)];
      if (places[p].kind == NodeKind::delay && watched[p]) m = std::max(m, places[p].t_feedforward);
    }
    first_index = -*std::max_element(layer_offset.begin(), layer_offset.end());
    last_index = n_steps;
  }

  // Indices that can be computed at once; 0 if the order of computation would not do.
  int block_length() const {
    int length = n_steps + *std::max_element(layer_offset.begin(), layer_offset.end());
    for (std::size_t p = 0; p < places.size(); ++p) {
      Node const& place = places[p];
      if (place.kind == NodeKind::moment) return 1;
      if (!place.on || place.source.layer < 0) continue;
      int const n = lag(p, place.source);
      if (place.source.stored) {
        if (n < 0) return 0;
      } else if (place.kind == NodeKind::step) {
        if (!ends_in_delay(p)) length = std::min(length, n);
      } else {
        length = std::min(length, n);
      }
    }
    return std::max(length, 0);
  }

  bool ends_in_delay(std::size_t p) const {  // of the pipeline that the place belongs to
    while (p < places.size() && in_pipeline(places[p].kind)) {
      if (places[p].kind == NodeKind::delay) return true;
      ++p;
      if (p < places.size() && places[p].position == 0) return false;
    }
    return false;
  }

  // Where there is a signal, from the rules of absence alone.
  void simulate() {
    auto const T = static_cast<std::size_t>(n_steps);
    present_.assign(places.size(), std::vector<bool>(T));
    stored_.assign(static_cast<std::size_t>(n_layers), std::vector<bool>(T));
    for (int t = 0; t < n_steps; ++t) simulate(t, 0, frame[static_cast<std::size_t>(t)] != nothing);
  }
  void simulate(int t, std::size_t from, bool x) {
    auto const now = static_cast<std::size_t>(t);
    for (std::size_t p = from; p < places.size(); ++p) {
      Node const& place = places[p];
      auto const l = static_cast<std::size_t>(place.layer);
      if (place.kind == NodeKind::lateral || place.kind == NodeKind::incoming || place.kind == NodeKind::meeting) {
        x = x || (place.on && stored(place.source.layer, t - place.source.delay));
      } else if (place.kind == NodeKind::external) {
        x = x || (t >= idle && t - idle < externals_[l]);
      } else if (place.kind == NodeKind::bias || place.kind == NodeKind::zero) {
        x = true;
      } else if (place.kind == NodeKind::delay) {
        stored_[l][now] = x;
        if (place.t_feedforward > 0) x = stored(place.layer, t - place.t_feedforward);
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
    for (std::size_t p = 0; p < places.size(); ++p) {
      if (places[p].kind == NodeKind::external) {
        at(idle - offset(p));
        at(idle + externals_[static_cast<std::size_t>(places[p].layer)] - offset(p));
      }
      for (int t = 1; t < n_steps; ++t) {
        if (leaves(p, t) != leaves(p, t - 1)) at(t - offset(p));
        Node const& place = places[p];
        if (!place.on || place.source.layer < 0 || place.kind == NodeKind::step) continue;
        int const u = t - place.source.delay;
        if (stored(place.source.layer, u) != stored(place.source.layer, u - 1)) at(t - offset(p));
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
  std::vector<std::vector<bool>> present_, stored_;  // [place][step], [layer][step]
  bool dynamic_ = false;
};

}  // namespace dynvision::run
