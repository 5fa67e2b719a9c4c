// Tasks by the names and numbers that a configuration gives them.
//
//   rate::AnyTask const task = rate::task_of("perceptual_decision", {{"stimulus", 600}}, 20);      dt [ms]; none: the task's own
//   rate::Trials const trials = rate::drawn(task, 64, seed);
//   rate::answers_of(task)                                   {"fixate", "first", "second"}: what outputs 0, 1, ... say
//
// Numbers that are not given are those of the task's struct. Error: rate.135.
#pragma once
#include <dynvision/core/kwargs.hpp>
#include <dynvision/rate/tasks/cue_delay_report.hpp>
#include <dynvision/rate/tasks/delay_comparison.hpp>
#include <dynvision/rate/tasks/delay_match_sample.hpp>
#include <dynvision/rate/tasks/delayed_recall.hpp>
#include <dynvision/rate/tasks/evidence_ramp.hpp>
#include <dynvision/rate/tasks/go_no_go.hpp>
#include <dynvision/rate/tasks/multisensory.hpp>
#include <dynvision/rate/tasks/perceptual_decision.hpp>
#include <dynvision/rate/tasks/set_reset.hpp>

#include <optional>
#include <span>
#include <variant>

namespace dynvision::rate {

using AnyTask = std::variant<GoNoGo, DelayMatchSample, DelayMatchSampleDistractors, PerceptualDecision, DelayComparison,
                             Multisensory, CueDelayReport, EvidenceRamp, DelayedRecall, SetReset>;

struct NamedTask {
  std::string_view name;
  std::span<Kwarg const> kwargs;
  std::string_view answers;  // "fixate go"; further ones have numbers
  AnyTask (*made)(KnownKwargs const& numbers);
};

namespace tasks {

constexpr Kwarg ms(std::string_view name, std::string_view help) {
  return {.name = name, .range = at_least(0), .help = help};
}
inline constexpr Kwarg fixation = ms("fixation", "[ms] before anything is shown");
inline constexpr Kwarg stimulus = ms("stimulus", "[ms] that the stimulus is shown");
inline constexpr Kwarg sample = ms("sample", "[ms] that the first stimulus is shown");
inline constexpr Kwarg delay = ms("delay", "[ms] without a stimulus");
inline constexpr Kwarg delay_jitter = ms("delay_jitter", "[ms] by which the delay is shorter or longer");
inline constexpr Kwarg test = ms("test", "[ms] that a second stimulus is shown");
inline constexpr Kwarg decision = ms("decision", "[ms] in which the answer is wanted");
inline constexpr Kwarg sigma{
    .name = "sigma", .range = at_least(0), .help = "[sqrt(ms)] of the noise of stimuli, sigma/sqrt(dt) in a step"};
inline constexpr Kwarg ring{
    .name = "ring", .kind = KwargKind::whole, .range = between(2, 4096), .help = "units, and directions"};

inline constexpr Kwarg go_no_go[]{stimulus, delay, decision, delay_jitter};
inline constexpr Kwarg delay_match_sample[]{fixation, sample, delay, test, decision, delay_jitter, sigma, ring};
inline constexpr Kwarg delay_match_sample_distractors[]{
    fixation,
    sample,
    delay,
    test,
    sigma,
    ring,
    {.name = "tests", .kind = KwargKind::whole, .range = between(1, 64), .help = "stimuli, one of which matches"}};
inline constexpr Kwarg coherences{.name = "coherences",
                                  .kind = KwargKind::numbers,
                                  .range = between(0, 100),
                                  .help = "[%] of the evidence, one of which a trial has"};
inline constexpr Kwarg multisensory[]{fixation, stimulus, decision, sigma, coherences};
constexpr Kwarg hertz(std::string_view name, std::string_view help) {
  return {.name = name, .range = at_least(0), .help = help};
}
inline constexpr Kwarg delay_comparison[]{
    fixation,
    ms("first", "[ms] that the first frequency is shown"),
    delay,
    ms("second", "[ms] that the second one is shown"),
    decision,
    delay_jitter,
    sigma,
    hertz("lowest", "[Hz] of all frequencies"),
    hertz("highest", "[Hz] of all frequencies"),
    hertz("difference", "[Hz] between the two of a trial"),
    {.name = "pairs", .kind = KwargKind::whole, .range = between(1, 1000), .help = "of frequencies"}};
inline constexpr Kwarg cue_delay_report[]{
    ms("cue", "[ms] that the direction is shown"),
    ms("before", "[ms] of the delay before the probe"),
    ms("probe", "[ms] in which another direction may be shown"),
    ms("after", "[ms] of the delay behind the probe"),
    ms("report", "[ms] in which the answer is wanted"),
    {.name = "distractor", .range = at_least(0), .help = "strength of the other direction; 0: none is shown"},
    sigma,
    ring};
inline constexpr Kwarg perceptual_decision[]{fixation, stimulus, decision, sigma, coherences};
inline constexpr Kwarg evidence_ramp[]{
    fixation,
    stimulus,
    sigma,
    {.name = "ramps", .range = between(0, 1), .help = "share of the trials in which the evidence moves"},
    {.name = "margin", .range = between(0, 0.49), .help = "of the evidence around 1/2, where no step counts"},
    {.name = "levels", .kind = KwargKind::numbers, .range = between(0, 100), .help = "[%] of evidence that stays"}};
inline constexpr Kwarg delayed_recall[]{
    ms("before", "[ms] before the impulse"),
    ms("before_jitter", "[ms] by which that is shorter or longer"),
    ms("impulse", "[ms] that the item is shown"),
    delay,
    ms("recall", "[ms] in which the answer is wanted"),
    ms("after", "[ms] behind it"),
    {.name = "items", .kind = KwargKind::whole, .range = between(1, 4096), .help = "that there are, one input each"}};
inline constexpr Kwarg set_reset[]{ms("duration", "[ms] of a trial"), hertz("pulses", "[Hz] of set and reset together"),
                                   ms("settle", "[ms] from a pulse on that do not count")};

template <class Number> void take(KnownKwargs const& numbers, std::string_view name, Number& to) {
  if (numbers.is_given(name)) to = static_cast<Number>(numbers.number(name));
}
inline void take(KnownKwargs const& numbers, std::string_view name, std::vector<double>& to) {
  if (numbers.is_given(name)) to = numbers.numbers(name);
}
// `Fields`: of the task, in the order of what is known of their names.
template <class T, auto const& Known, auto... Fields> AnyTask made(KnownKwargs const& numbers) {
  static_assert(std::size(Known) == sizeof...(Fields));
  T task;
  std::size_t i = 0;
  (take(numbers, Known[i++].name, task.*Fields), ...);
  return task;
}

using D = DelayMatchSample;
using S = DelayMatchSampleDistractors;
using P = PerceptualDecision;
using C = DelayComparison;
using M = Multisensory;
using R = CueDelayReport;
using E = EvidenceRamp;
using L = DelayedRecall;
using Q = SetReset;
inline constexpr NamedTask all[]{
    {GoNoGo::name, go_no_go, "fixate go",
     made<GoNoGo, go_no_go, &GoNoGo::stimulus, &GoNoGo::delay, &GoNoGo::decision, &GoNoGo::delay_jitter>},
    {D::name, delay_match_sample, "fixate match non_match",
     made<D, delay_match_sample, &D::fixation, &D::sample, &D::delay, &D::test, &D::decision, &D::delay_jitter,
          &D::sigma, &D::ring>},
    {S::name, delay_match_sample_distractors, "fixate match",
     made<S, delay_match_sample_distractors, &S::fixation, &S::sample, &S::delay, &S::test, &S::sigma, &S::ring,
          &S::tests>},
    {P::name, perceptual_decision, "fixate first second",
     made<P, perceptual_decision, &P::fixation, &P::stimulus, &P::decision, &P::sigma, &P::coherences>},
    {C::name, delay_comparison, "fixate first second",
     made<C, delay_comparison, &C::fixation, &C::first, &C::delay, &C::second, &C::decision, &C::delay_jitter,
          &C::sigma, &C::lowest, &C::highest, &C::difference, &C::pairs>},
    {M::name, multisensory, "fixate first second",
     made<M, multisensory, &M::fixation, &M::stimulus, &M::decision, &M::sigma, &M::coherences>},
    {R::name, cue_delay_report, "fixate",
     made<R, cue_delay_report, &R::cue, &R::before, &R::probe, &R::after, &R::report, &R::distractor, &R::sigma,
          &R::ring>},
    {E::name, evidence_ramp, "fixate first second",
     made<E, evidence_ramp, &E::fixation, &E::stimulus, &E::sigma, &E::ramps, &E::margin, &E::levels>},
    {L::name, delayed_recall, "none",
     made<L, delayed_recall, &L::before, &L::before_jitter, &L::impulse, &L::delay, &L::recall, &L::after, &L::items>},
    {Q::name, set_reset, "reset set", made<Q, set_reset, &Q::duration, &Q::pulses, &Q::settle>}};

inline std::vector<std::string_view> names() {
  std::vector<std::string_view> some;
  for (NamedTask const& one : all) some.push_back(one.name);
  return some;
}
inline NamedTask const* find(std::string_view name) {
  for (NamedTask const& one : all) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace tasks

inline Trials drawn(AnyTask const& task, int n, std::uint64_t seed, std::uint64_t first = 0) {
  return std::visit([&](auto const& one) { return one.draw(n, seed, first); }, task);
}
inline double dt_of(AnyTask const& task) {
  return std::visit([](auto const& one) { return one.dt; }, task);
}
inline std::vector<std::string> answers_of(AnyTask const& task) {
  std::string_view text = tasks::find(std::visit([](auto const& one) { return one.name; }, task))->answers;
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const end = std::min(text.find(' ', at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  auto const n = static_cast<std::size_t>(std::visit([](auto const& one) { return one.n_outputs(); }, task));
  while (words.size() < n) words.push_back(number_text(words.size()));
  return words;
}

// All that is wrong, one line each; none: it is good.
inline std::vector<std::string> problems_of_task(std::string_view name, Kwargs const& given, std::optional<double> dt,
                                                 AnyTask* task = nullptr) {
  std::vector<std::string> problems;
  NamedTask const* const known = tasks::find(name);
  if (known == nullptr) {
    problems.push_back(joined({"task \"", name, "\": ", expected_one_of(name, tasks::names())}));
    return problems;
  }
  KnownKwargs const numbers = checked_kwargs(joined({"task ", name}), known->kwargs, given, problems);
  if (!problems.empty()) return problems;
  AnyTask made = known->made(numbers);
  std::visit([&](auto& one) { one.dt = dt.value_or(one.dt); }, made);
  try {
    drawn(made, 1, 0);
  } catch (Error const& error) {
    std::string_view const text = error.what();
    std::size_t const end = text.find("] ");
    problems.emplace_back(joined({"task ", name, ": ", end == text.npos ? text : text.substr(end + 2)}));
  }
  if (task != nullptr) *task = made;
  return problems;
}

inline AnyTask task_of(std::string_view name, Kwargs const& given = {}, std::optional<double> dt = {}) {
  AnyTask task;
  std::string text;
  for (std::string const& problem : problems_of_task(name, given, dt, &task)) {
    text += (text.empty() ? "" : "; ") + problem;
  }
  if (!text.empty()) fail("rate", 135, text);
  return task;
}

}  // namespace dynvision::rate
