// Delayed recall: something is shown for a moment, and said again a fixed time later, neither before nor after.
//
//   inputs: one for each item, 1 while it is shown        outputs: 0 none, 1 ... n: which item it was
//
//   DelayedRecall{}                  an impulse of 10 ms 100 ms after the start, 0 to 100 ms sooner or later; recall 300 ms after it
//   DelayedRecall{.before = 0, .before_jitter = 0}        the impulse at the first step, recall at the 30th behind it
//   DelayedRecall{.items = 8}        one of eight
//
// The steps of a network's past that its state still has: rate/reservoir/memory.hpp measures them of a network that is not trained.
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

namespace dynvision::rate {

struct DelayedRecall {
  static constexpr std::string_view name = "delayed_recall";
  double dt = 10;                                              // [ms]
  double before = 100, before_jitter = 100;                    // [ms]
  double impulse = 10, delay = 290, recall = 10, after = 100;  // [ms]
  int items = 1;

  int n_inputs() const { return items; }
  int n_outputs() const { return 1 + items; }
  Timing timing() const {
    return {dt,
            {{"before", before, before_jitter},
             {"impulse", impulse},
             {"delay", delay},
             {"recall", recall},
             {"after", after}}};
  }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    if (items < 1) fail("rate", 133, {items, " items: expected at least 1"});
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      int const item = static_cast<int>(draws.below(static_cast<std::size_t>(items), first_place_of_task));
      values = {static_cast<double>(item)};
      trial.show(1, item, 1);
      trial.answer(3, 1 + item);
    };
    return drawn_trials(timing(), n_inputs(), {"item"}, n, seed, first, write);
  }
};

}  // namespace dynvision::rate
