// covers: run/compiled/graph/node.hpp
// The timetable of random graphs, against a simulation that goes step by step: presence, offsets, blocks, what a state is
// attached to. A signal is known here by the layer and the step whose state it is.
#include <dynvision/run/compiled/graph/timetable.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <array>
#include <map>
#include <string>

using namespace dynvision;
using namespace dynvision::run;
using laws::Dice;

namespace {

struct Graph {
  std::vector<Node> nodes;
  int n_layers = 0;
  Stimulus stimulus;
  Settings settings;
  std::vector<int> externals;  // [layer] steps of external input
  std::vector<bool> watched;   // [node]

  Timetable table() const { return {nodes, n_layers, stimulus, settings, externals, watched}; }
  int n_steps() const { return settings.idle_timesteps + stimulus.n_timesteps(); }
  int shown(int t) const {  // at a step, idle ones counted
    int const idle = settings.idle_timesteps;
    return t < idle ? blank : stimulus.shown[static_cast<std::size_t>(t - idle)];
  }
};

// --- graphs as models make them

struct Maker {
  Dice& dice;
  Graph graph{};
  int layer = 0, position = 0;

  Node& add() {
    Node node{.index = graph.nodes.size(), .layer = layer, .position = position++};
    graph.nodes.push_back(node);
    return graph.nodes.back();
  }
  void convolution() { add().is_static = true; }
  void map() {
    Node& node = add();
    node.is_role = node.is_static = true;
  }
  void bias() {
    Node& node = add();
    node.is_role = node.sees_time = true;
    node.presence = Presence::always;
  }
  void external() {
    Node& node = add();
    node.is_role = node.sees_time = true;
    node.presence = Presence::with_external;
  }
  // From layer `from`; whether that layer has stored its state of the step before this place is reached.
  void arrival(int from, int delay, bool stored) {
    Node& node = add();
    node.is_role = dice.between(0, 4) > 0;
    node.sees_time = true;
    node.presence = Presence::with_source;
    node.on = dice.between(0, 5) > 0;
    node.source = {from, delay, stored, dice.between(0, 3) == 0 ? dice.between(1, 3) : 0};
  }
  void solver(bool stored) {
    Node& node = add();
    node.is_role = node.sees_time = node.evolves = true;
    node.source = {layer, stored ? 0 : 1, stored};
  }
  void record() {
    Node& node = add();
    node.is_role = node.sees_time = node.records = true;
  }
  void delay(int t_feedforward) {
    Node& node = add();
    node.is_role = node.stores = true;
    node.t_feedforward = t_feedforward;
  }
  void stepwise() {
    Node& node = add();
    node.is_stepwise = node.sees_time = true;
  }
};

Graph draw(Dice& dice, bool stepwise) {
  Maker make{dice};
  Graph& graph = make.graph;
  int const L = graph.n_layers = dice.between(1, 4);
  bool const biological = dice.coin();
  auto const some_delay = [&](int least) { return dice.between(least, 5); };
  for (int l = 0; l < L; ++l) {
    make.layer = l, make.position = 0;
    if (l == 0 && dice.coin()) make.map();
    if (dice.between(0, 4) == 0) make.arrival(l, some_delay(1), false);  // recurrence at the input
    if (dice.between(0, 5) > 0) make.convolution();
    if (dice.between(0, 5) == 0) make.external();
    if (dice.coin()) make.arrival(l, some_delay(1), false);
    if (dice.between(0, 7) == 0) make.bias();
    if (l > 0 && dice.coin()) make.arrival(dice.between(0, l - 1), some_delay(0), true);
    if (l + 1 < L && dice.coin()) make.arrival(dice.between(l + 1, L - 1), some_delay(1), false);
    if (stepwise && dice.between(0, 2) == 0) make.stepwise();
    bool const stores_first = dice.between(0, 9) == 0, evolves = dice.between(0, 4) > 0;
    if (evolves && !stores_first) make.solver(false);
    if (dice.coin()) make.map();
    if (!stores_first) make.record();
    make.delay(biological ? dice.between(0, 3) : 0);
    if (stores_first) make.record();
    if (evolves && stores_first) make.solver(true);
    if (dice.coin()) make.convolution();  // a pooling
  }
  int const T = dice.between(1, 14), frames = dice.between(1, 3);
  bool const still = dice.coin();
  for (int t = 0; t < T; ++t) {
    graph.stimulus.shown.push_back(still ? 0 : dice.between(dice.coin() ? run::nothing : run::blank, frames - 1));
  }
  if (dice.coin()) {
    for (int t = 0; t < std::min(T, dice.between(0, 4)); ++t) {
      graph.stimulus.shown[static_cast<std::size_t>(t)] = run::nothing;
    }
  }
  graph.settings.idle_timesteps = dice.coin() ? dice.between(1, 5) : 0;
  graph.settings.truncated_bptt_timesteps = dice.coin() ? dice.between(1, 6) : 0;
  for (int l = 0; l < L; ++l) graph.externals.push_back(dice.between(0, T));
  for (std::size_t p = 0; p < graph.nodes.size(); ++p) graph.watched.push_back(dice.between(0, 5) == 0);
  return graph;
}

std::string text(Graph const& graph) {
  std::string all;
  for (Node const& node : graph.nodes) {
    if (node.position == 0) all += "\n";
    all += node.stores    ? " delay " + std::to_string(node.t_feedforward)
           : node.evolves ? " step"
           : node.source.layer >= 0
               ? " from " + std::to_string(node.source.layer) + " " + std::to_string(node.source.delay) +
                     (node.source.span > 0 ? "+" + std::to_string(node.source.span) : "")
           : node.is_stepwise ? " stepwise"
           : node.records     ? " record"
           : node.is_static   ? " static"
                              : " other";
  }
  all += "\n shown";
  for (int const frame : graph.stimulus.shown) all += " " + std::to_string(frame);
  return all + "\n idle " + std::to_string(graph.settings.idle_timesteps) + ", truncated " +
         std::to_string(graph.settings.truncated_bptt_timesteps);
}

// --- the same, step by step

struct Simulation {
  std::vector<std::vector<bool>> leaves;  // [step][node]
  std::vector<std::vector<bool>> stored;  // [step][layer]
  std::vector<std::vector<bool>> came;    // [step][node] whether something arrived from its source

  explicit Simulation(Graph const& graph, std::vector<std::vector<bool>> const& stepwise = {}) {
    for (int t = 0; t < graph.n_steps(); ++t) {
      auto const now = static_cast<std::size_t>(t);
      leaves.emplace_back(graph.nodes.size());
      came.emplace_back(graph.nodes.size());
      stored.emplace_back(static_cast<std::size_t>(graph.n_layers));
      bool x = graph.shown(t) != nothing;
      for (std::size_t p = 0; p < graph.nodes.size(); ++p) {
        Node const& node = graph.nodes[p];
        auto const l = static_cast<std::size_t>(node.layer);
        bool const has_source = node.source.layer >= 0 && node.on;
        for (int k = 0; has_source && k <= node.source.span; ++k) {
          if (state(node.source.layer, t - node.source.delay - k)) came[now][p] = true;
        }
        if (node.presence == Presence::with_source) x = x || came[now][p];
        int const recorded = t - graph.settings.idle_timesteps;
        if (node.presence == Presence::with_external) x = x || (recorded >= 0 && recorded < graph.externals[l]);
        if (node.presence == Presence::always) x = true;
        if (!stepwise.empty() && node.is_stepwise) x = stepwise[now][p];
        if (node.stores) {
          stored[now][l] = x;
          if (node.t_feedforward > 0) x = state(node.layer, t - node.t_feedforward);
        }
        leaves[now][p] = x;
      }
    }
  }
  bool state(int layer, int t) const {
    return t >= 0 && t < static_cast<int>(stored.size()) &&
           stored[static_cast<std::size_t>(t)][static_cast<std::size_t>(layer)];
  }
};

// Whether a gradient goes from a state to a later use of it: no detachment in between.
bool attached(Graph const& graph, int of, int at) {
  int const idle = graph.settings.idle_timesteps, k = graph.settings.truncated_bptt_timesteps;
  if (of < idle) return false;     // without a gradient at all
  for (int t = of; t < at; ++t) {  // after step t
    if (k > 0 && (t - idle + 1) % k == 0) return false;
  }
  return true;
}

void compare(Graph const& graph) {
  Timetable const table = graph.table();
  Simulation const expected(graph);
  int const T = graph.n_steps();
  REQUIRE(table.n_steps == T);
  REQUIRE(table.idle == graph.settings.idle_timesteps);

  // Presence.
  for (int t = 0; t < T; ++t) {
    CAPTURE(t);
    auto const now = static_cast<std::size_t>(t);
    for (std::size_t p = 0; p < graph.nodes.size(); ++p) {
      CAPTURE(p);
      Node const& node = graph.nodes[p];
      REQUIRE(table.has_signal(p, t) == expected.leaves[now][p]);
      bool const result = node.stores ? expected.state(node.layer, t) : expected.leaves[now][p];
      REQUIRE(table.has_result(p, t) == result);
    }
    for (int l = 0; l < graph.n_layers; ++l) REQUIRE(table.stored(l, t) == expected.state(l, t));
  }
  for (int const t : {-3, -1, T, T + 2}) {  // where there is no step there is no signal
    for (int l = 0; l < graph.n_layers; ++l) REQUIRE_FALSE(table.stored(l, t));
    for (std::size_t p = 0; p < graph.nodes.size(); ++p) REQUIRE_FALSE(table.has_signal(p, t));
  }

  // What is shown.
  int age = 0;
  for (int t = 0; t < T; ++t) {
    auto const i = static_cast<std::size_t>(t);
    REQUIRE(table.frame[i] == graph.shown(t));
    bool const same = t > 0 && graph.shown(t) == graph.shown(t - 1);
    age = same && t != table.idle ? age + 1 : 0;  // the first recorded step starts again
    REQUIRE(table.age[i] == age);
    if (t > 0) REQUIRE((table.frame_run[i] == table.frame_run[i - 1]) == same);
  }

  // Attachment.
  for (int of = 0; of < T; ++of) {
    for (int at = of; at < T; ++at) {
      CAPTURE(of, at);
      REQUIRE(table.attached(of, at) == attached(graph, of, at));
    }
  }

  // Blocks: one after the other, over everything.
  REQUIRE_FALSE(table.blocks.empty());
  REQUIRE(table.blocks.front().first == table.first_index);
  REQUIRE(table.blocks.back().first + table.blocks.back().n == table.last_index);
  for (std::size_t b = 0; b < table.blocks.size(); ++b) {
    REQUIRE(table.blocks[b].n >= 1);
    REQUIRE(table.blocks[b].n <= table.longest);
    if (b > 0) REQUIRE(table.blocks[b].first == table.blocks[b - 1].first + table.blocks[b - 1].n);
  }

  // In the order in which blocks are computed, each node for all indices of a block at once, everything happens once, and what
  // a node needs is there.
  std::map<std::pair<int, int>, int> states;  // (layer, step) -> index under which it was stored
  std::vector<std::vector<int>> times(graph.nodes.size(), std::vector<int>(static_cast<std::size_t>(T)));
  for (Block const& block : table.blocks) {
    CAPTURE(block.first, block.n);
    for (std::size_t p = 0; p < graph.nodes.size(); ++p) {
      CAPTURE(p);
      Node const& node = graph.nodes[p];
      bool const runs = table.runs(p, block.first);
      for (int i = 0; i < block.n; ++i) {
        int const index = block.first + i, t = table.step(p, index);
        CAPTURE(index, t);
        REQUIRE(table.runs(p, index) == runs);  // a node runs in all of a block or in none
        if (!runs) continue;
        ++times[p][static_cast<std::size_t>(t)];
        int const first = table.step(p, block.first);
        REQUIRE(table.has_signal(p, t) == table.has_signal(p, first));  // nothing appears or vanishes within it
        if (i > 0) REQUIRE(attached(graph, t - 1, t) == (t - 1 >= table.idle));  // no state is detached within it
        if (node.source.layer >= 0) {
          int const needed = t - node.source.delay;
          auto const found = table.source_index(p, index);
          REQUIRE(found.has_value() == (node.on && expected.state(node.source.layer, needed)));
          if (found) {
            REQUIRE(*found + table.layer_offset[static_cast<std::size_t>(node.source.layer)] == needed);
            REQUIRE(index - *found <= table.memory[static_cast<std::size_t>(node.source.layer)]);
            bool const carried = table.carries_state(p);
            auto const there = states.find({node.source.layer, needed});
            REQUIRE((carried || there != states.end()));
            if (there != states.end()) REQUIRE(there->second == *found);
            if (carried) {  // it comes out of this very pipeline, one step before
              REQUIRE(node.source.layer == node.layer);
              REQUIRE(node.source.delay == 1);
            }
          }
          REQUIRE(table.arrives(node, t) == expected.came[static_cast<std::size_t>(t)][p]);
          for (int k = 1; k <= node.source.span; ++k) {  // older ones, of an interpolated delay
            bool const there = node.on && expected.state(node.source.layer, needed - k);
            int const first_needed = first - node.source.delay - k;
            REQUIRE(there == (node.on && expected.state(node.source.layer, first_needed)));
            if (!there) continue;
            auto const older = states.find({node.source.layer, needed - k});
            REQUIRE(older != states.end());
            REQUIRE(index - older->second <= table.memory[static_cast<std::size_t>(node.source.layer)]);
          }
          if (!node.evolves) REQUIRE(found.has_value() == table.source_index(p, block.first).has_value());
        }
        if (node.stores && node.t_feedforward > 0 && table.has_signal(p, t)) {
          // What is handed on is in the past that is kept, or is stored in this block.
          int const lag = table.feedforward_lag(node.layer);
          REQUIRE(lag >= 0);
          REQUIRE(lag <= table.memory[static_cast<std::size_t>(node.layer)]);
        }
      }
      if (node.stores) {
        for (int i = 0; i < block.n; ++i) {
          int const index = block.first + i;
          int const t = index + table.own_offset(p);  // a layer stores in its own time
          if (t >= 0 && t < T) states[{node.layer, t}] = index;
        }
      }
    }
  }
  for (std::size_t p = 0; p < graph.nodes.size(); ++p) {
    CAPTURE(p);
    for (int t = 0; t < T; ++t) REQUIRE(times[p][static_cast<std::size_t>(t)] == 1);
  }

  // What is computed once for a frame are nodes that nothing but the frame decides, and nobody looks at.
  for (int p = 0; p < table.static_nodes; ++p) {
    auto const i = static_cast<std::size_t>(p);
    REQUIRE(graph.nodes[i].is_static);
    REQUIRE_FALSE(graph.watched[i]);
  }
  REQUIRE_FALSE(table.joins_pipeline(static_cast<std::size_t>(table.static_nodes)));
}

}  // namespace

TEST_CASE("a timetable says what a simulation step by step finds", "[run][timetable]") {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    Dice dice(seed);
    Graph const graph = draw(dice, false);
    INFO("seed " << seed << text(graph));
    compare(graph);
  }
}

TEST_CASE("a block is as long as the shortest way back", "[run][timetable]") {
  int shorter = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Dice dice(seed);
    Graph const graph = draw(dice, false);
    INFO("seed " << seed << text(graph));
    Timetable const table = graph.table();
    int whole = table.last_index - table.first_index, shortest = whole;
    for (std::size_t p = 0; p < graph.nodes.size(); ++p) {
      Node const& node = graph.nodes[p];
      if (!node.on || node.source.layer < 0 || node.source.stored || table.carries_state(p)) continue;
      shortest = std::min(shortest, table.lag(p, node.source));
    }
    REQUIRE(table.longest == shortest);
    if (shortest < whole) ++shorter;
    // Ahead only where the frame of step 0 has come that far; and only if that makes no block shorter.
    Graph in_place = graph;
    for (Node& node : in_place.nodes) node.sees_time = true;
    in_place.nodes.push_back(
        {.index = in_place.nodes.size(), .layer = graph.n_layers - 1, .position = 99, .sees_time = true});
    in_place.watched.push_back(false);
    Timetable const other = in_place.table();
    bool const delayed = table.layer_offset.back() > 0;
    if (delayed) REQUIRE(table.longest >= std::min(other.longest, whole));
    for (int const offset : table.layer_offset) REQUIRE(offset >= 0);
  }
  CHECK(shorter > 100);
}

TEST_CASE("a layer runs ahead by the time that the image takes to reach it", "[run][timetable]") {
  // three layers, 2 and 3 steps from one to the next, a skip from the first to the third
  auto const offsets = [](int t_skip, bool on, bool sees_time) {
    laws::Dice dice(1);
    Maker make{dice};
    for (int l = 0; l < 3; ++l) {
      make.layer = l, make.position = 0;
      make.convolution();
      if (l == 2) {
        make.arrival(0, t_skip, true);
        make.graph.nodes.back().on = on;
      }
      make.solver(false);
      make.record();
      make.delay(l + 2);
      if (l == 1 && sees_time) make.external();
    }
    Graph graph = make.graph;
    graph.n_layers = 3;
    graph.stimulus.shown.assign(20, 0);
    graph.externals.assign(3, 0);
    graph.watched.assign(graph.nodes.size(), false);
    return graph.table().layer_offset;
  };
  using Offsets = std::vector<int>;
  CHECK(offsets(9, true, false) == Offsets{0, 2, 5, 9});
  CHECK(offsets(9, false, false) == Offsets{0, 2, 5, 9});
  CHECK(offsets(5, true, false) == Offsets{0, 2, 5, 9});
  CHECK(offsets(4, true, false) == Offsets{0, 2, 4, 8});  // the skip is faster
  CHECK(offsets(0, true, false) == Offsets{0, 2, 0, 4});
  CHECK(offsets(0, false, false) == Offsets{0, 2, 5, 9});  // but not where it is off
  CHECK(offsets(9, true, true) == Offsets{0, 0, 0, 0});    // something behind Delay belongs to its step
}

TEST_CASE("what an operation gives may be known only when it has run", "[run][timetable]") {
  int with = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Dice dice(seed);
    Graph const graph = draw(dice, true);
    INFO("seed " << seed << text(graph));
    Timetable table = graph.table();
    bool const dynamic =
        std::any_of(graph.nodes.begin(), graph.nodes.end(), [](Node const& n) { return n.is_stepwise; });
    REQUIRE(table.dynamic() == dynamic);
    if (!dynamic) continue;
    ++with;
    REQUIRE(table.longest == 1);
    REQUIRE(table.layer_offset == std::vector<int>(table.layer_offset.size(), 0));
    std::vector<std::vector<bool>> given;
    for (int t = 0; t < graph.n_steps(); ++t) {
      given.emplace_back(graph.nodes.size());
      for (std::size_t p = 0; p < graph.nodes.size(); ++p) {
        if (!graph.nodes[p].is_stepwise) continue;
        given.back()[p] = dice.coin();
        table.found(p, t, given.back()[p]);
      }
    }
    Simulation const expected(graph, given);
    for (int t = 0; t < graph.n_steps(); ++t) {
      auto const now = static_cast<std::size_t>(t);
      for (std::size_t p = 0; p < graph.nodes.size(); ++p) {
        CAPTURE(t, p);
        REQUIRE(table.has_signal(p, t) == expected.leaves[now][p]);
      }
      for (int l = 0; l < graph.n_layers; ++l) REQUIRE(table.stored(l, t) == expected.state(l, t));
    }
  }
  CHECK(with > 100);
}
