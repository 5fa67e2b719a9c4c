// Plan: what of several conditions is computed, each step once.
//
//   experiments::Plan const plan = experiments::plan_of(experiment.conditions, {.dt = 2});
//   plan.steps(), plan.nodes()       1.88 steps of `duration` for each one that is computed
//
// Conditions of one model form a tree: a node is a sequence of frames, idle ones included, that some condition begins with.
// What a model has done after it depends on these frames alone, so each node is computed once, and serves every condition that
// passes through it. Nodes that no condition separates are one branch, one call of the run. Conditions whose model is another
// one (other weights, options, feedforward_only), or whose blank is of another value, have a tree of their own. Where dt or the
// residual steps depend on the model, a function says them: plan_of(conditions, [](ModelSide const& model) { return PlanSettings{...}; }).
//
// Errors: experiments.130, those of schedules.
#pragma once
#include <dynvision/experiments/plan/branch.hpp>
#include <dynvision/experiments/protocol/experiment.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct PlanSettings {
  double dt = 2;                 // [ms] of the model
  int idle_timesteps = 0;        // [steps] of conditions that do not say it
  int n_residual_timesteps = 0;  // [steps] of blank at the end of each condition, which the signal takes to the head
};

// A condition in its tree.
struct PlannedCondition {
  std::size_t condition = 0;            // of those that were given
  std::size_t idle = 0;                 // [steps]
  std::size_t n_steps = 0;              // recorded ones, residual ones included
  std::vector<std::size_t> branches{};  // from the first step to the last one
};

struct Tree {
  ModelSide model{};
  PlanSettings settings{};
  double non_input_value = 0;
  std::vector<Branch> branches{};  // parents before children
  std::vector<PlannedCondition> conditions{};
};

struct Plan {
  std::vector<Condition> conditions{};
  std::vector<Tree> trees{};

  // Of all conditions, as if each were run for itself.
  std::size_t steps() const {
    std::size_t all = 0;
    for (Tree const& tree : trees) {
      for (PlannedCondition const& one : tree.conditions) all += one.idle + one.n_steps;
    }
    return all;
  }
  // What is computed.
  std::size_t nodes() const {
    return sum([](Branch const& b) { return b.frames.size(); });
  }
  // Of these, what depends on the image: the rest can be computed for all images together.
  std::size_t image_nodes() const {
    return sum([](Branch const& b) { return b.frames.size() - b.image_from; });
  }
  std::size_t branches() const {
    return sum([](Branch const&) { return std::size_t{1}; });
  }
  double ratio() const { return ratio(nodes()); }
  double image_ratio() const { return ratio(image_nodes()); }
  // Where a condition stands.
  struct Where {
    Tree const* tree;
    PlannedCondition const* condition;
    std::size_t number;  // of the tree
  };
  Where where(std::size_t condition) const {
    for (std::size_t t = 0; t < trees.size(); ++t) {
      for (PlannedCondition const& one : trees[t].conditions) {
        if (one.condition == condition) return {&trees[t], &one, t};
      }
    }
    return {};
  }
  // The largest k of the other images that are shown.
  int other_images() const {
    int most = 0;
    for (Tree const& tree : trees) {
      for (Branch const& branch : tree.branches) {
        for (Frame const& frame : branch.frames) most = std::max(most, frame.image);
      }
    }
    return most;
  }

 private:
  double ratio(std::size_t n) const { return n == 0 ? 1 : static_cast<double>(steps()) / static_cast<double>(n); }
  template <class F> std::size_t sum(F const& f) const {
    std::size_t all = 0;
    for (Tree const& tree : trees) {
      for (Branch const& branch : tree.branches) all += f(branch);
    }
    return all;
  }
};

namespace planning {

struct Path {
  std::vector<Frame> frames{};
  PlannedCondition* condition = nullptr;
};

// Conditions [begin, end) of `paths` agree up to `depth`; their next frames become branches of `tree`.
class Grow {
 public:
  Grow(Tree& tree, std::vector<Path>& paths) : tree_(tree), paths_(paths) {}

  void from(std::vector<std::size_t> const& who, std::size_t depth, std::size_t parent, bool blank_so_far) {
    std::vector<std::vector<std::size_t>> groups;  // by the next frame, in the order of the conditions
    for (std::size_t const i : who) {
      if (paths_[i].frames.size() == depth) continue;
      auto const same = std::find_if(groups.begin(), groups.end(), [&](std::vector<std::size_t> const& group) {
        return paths_[group.front()].frames[depth] == paths_[i].frames[depth];
      });
      if (same == groups.end()) {
        groups.push_back({i});
      } else {
        same->push_back(i);
      }
    }
    for (std::vector<std::size_t> const& group : groups) one(group, depth, parent, blank_so_far);
  }

 private:
  void one(std::vector<std::size_t> const& group, std::size_t depth, std::size_t parent, bool blank_so_far) {
    std::size_t const n = common(group, depth), at = tree_.branches.size();
    std::vector<Frame> const& frames = paths_[group.front()].frames;
    auto const first = frames.begin() + static_cast<std::ptrdiff_t>(depth);
    Branch branch{.parent = parent, .depth = depth, .frames{first, first + static_cast<std::ptrdiff_t>(n)}};
    std::size_t idle = paths_[group.front()].condition->idle;
    for (std::size_t const i : group) idle = std::min(idle, paths_[i].condition->idle);
    branch.recorded_from = std::min(n, idle > depth ? idle - depth : 0);
    while (blank_so_far && branch.image_from < n && branch.frames[branch.image_from].is_blank()) ++branch.image_from;
    bool const still_blank = branch.image_from == n && blank_so_far;
    tree_.branches.push_back(std::move(branch));
    if (parent != Branch::none) tree_.branches[parent].children.push_back(at);
    for (std::size_t const i : group) paths_[i].condition->branches.push_back(at);
    from(group, depth + n, at, still_blank);
  }
  // Steps from `depth` on that all of a group share.
  std::size_t common(std::vector<std::size_t> const& group, std::size_t depth) const {
    std::vector<Frame> const& reference = paths_[group.front()].frames;
    std::size_t end = reference.size();
    for (std::size_t const i : group) {
      std::vector<Frame> const& other = paths_[i].frames;
      auto const stop = static_cast<std::ptrdiff_t>(std::min(end, other.size()));
      auto const begin = static_cast<std::ptrdiff_t>(depth);
      end = static_cast<std::size_t>(
          std::mismatch(reference.begin() + begin, reference.begin() + stop, other.begin() + begin).first -
          reference.begin());
    }
    return end - depth;
  }

  Tree& tree_;
  std::vector<Path>& paths_;
};

inline Tree* tree_for(std::vector<Tree>& trees, Condition const& condition) {
  auto const same = std::find_if(trees.begin(), trees.end(), [&](Tree const& tree) {
    return tree.model == condition.model && tree.non_input_value == condition.schedule.non_input_value;
  });
  return same == trees.end() ? nullptr : &*same;
}

}  // namespace planning

template <class SettingsOf>
requires std::invocable<SettingsOf const&, ModelSide const&> Plan plan_of(std::vector<Condition> conditions,
                                                                          SettingsOf const& settings_of) {
  if (conditions.empty()) fail("experiments", 130, "plan of no conditions: expected at least one");
  Plan plan{.conditions = std::move(conditions)};
  for (std::size_t i = 0; i < plan.conditions.size(); ++i) {
    Condition const& one = plan.conditions[i];
    Tree* tree = planning::tree_for(plan.trees, one);
    if (tree == nullptr) {
      plan.trees.push_back(
          {.model = one.model, .settings = settings_of(one.model), .non_input_value = one.schedule.non_input_value});
      tree = &plan.trees.back();
    }
    tree->conditions.push_back({.condition = i});
  }
  for (Tree& tree : plan.trees) {
    auto const n_residual = static_cast<std::size_t>(tree.settings.n_residual_timesteps);
    std::vector<planning::Path> paths;
    for (PlannedCondition& one : tree.conditions) {
      Schedule schedule = plan.conditions[one.condition].schedule;
      if (!schedule.idle) schedule.idle = Duration(tree.settings.idle_timesteps);
      one.idle = static_cast<std::size_t>(schedule.idle_steps(tree.settings.dt));
      std::vector<Frame> frames = schedule.frames(tree.settings.dt);
      frames.resize(frames.size() + n_residual);
      one.n_steps = frames.size() - one.idle;
      paths.push_back({std::move(frames), &one});
    }
    std::vector<std::size_t> all(paths.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    planning::Grow(tree, paths).from(all, 0, Branch::none, true);
  }
  return plan;
}

inline Plan plan_of(std::vector<Condition> conditions, PlanSettings const& settings) {
  return plan_of(std::move(conditions), [&](ModelSide const&) { return settings; });
}

// Of several experiments together: what they have in common is computed once, too.
inline std::vector<Condition> conditions_of(std::vector<Experiment> const& experiments) {
  std::vector<Condition> all;
  for (Experiment const& one : experiments) all.insert(all.end(), one.conditions.begin(), one.conditions.end());
  return all;
}

}  // namespace dynvision::experiments
