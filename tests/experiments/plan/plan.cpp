// Plans against the table of counts that every experiment must give, and what a tree of conditions obeys.
// covers: experiments/plan/branch.hpp experiments/plan/plan_text.hpp
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/experiments/plan/plan_text.hpp>
#include <dynvision/experiments/protocol/loader.hpp>

#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <random>
#include <set>
#include <sstream>

using namespace dynvision;
using namespace dynvision::experiments;
using Catch::Matchers::ContainsSubstring;

namespace {

Condition one(Schedule schedule, ModelSide model = {}) {
  Condition c;
  c.schedule = std::move(schedule), c.model = std::move(model);
  return c;
}

Schedule flash(int idle, int steps, int intro, int shown, double contrast = 1) {
  return {.idle = Duration(idle),
          .n_timesteps = steps,
          .segments = {{.duration = intro}, {.show = Show::image, .duration = shown, .contrast = contrast}}};
}

struct Counts {
  std::size_t conditions, steps, nodes, image_nodes;
  bool operator==(Counts const&) const = default;
};

Counts counts(std::vector<Condition> const& conditions, PlanSettings const& settings = {}) {
  Plan const plan = plan_of(conditions, settings);
  return {plan.conditions.size(), plan.steps(), plan.nodes(), plan.image_nodes()};
}

std::vector<Condition> duration() {
  std::vector<Condition> all;
  for (int const d : {1, 2, 3, 4, 5, 10, 15, 20}) all.push_back(one(flash(20, 30, 1, d)));
  return all;
}
std::vector<Condition> contrast() {
  std::vector<Condition> all;
  for (double const c : {.1, .2, .3, .4, .6, .8, 1.}) all.push_back(one(flash(20, 30, 1, 20, c)));
  return all;
}
std::vector<Condition> interval(bool single) {
  std::vector<Condition> all;
  for (int const i : {1, 2, 3, 4, 6, 8, 10}) {
    Schedule s = flash(20, 40, 1, 5);
    s.segments.push_back({.show = Show::image, .duration = 5, .interval = Duration(i)});
    all.push_back(one(s));
  }
  if (single) all.push_back(one(flash(20, 40, 1, 5)));
  return all;
}
std::vector<Condition> noise(NoiseType type, std::vector<double> const& levels) {
  std::vector<Condition> all;
  for (double const ssnr : levels) {
    Schedule s{.idle = Duration(20), .n_timesteps = 20};
    s.segments = {{.show = Show::image, .duration = 20, .noise = {.type = type, .ssnr = ssnr}}};
    all.push_back(one(s));
  }
  return all;
}

}  // namespace

TEST_CASE("A plan has the nodes that the conditions do not share, exactly", "[experiments][plan]") {
  CHECK(counts(duration()) == Counts{8, 400, 213, 192});
  CHECK(counts(interval(false)) == Counts{7, 420, 240, 219});
  CHECK(counts(interval(true)) == Counts{8, 480, 264, 243});
  CHECK(counts(contrast()) == Counts{7, 350, 224, 203});
  CHECK(counts({one(flash(20, 125, 0, 25)), one(flash(20, 125, 0, 100))}) == Counts{2, 290, 245, 225});
  CHECK(counts({one(flash(0, 200, 95, 10))}) == Counts{1, 200, 200, 105});
  CHECK(counts(noise(NoiseType::uniform, {.2, .4, .6, .8, 1})) == Counts{5, 200, 120, 100});
  CHECK(counts(noise(NoiseType::phasescrambled, {0, .2, .4, .6, .8, 1})) == Counts{6, 240, 140, 120});
  std::vector<Condition> idle, states;
  for (int const n : {0, 1, 5, 10, 20, 40}) idle.push_back(one(flash(n, 30, 5, 15)));
  CHECK(counts(idle) == Counts{6, 256, 195, 150});
  for (char const* status : {"a", "b", "c", "d", "e", "f"})
    states.push_back(one(flash(20, 60, 1, 30), {.status = status}));
  CHECK(counts(states) == Counts{6, 480, 480, 354});
  CHECK(counts({one(flash(0, 4, 0, 2), {.feedforward_only = true}),
                one(flash(0, 4, 0, 2), {.feedforward_only = false})}) == Counts{2, 8, 8, 8});
  std::vector<Condition> together = contrast();
  for (auto const& more : {duration(), interval(false)}) together.insert(together.end(), more.begin(), more.end());
  CHECK(counts(together) == Counts{22, 1170, 591, 570});
}

TEST_CASE("A condition that does not say its idle steps has the model's; residual steps are blank",
          "[experiments][plan]") {
  Schedule s = flash(0, 4, 0, 2);
  s.idle.reset();
  CHECK(counts({one(s)}, {.idle_timesteps = 7}) == Counts{1, 11, 11, 4});
  CHECK(counts({one(s)}, {.n_residual_timesteps = 5}) == Counts{1, 9, 9, 9});
}

TEST_CASE("Conditions find their frames along their branches, and no two nodes are the same", "[experiments][plan]") {
  std::mt19937_64 draw(3);
  auto const below = [&](int n) { return static_cast<int>(draw() % static_cast<unsigned>(n)); };
  for (int trial = 0; trial < 60; ++trial) {
    std::vector<Condition> all;
    for (int i = 1 + below(7); i > 0; --i) {
      Schedule s{.idle = Duration(below(4)), .n_timesteps = 20};
      for (int k = below(5); k > 0; --k) {
        s.segments.push_back(
            {.show = below(2) ? Show::image : Show::blank, .duration = below(4), .contrast = below(2) ? 1. : .5});
      }
      all.push_back(one(s));
    }
    Plan const plan = plan_of(all, {});
    REQUIRE(plan.trees.size() == 1);
    Tree const& tree = plan.trees[0];
    std::set<std::vector<std::size_t>> prefixes;  // every sequence of frames is one node
    for (PlannedCondition const& c : tree.conditions) {
      std::vector<Frame> const expected = all[c.condition].schedule.frames(2);
      std::vector<Frame> found;
      std::size_t before = Branch::none;
      for (std::size_t const b : c.branches) {
        Branch const& branch = tree.branches[b];
        CHECK(branch.parent == before);
        CHECK(branch.depth == found.size());
        CHECK(branch.depth + branch.recorded_from <= std::max(c.idle, branch.depth));
        found.insert(found.end(), branch.frames.begin(), branch.frames.end());
        before = b;
      }
      CHECK(found == expected);
      std::vector<std::size_t> prefix;
      for (Frame const& frame : expected) {
        prefix.push_back(hash_of(frame));
        prefixes.insert(prefix);
      }
    }
    CHECK(plan.nodes() == prefixes.size());
  }
}

TEST_CASE("A plan is printed, and is JSON", "[experiments][plan]") {
  Plan const plan = plan_of(duration(), {});
  Forecast const forecast{.n_images = 200, .seconds_per_image_step = 1e-3, .bytes_per_image_step = 100};
  std::ostringstream out;
  out << plan_text({{"duration", plan}}, forecast);
  CHECK_THAT(out.str(), ContainsSubstring("1.88") && ContainsSubstring("2.08") && ContainsSubstring("0:43"));
  auto const json = plan_json(plan, forecast);
  CHECK(json["nodes"] == 213);
  CHECK(json["trees"][0]["conditions"].size() == 8);
  CHECK(json["forecast_seconds"].get<double>() == 213 * 200 * 1e-3);
  CHECK(json["trees"][0]["branches"][0]["shows"][0]["steps"] == 21);
  CHECK(failure([] { plan_of({}, {}); }) == "experiments.130");
}
