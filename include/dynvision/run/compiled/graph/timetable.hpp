// Timetable: when everything in a run happens, known before it starts.
//
//   index s, step t = s + offset        of a node; steps count from the first idle one, or from the oldest given state
//
// The nodes of layer l run `offset` steps ahead of those of the first layer. Without feedforward delays all
// offsets are 0. With them the run is retimed: a layer that is reached o steps later computes step s + o together with
// step s of the first layer, so that delays between layers vanish from the loop (docs/numerics.md). What is d steps ago
// in time is then d + offset(source) - offset(node) indices ago. A block is a range of indices within which nothing
// feeds back on itself, no signal appears or vanishes, and no state is detached.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/graph/node.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace dynvision::run {

struct Block {
  int first = 0, n = 0;  // indices [first, first + n)
};

class Timetable {
 public:
  std::vector<Node> nodes;
  int n_given =
      0;  // steps before the run, whose states it starts from (Settings::start): they are known, and none is computed
  int n_layers = 0, n_states = 0;  // states: the response of each layer, then named ones
  int n_steps = 0, idle = 0;       // steps: given and idle ones, and those that are recorded; idle: before these
  std::vector<int> layer_offset;   // [layer], and one more: of the head
  std::vector<int> memory;         // [state] indices that the past must hold
  std::vector<int> frame, age, frame_run;  // [step] what is shown; for how long; number of the run of equal frames
  int longest = 1;                         // indices in a block at most
  int first_index = 0, last_index = 0;     // [first,last) of the run
  std::vector<Block> blocks;
  std::vector<int> boundaries;  // steps before which all states are detached
  int static_nodes = 0;         // the static prefix: the first nodes, functions of the frame alone

  // `externals[layer]`: steps of external input, from the first recorded one. `live`: frames are shown while the run goes
  // on (show_next), one step after the other.
  [[gnu::cold]] Timetable(std::vector<Node> all, int layers, Stimulus const& stimulus, Settings const& settings,
                          std::vector<int> const& externals, std::vector<bool> const& watched, bool live = false);

  // Of a live run: what is shown at step t, for how long already.
  void show_next(int t, int shown, int frame_age);

  int offset(std::size_t node) const { return after_delay_[node] ? next_offset(nodes[node].layer) : own_offset(node); }
  int next_offset(int layer) const { return layer_offset[static_cast<std::size_t>(layer) + 1]; }
  int own_offset(std::size_t node) const { return layer_offset[static_cast<std::size_t>(nodes[node].layer)]; }
  int state_offset(int state) const {
    return state < n_layers ? layer_offset[static_cast<std::size_t>(state)] : offset(owner(state));
  }
  // The node that stores a named state.
  std::size_t owner(int state) const { return owner_[static_cast<std::size_t>(state - n_layers)]; }
  int step(std::size_t node, int index) const { return index + offset(node); }
  bool runs(std::size_t node, int index) const;
  // Indices between a state and its use at a node; the newest one, of an interpolated delay.
  int lag(std::size_t node, Source const& source) const;
  int feedforward_lag(int layer) const;
  bool has_signal(std::size_t node, int t) const;
  bool stored(int state, int t) const;
  bool stored_at(int state, int index) const;
  // Index of the state of its source that reaches a node at `index`; none: nothing arrives.
  std::optional<int> source_index(std::size_t node, int index) const;
  // Whether a state of its source reaches a node at step t, one at least of those of an interpolated delay.
  bool arrives(Node const& node, int t) const;
  // Whether a state leaves Delay, or one at least of those that leave DelayBy.
  bool hands_on(Node const& node, int t) const;
  // Whether a node has a result: has_signal, but of Delay what it stores, not what leaves it.
  bool has_result(std::size_t node, int t) const;
  // For an operation whose result is known only when it has run: what follows from it, within the step and later.
  void found(std::size_t node, int t, bool present);
  void found_state(int state, int t, bool present) {
    stored_[static_cast<std::size_t>(state)][static_cast<std::size_t>(t)] = present;
  }
  bool dynamic() const { return dynamic_; }
  // Whether a node is a role of the same pipeline as the node before it.
  bool joins_pipeline(std::size_t node) const;
  // Whether the solver's r is the result of its own pipeline one step before: it need not be read from memory.
  bool carries_state(std::size_t node) const;
  // Whether the state of step `of` carries a gradient to a use at step `at`.
  bool attached(int of, int at) const;

 private:
  void show(Stimulus const& stimulus, int first_age);

  [[gnu::cold]] void find_static_prefix(std::vector<bool> const& watched);

  // The earliest step at which the frame of step 0 can reach each layer; 0 for all where that would not do.
  [[gnu::cold]] void retime(std::vector<bool> const& watched, bool live);

  // Indices that can be computed at once; 0 if the order of computation would not do.
  int block_length() const;

  // Where there is a signal, from the rules of absence alone.
  void simulate(State const& start);
  void simulate_step(int t) { simulate(t, 0, frame[static_cast<std::size_t>(t)] != nothing); }
  void simulate(int t, std::size_t from, bool x);

  [[gnu::cold]] void cut();

  std::vector<int> externals_;      // [layer] steps of external input
  std::vector<std::size_t> owner_;  // [named state]
  std::vector<bool> after_delay_;
  std::vector<int> t_feedforward_;                   // [layer] whole steps
  std::vector<std::vector<bool>> present_, stored_;  // [node][step], [state][step]
  bool dynamic_ = false;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/graph/timetable.ipp>
#endif
