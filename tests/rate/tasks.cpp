// covers: rate/tasks/timing.hpp rate/tasks/trials.hpp rate/tasks/go_no_go.hpp rate/tasks/delay_match_sample.hpp
// covers: rate/tasks/two_streams.hpp rate/tasks/perceptual_decision.hpp rate/tasks/multisensory.hpp
// covers: rate/tasks/delay_comparison.hpp rate/tasks/cue_delay_report.hpp rate/tasks/evidence_ramp.hpp
// covers: rate/tasks/delayed_recall.hpp rate/tasks/set_reset.hpp
// Tasks: periods, labels, sums of inputs, chance, and the same trials in any batch.
#include <dynvision/rate/tasks/cue_delay_report.hpp>
#include <dynvision/rate/tasks/delay_comparison.hpp>
#include <dynvision/rate/tasks/delay_match_sample.hpp>
#include <dynvision/rate/tasks/delayed_recall.hpp>
#include <dynvision/rate/tasks/evidence_ramp.hpp>
#include <dynvision/rate/tasks/go_no_go.hpp>
#include <dynvision/rate/tasks/multisensory.hpp>
#include <dynvision/rate/tasks/perceptual_decision.hpp>
#include <dynvision/rate/tasks/set_reset.hpp>

#include <ATen/ops/one_hot_ops.h>

#include "io/failure.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace dynvision;
using namespace dynvision::rate;

namespace {

static_assert(Task<GoNoGo> && Task<DelayMatchSample> && Task<DelayMatchSampleDistractors> && Task<PerceptualDecision>);
static_assert(Task<EvidenceRamp> && Task<DelayedRecall> && Task<SetReset>);
static_assert(Task<Multisensory> && Task<DelayComparison> && Task<CueDelayReport>);

double sum(Tensor const& x) { return x.to(at::kDouble).sum().item<double>(); }
std::int64_t begin_of(Trials const& all, std::int64_t trial, std::int64_t period) {
  return all.begins.select(0, trial).select(0, period).item<std::int64_t>();
}
// The inputs (n,I) of a period of a trial.
Tensor during(Trials const& all, std::int64_t trial, std::int64_t period) {
  std::int64_t const first = begin_of(all, trial, period);
  return all.inputs.select(0, trial).narrow(0, first, begin_of(all, trial, period + 1) - first);
}
// Outputs that give one answer in the last period, and 0 before.
Tensor always(Trials const& all, std::int64_t answer, std::int64_t outputs) {
  Tensor const z = zeros({all.n_trials(), all.labels.size(1), outputs});
  z.select(2, 0).fill_(1);
  for (std::int64_t i = 0; i < all.n_trials(); ++i) {
    std::int64_t const last = static_cast<std::int64_t>(all.periods.size()) - 1, first = begin_of(all, i, last);
    z.select(0, i).narrow(0, first, begin_of(all, i, last + 1) - first).select(1, answer).fill_(2);
  }
  return z;
}

}  // namespace

TEMPLATE_TEST_CASE("trials are the same ones in any batch", "[rate]", GoNoGo, DelayMatchSample,
                   DelayMatchSampleDistractors, PerceptualDecision, Multisensory, DelayComparison, CueDelayReport,
                   EvidenceRamp, DelayedRecall, SetReset) {
  TestType const task;
  Trials const all = task.draw(6, 3), some = task.draw(2, 3, 4), other = task.draw(6, 4);
  CHECK(all.inputs.narrow(0, 4, 2).equal(some.inputs));
  CHECK(all.labels.narrow(0, 4, 2).equal(some.labels));
  CHECK_FALSE(all.inputs.equal(other.inputs));
  CHECK(all.inputs.size(2) == task.n_inputs());
  CHECK(all.inputs.size(1) == task.timing().n_timesteps());
  CHECK(all.labels.max().item<std::int64_t>() < task.n_outputs());
  bool const leaves_out = std::is_same_v<TestType, EvidenceRamp> || std::is_same_v<TestType, DelayedRecall> ||
                          std::is_same_v<TestType, SetReset>;
  CHECK((sum(all.mask) < static_cast<double>(all.mask.numel())) == leaves_out);
  CHECK(trial_accuracy(at::_ops::one_hot::call(all.labels, task.n_outputs()).to(at::kFloat), all) == 1);
}

TEST_CASE("go/no-go: periods, labels, chance", "[rate]") {
  GoNoGo const task{.delay_jitter = 100};
  Trials const all = task.draw(2000, 1);
  CHECK(all.inputs.size(1) == 10 + 12 + 10);
  std::set<std::int64_t> delays;
  for (std::int64_t i = 0; i < 200; ++i) {
    double const go = all.condition("go").select(0, i).item<double>();
    CHECK(begin_of(all, i, 1) == 10);
    delays.insert(begin_of(all, i, 2) - begin_of(all, i, 1));
    CHECK(sum(during(all, i, 0)) == 20);  // fixation and the cue
    CHECK(sum(during(all, i, 0).select(1, 2)) == 10 * go);
    CHECK(sum(during(all, i, 2)) == 0);
    CHECK(sum(all.labels.select(0, i)) == 10 * go);
    CHECK(sum(all.mask.select(0, i)) == static_cast<double>(begin_of(all, i, 3)));
  }
  CHECK(delays == std::set<std::int64_t>{8, 9, 10, 11, 12});
  CHECK(trial_accuracy(always(all, 0, 2), all) == Catch::Approx(0.5).margin(0.04));
  CHECK(trial_accuracy(always(all, 1, 2), all) == Catch::Approx(0.5).margin(0.04));
  Tensor const everywhere = zeros({2000, 32, 2});
  everywhere.select(2, 1).fill_(1);
  CHECK(trial_accuracy(everywhere, all) == 0);  // also where none is wanted
}

TEST_CASE("delayed match to sample: what is shown, labels, chance", "[rate]") {
  DelayMatchSample const task{.sigma = 0};
  Trials const all = task.draw(2000, 1);
  CHECK(all.inputs.size(1) == 6 + 10 + 20 + 10 + 18);
  for (std::int64_t i = 0; i < 100; ++i) {
    bool const match = all.condition("match").select(0, i).item<double>() == 1;
    Tensor const sample = during(all, i, 1).narrow(1, 1, 2), test = during(all, i, 3).narrow(1, 1, 2);
    CHECK(sum(sample) == Catch::Approx(10));  // one of two opposite directions
    CHECK(sample.equal(test) == match);
    CHECK(sum(all.labels.select(0, i)) == 18 * (match ? 1 : 2));
    CHECK(sum(during(all, i, 4)) == 0);
  }
  for (std::int64_t const answer : {1, 2}) {
    CHECK(trial_accuracy(always(all, answer, 3), all) == Catch::Approx(0.5).margin(0.04));
  }
  CHECK(trial_accuracy(always(all, 0, 3), all) == 0);
  // Noise has the deviation sigma/sqrt(dt), where a stimulus is shown.
  Trials const noisy = DelayMatchSample{.sigma = 2}.draw(2000, 1);
  Tensor const noise = noisy.inputs.sub(all.inputs).narrow(1, 6, 10).narrow(2, 1, 2);
  CHECK(noise.std().item<double>() == Catch::Approx(2 / std::sqrt(50.0)).epsilon(0.02));
  CHECK(sum(noisy.inputs.sub(all.inputs).narrow(1, 16, 20).abs()) == 0);
}

TEST_CASE("delayed match to sample with distractors: one test matches", "[rate]") {
  DelayMatchSampleDistractors const task{.sigma = 0};
  Trials const all = task.draw(300, 1);
  CHECK(all.inputs.size(1) == 6 + 10 + 3 * 30);
  for (std::int64_t i = 0; i < 300; ++i) {
    auto const matching = static_cast<std::int64_t>(all.condition("matching_test").select(0, i).item<double>());
    for (std::int64_t test = 0; test < 3; ++test) {
      CHECK(during(all, i, 1).equal(during(all, i, 3 + 2 * test)) == (test == matching));
    }
    CHECK(sum(all.labels.select(0, i)) == 10);
    CHECK(sum(all.labels.select(0, i).narrow(0, begin_of(all, i, 3 + 2 * matching), 10)) == 10);
  }
}

TEST_CASE("perceptual decision: the mean evidence has the coherence", "[rate]") {
  PerceptualDecision const task{.sigma = 0.5, .coherences = {20}};
  Trials const all = task.draw(2000, 1);
  double difference = 0;
  for (std::int64_t i = 0; i < 2000; ++i) {
    auto const choice = static_cast<std::int64_t>(all.condition("choice").select(0, i).item<double>());
    Tensor const shown = during(all, i, 1).to(at::kDouble).mean(at::IntArrayRef{0});
    difference += shown.select(0, choice).item<double>() - shown.select(0, 3 - choice).item<double>();
    CHECK(sum(all.labels.select(0, i)) == static_cast<double>(5 * choice));
  }
  CHECK(difference / 2000 == Catch::Approx(0.2).margin(0.002));
  for (std::int64_t const answer : {1, 2})
    CHECK(trial_accuracy(always(all, answer, 3), all) == Catch::Approx(0.5).margin(0.04));
}

TEST_CASE("multisensory decision: evidence of one sense or of both, which agree", "[rate]") {
  Trials const all = Multisensory{.sigma = 0, .coherences = {20}}.draw(300, 1);
  Trials const noisy = Multisensory{.sigma = 1, .coherences = {20}}.draw(300, 1);
  std::set<int> senses;
  for (std::int64_t i = 0; i < 300; ++i) {
    auto const choice = static_cast<std::int64_t>(all.condition("choice").select(0, i).item<double>());
    int const of = static_cast<int>(all.condition("senses").select(0, i).item<double>());
    senses.insert(of);
    for (int sense = 0; sense < 2; ++sense) {
      bool const shown = of == 2 || of == sense;
      Tensor const streams = during(all, i, 1).narrow(1, 1 + 2 * sense, 2),
                   with_noise = during(noisy, i, 1).narrow(1, 1 + 2 * sense, 2);
      CHECK(sum(streams.select(1, choice - 1)) == Catch::Approx(shown ? 50 * 0.6 : 0));
      CHECK(sum(streams.select(1, 2 - choice)) == Catch::Approx(shown ? 50 * 0.4 : 0));
      CHECK(streams.equal(with_noise) != shown);
    }
    CHECK(sum(all.labels.select(0, i)) == static_cast<double>(5 * choice));
  }
  CHECK(senses == std::set<int>{0, 1, 2});
}

TEST_CASE("delayed comparison: two frequencies, the higher one is the answer", "[rate]") {
  Trials const all = DelayComparison{.sigma = 0}.draw(300, 1);
  std::set<double> lower;
  for (std::int64_t i = 0; i < 300; ++i) {
    double const f1 = all.condition("f1").select(0, i).item<double>(),
                 f2 = all.condition("f2").select(0, i).item<double>();
    CHECK(std::abs(f1 - f2) == 8);
    lower.insert(std::min(f1, f2));
    CHECK(sum(during(all, i, 1).select(1, 1)) == Catch::Approx(10 * (f1 - 10) / 24));
    CHECK(sum(during(all, i, 3).select(1, 1)) == Catch::Approx(10 * (f2 - 10) / 24));
    CHECK(sum(all.labels.select(0, i)) == 6 * (f1 > f2 ? 1 : 2));
  }
  CHECK(lower == std::set<double>{10, 14, 18, 22, 26});
  CHECK(failure([] { DelayComparison{.difference = 30}.draw(1, 1); }) == "rate.133");
  CHECK(failure([] { DelayComparison{.pairs = 0}.draw(1, 1); }) == "rate.133");
}

TEST_CASE("cue, delay, report: the direction of the cue, whatever distracts", "[rate]") {
  Trials const all = CueDelayReport{}.draw(200, 1), distracted = CueDelayReport{.distractor = 1}.draw(200, 1);
  CHECK(all.labels.equal(distracted.labels));
  std::set<std::int64_t> directions;
  for (std::int64_t i = 0; i < 200; ++i) {
    std::int64_t const cued = during(all, i, 0).select(0, 0).narrow(0, 1, 8).argmax().item<std::int64_t>();
    std::int64_t const other = during(distracted, i, 2).select(0, 0).narrow(0, 1, 8).argmax().item<std::int64_t>();
    directions.insert(cued);
    CHECK(other != cued);
    CHECK(sum(all.labels.select(0, i)) == static_cast<double>(4 * (1 + cued)));
    CHECK(sum(during(all, i, 2).narrow(1, 1, 8)) == 0);
    CHECK(during(all, i, 0).equal(during(distracted, i, 0)));
  }
  CHECK(directions.size() == 8);
  CHECK(failure([] { CueDelayReport{.ring = 1}.draw(1, 1); }) == "rate.133");
}

TEST_CASE("evidence that moves: the answer is the stronger stream of the step", "[rate]") {
  EvidenceRamp const task{.sigma = 0};
  Trials const all = task.draw(400, 1);
  double ramps = 0;
  std::set<std::pair<double, double>> courses;
  for (std::int64_t i = 0; i < 400; ++i) {
    double const from = all.condition("from").select(0, i).item<double>(),
                 to = all.condition("to").select(0, i).item<double>();
    courses.insert({from, to}), ramps += from != to ? 1 : 0;
    Tensor const shown = during(all, i, 1), first = shown.select(1, 1), second = shown.select(1, 2);
    CHECK(sum(first.add(second)) == Catch::Approx(50));
    CHECK(second.select(0, 0).item<double>() == Catch::Approx(from));
    CHECK(second.select(0, 49).item<double>() == Catch::Approx(to));
    Tensor const labels = all.labels.select(0, i).narrow(0, 5, 50);
    CHECK(labels.eq(2).equal(second.gt(first)));
    CHECK(all.mask.select(0, i).narrow(0, 5, 50).gt(0).equal(second.sub(0.5).abs().ge(0.1)));
    CHECK(sum(all.labels.select(0, i).narrow(0, 0, 5)) == 0);
  }
  CHECK(ramps / 400 == Catch::Approx(0.5).margin(0.1));
  CHECK(courses == std::set<std::pair<double, double>>{{0, 1}, {1, 0}, {0, 0}, {0.25, 0.25}, {0.75, 0.75}, {1, 1}});
  Tensor const noise = EvidenceRamp{.sigma = 2}.draw(400, 1).inputs.sub(all.inputs).narrow(1, 5, 50).narrow(2, 1, 2);
  CHECK(noise.std().item<double>() == Catch::Approx(2 / std::sqrt(20.0)).epsilon(0.02));
  CHECK(failure([] { EvidenceRamp{.levels = {}}.draw(1, 1); }) == "rate.133");
  CHECK(failure([] { EvidenceRamp{.margin = 0.5}.draw(1, 1); }) == "rate.133");
}

TEST_CASE("delayed recall: one impulse, one answer, a fixed time later", "[rate]") {
  Trials const all = DelayedRecall{.items = 3}.draw(200, 1);
  std::set<std::int64_t> items, begins;
  for (std::int64_t i = 0; i < 200; ++i) {
    auto const item = static_cast<std::int64_t>(all.condition("item").select(0, i).item<double>());
    std::int64_t const begin = begin_of(all, i, 1);
    items.insert(item), begins.insert(begin);
    CHECK(sum(all.inputs.select(0, i)) == 1);
    CHECK(all.inputs.select(0, i).select(0, begin).select(0, item).item<double>() == 1);
    CHECK(sum(all.labels.select(0, i)) == static_cast<double>(1 + item));
    CHECK(all.labels.select(0, i).select(0, begin + 30).item<std::int64_t>() == 1 + item);
  }
  CHECK((items.size() == 3 && begins.size() == 21));
  Trials const fixed = DelayedRecall{.before = 0, .before_jitter = 0, .after = 690}.draw(2, 1);
  CHECK(fixed.inputs.size(1) == 100);
  CHECK(fixed.labels.select(1, 30).eq(1).all().item<bool>());
  CHECK(failure([] { DelayedRecall{.items = 0}.draw(1, 1); }) == "rate.133");
}

TEST_CASE("set and reset: the answer is the last pulse", "[rate]") {
  Trials const all = SetReset{}.draw(400, 1);
  double pulses = 0;
  for (std::int64_t i = 0; i < 400; ++i) {
    std::int64_t state = 0, since = 2;
    double flips = 0;
    for (std::int64_t t = 0; t < 50; ++t, ++since) {
      double const set = all.inputs.select(0, i).select(0, t).select(0, 0).item<double>(),
                   reset = all.inputs.select(0, i).select(0, t).select(0, 1).item<double>();
      pulses += set + reset;
      CHECK(set * reset == 0);
      std::int64_t const now = set == 1 ? 1 : reset == 1 ? 0 : state;
      if (set + reset > 0) since = 0;
      flips += now != state ? 1 : 0, state = now;
      CHECK(all.labels.select(0, i).select(0, t).item<std::int64_t>() == state);
      CHECK((all.mask.select(0, i).select(0, t).item<double>() > 0) == (since >= 2));
    }
    CHECK(all.condition("flips").select(0, i).item<double>() == flips);
  }
  CHECK(pulses / 400 == Catch::Approx(5).margin(0.3));
  CHECK(failure([] { SetReset{.pulses = 60}.draw(1, 1); }) == "rate.133");
}

TEST_CASE("the loss of trials is the cross entropy of what counts", "[rate]") {
  Trials const all = GoNoGo{.delay_jitter = 200}.draw(8, 1);
  Tensor const z = randn({8, all.inputs.size(1), 2}).to(at::kDouble);
  double by_hand = 0, n = 0;
  for (std::int64_t i = 0; i < 8; ++i) {
    for (std::int64_t t = 0; t < begin_of(all, i, 3); ++t, ++n) {
      Tensor const p = z.select(0, i).select(0, t).softmax(0);
      by_hand -= std::log(p.select(0, all.labels.select(0, i).select(0, t).item<std::int64_t>()).item<double>());
    }
  }
  CHECK(trial_loss(z, all).item<double>() == Catch::Approx(by_hand / n).epsilon(1e-12));
}

TEST_CASE("what is wrong with a task is said", "[rate]") {
  CHECK(message([] { GoNoGo{.dt = 50, .delay = 520}.draw(1, 1); }) ==
        "[dynvision.rate.130] period \"delay\" of 520 ms is no multiple of dt = 50 ms: expected 500 or 550 ms");
  CHECK(failure([] { GoNoGo{.delay = 100, .delay_jitter = 200}.draw(1, 1); }) == "rate.130");
  CHECK(failure([] { Timing(10, {{"a", 10}, {"a", 20}}); }) == "rate.131");
  CHECK(message([] { GoNoGo{}.timing().index("delai"); }).find("\"delay\"") != std::string::npos);
  CHECK(message([] { GoNoGo{}.draw(1, 1).condition("gone"); }).find("go") != std::string::npos);
  CHECK(failure([] { GoNoGo{}.draw(0, 1); }) == "rate.133");
  CHECK(failure([] { DelayMatchSample{.ring = 1}.draw(1, 1); }) == "rate.133");
  CHECK(failure([] { trial_accuracy(zeros({1, 2, 3}), GoNoGo{}.draw(1, 1)); }) == "rate.134");
}
