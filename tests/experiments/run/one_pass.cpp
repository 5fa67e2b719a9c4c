// What one pass gives a condition is what a run of its own gives.
#include <dynvision/experiments/run/one_pass.hpp>
#include <dynvision/run/run.hpp>

#include "run/drawn_models.hpp"
#include "run/drawn_runs.hpp"
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <set>

using namespace property;
using namespace dynvision::experiments;

namespace {

// Keeps everything, by branch.
struct Keep {
  std::size_t n_branches;
  std::set<std::size_t> left_out{};
  std::map<std::size_t, std::vector<run::Activity>> parts{};
  std::size_t calls = 0;
  bool wants(std::size_t b) const { return !left_out.contains(b); }
  void take(std::size_t b, std::size_t, run::Activity const& activity) { parts[b].push_back(activity), ++calls; }
};

std::vector<Condition> drawn_conditions(Dice& dice) {
  std::vector<Condition> all;
  for (int i = dice.between(2, 5); i > 0; --i) {
    Condition c;
    c.schedule = {.idle = Duration(dice.between(0, 3)), .n_timesteps = 9};
    c.schedule.segments = {{.duration = dice.between(0, 1)}};
    for (int k = dice.between(1, 3); k > 0; --k) {
      Segment s{.show = dice.coin() ? Show::image : Show::blank, .duration = dice.between(1, 2)};
      if (dice.between(0, 3) == 0) s.contrast = 0.5;
      if (dice.between(0, 3) == 0) s.noise = {.type = NoiseType::uniform, .seed = 3};
      c.schedule.segments.push_back(s);
    }
    if (dice.between(0, 4) == 0) c.model.feedforward_only = true;
    all.push_back(c);
  }
  return all;
}

// All frames of a condition in one run, idle ones as blanks.
template <class Net>
run::Activity alone(Net const& net, Condition const& c, Pictures const& pictures, OnePassSettings const& settings) {
  std::vector<Frame> const frames = c.schedule.frames(2);
  run::Settings own = settings.run;
  own.record = true, own.non_input_value = c.schedule.non_input_value;
  own.feedforward_only = c.model.feedforward_only.value_or(false);
  run::Stimulus const shown = passing::stimulus_of(frames, 0, frames.size(), pictures, 0, false);
  return settings.path == RunPath::unroll ? run::unroll(net, shown, own) : run::compiled(net, shown, own);
}

template <class Net>
void compare_pass(std::uint64_t seed, at::ScalarType dtype, RunPath path, bool share, double tolerance) {
  DrawnRun<Net> drawn(seed, dtype);
  INFO("seed " << seed << ": " << drawn.text());
  at::AutoGradMode const no_gradient(false);
  Pictures const pictures{.images = drawn.images};
  OnePassSettings settings{.path = path, .share_blank = share, .record_steps = static_cast<int>(seed % 4)};
  settings.run.share_cpus = false, settings.run.seed = seed;
  std::vector<Condition> const conditions = drawn_conditions(drawn.dice);
  Plan const plan = plan_of(conditions, {.dt = 2});
  for (Tree const& tree : plan.trees) {
    Keep kept{tree.branches.size()};
    one_pass(drawn.net, tree, pictures, settings, kept);
    for (PlannedCondition const& one : tree.conditions) {
      run::Activity const expected = alone(drawn.net, conditions[one.condition], pictures, settings);
      std::size_t at = 0;
      for (std::size_t const b : one.branches) {
        Branch const& branch = tree.branches[b];
        std::size_t step = branch.depth + branch.recorded_from;
        for (run::Activity const& part : kept.parts[b]) {
          auto const n = static_cast<std::size_t>(part.outputs.size(1));
          Tensor const outputs =
              expected.outputs.narrow(1, static_cast<std::int64_t>(step), static_cast<std::int64_t>(n));
          CHECK(distance(outputs, part.outputs.expand(outputs.sizes())) <=
                tolerance * std::max(1.0, outputs.abs().max().item<double>()));
          for (std::size_t l = 0; l < part.responses.size(); ++l) {
            for (std::size_t t = 0; t < n; ++t) {
              Signal const& e = expected.responses[l].steps[step + t];
              Signal const& f = part.responses[l].steps[t];
              REQUIRE(e.defined() == f.defined());
              if (!e.defined()) continue;
              CHECK(distance(e, f.expand(e.sizes())) <= tolerance * std::max(1.0, e.abs().max().item<double>()));
            }
          }
          step += n;
        }
        at = branch.end();
        if (branch.is_recorded()) CHECK(step == at);
      }
      CHECK(at == one.idle + one.n_steps);
    }
  }
}

}  // namespace

TEST_CASE("One pass step by step is each condition alone, bit for bit", "[experiments][one_pass]") {
  for (std::uint64_t seed = 1; seed < 13; ++seed) compare_pass<rich::Net>(seed, at::kFloat, RunPath::unroll, false, 0);
  for (std::uint64_t seed = 1; seed < 13; ++seed) compare_pass<deep::Net>(seed, at::kFloat, RunPath::unroll, false, 0);
  for (std::uint64_t seed = 1; seed < 9; ++seed) compare_pass<odd::Net>(seed, at::kFloat, RunPath::unroll, false, 0);
  for (std::uint64_t seed = 1; seed < 9; ++seed) compare_pass<family::Net>(seed, at::kFloat, RunPath::unroll, false, 0);
}

TEST_CASE("One pass on the compiled path is each condition alone, to rounding", "[experiments][one_pass]") {
  for (std::uint64_t seed = 1; seed < 13; ++seed) {
    compare_pass<rich::Net>(seed, at::kDouble, RunPath::compiled, false, 1e-12);
    compare_pass<deep::Net>(seed, at::kFloat, RunPath::compiled, false, 1e-6);
  }
  for (std::uint64_t seed = 1; seed < 9; ++seed) {
    compare_pass<odd::Net>(seed, at::kDouble, RunPath::compiled, false, 1e-12);
    compare_pass<family::Net>(seed, at::kFloat, RunPath::compiled, false, 1e-6);
  }
}

TEST_CASE("Blanks before the first image can be computed for one image", "[experiments][one_pass]") {
  for (std::uint64_t seed = 1; seed < 13; ++seed) {
    compare_pass<rich::Net>(seed, at::kDouble, RunPath::compiled, true, 1e-12);
    compare_pass<family::Net>(seed, at::kDouble, RunPath::unroll, true, 1e-12);
  }
}

TEST_CASE("What nobody asks for is run only where something after it is wanted", "[experiments][one_pass]") {
  DrawnRun<rich::Net> drawn(1, at::kFloat);
  std::vector<Condition> conditions;
  for (int const d : {1, 2, 3}) {
    Condition c;
    c.schedule = {.idle = Duration(2), .n_timesteps = 6, .segments = {{.show = Show::image, .duration = d}}};
    conditions.push_back(c);
  }
  Tree const tree = plan_of(conditions, {.dt = 2}).trees[0];
  Pictures const pictures{.images = drawn.images};
  Keep all{tree.branches.size()};
  one_pass(drawn.net, tree, pictures, {}, all);
  CHECK(all.calls == tree.branches.size());
  std::size_t const last = tree.branches.size() - 1;
  Keep one{tree.branches.size()};
  for (std::size_t b = 0; b < last; ++b) one.left_out.insert(b);
  one_pass(drawn.net, tree, pictures, {}, one);
  CHECK(one.calls == 1);
  CHECK(distance(one.parts[last][0].outputs, all.parts[last][0].outputs) <= 1e-6);
  Keep none{tree.branches.size()};
  for (std::size_t b = 0; b <= last; ++b) none.left_out.insert(b);
  one_pass(drawn.net, tree, pictures, {}, none);
  CHECK(none.calls == 0);
}
