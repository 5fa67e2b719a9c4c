#include "benchmark_forecast.hpp"

#include <dynvision/records/progress.hpp>
#include <dynvision/records/text_table.hpp>
#include <dynvision/variants/first_use.hpp>

#include "benchmark_plan.hpp"
#include "benchmark_subject.hpp"
#include "prepare.hpp"
#include "this_machine.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

namespace program {

using namespace dynvision;

namespace {

struct Expected {
  std::string factor, level, type, note;
  double multiply_adds = 0, memory_bytes = 0, seconds = 0;  // for an image and step; of a training step; all rounds
};

constexpr double compile_seconds = 30;  // about, of a type that is not there yet
constexpr double seconds_of_loading = 0.3;

Expected expected(StudyWords const& words, Factor const& factor, PreparedLevel const& level,
                  BenchmarkSettings const& settings, double rate, std::set<std::string>& compiled) {
  Structure const& structure = level.study.values.structure;
  Expected all{factor.name, level.level.name, type_of(structure), level.level.not_there};
  if (!all.note.empty()) return all.note = "not run: " + all.note, all;
  if (factor.measures == Measures::loader) all.seconds += settings.rounds * seconds_of_loading;
  if (factor.measures == Measures::loader && !level.is_default) return all.type.clear(), all;
  bool const there = !level.study.own_model.empty() || find_variant(all.type) != nullptr;
  if ((!there || settings.compile_times) && compiled.insert(all.type).second) all.seconds += compile_seconds;
  if (!there) return all.note = "is compiled first, unless it is kept from before", all;
  BenchmarkSubject const subject(level.study, level.level);
  if (std::string const why = subject.refusal(); !why.empty()) return all.note = "not run: " + why, all;
  run::Plan const plan = subject.plan();
  if (factor.measures == Measures::plan) {
    BenchmarkPlan const runs(words, level.study, model_of(level.study), level.level.name);
    auto const steps = static_cast<double>(runs.steps() + runs.nodes());
    all.seconds += (settings.rounds + 1) * steps / subject.steps() * plan.forward_flops / rate;
    return all;
  }
  all.multiply_adds = subject.facts().sum(&LayerFacts::flops) / 2;
  all.memory_bytes = subject.is_step_by_step() ? 0 : plan.peak_bytes;
  double const flops = subject.is_step_by_step() ? plan.forward_flops_by_step : plan.forward_flops;
  double const inference = flops / rate, training = 3 * inference;  // backward, a convolution is two more
  auto const sample = [&](double seconds) { return std::max(seconds, settings.least_seconds); };
  all.seconds += settings.rounds * (sample(training) + sample(inference)) + 2 * training + inference;
  return all;
}

// [1/s] operations of convolutions in a training step of the default, measured: the second of two.
double measured_rate(StudyWords const& words) {
  BenchmarkSubject subject(Study(words, "train"), Level{"default"});
  subject.training_step();
  return 3 * subject.plan().forward_flops / seconds_of([&] { subject.training_step(); }, 0);
}

}  // namespace

int print_forecast(StudyWords const& words, std::vector<Factor> const& factors, BenchmarkSettings const& settings,
                   bool json) {
  double const rate = measured_rate(words);
  std::vector<Expected> all;
  std::set<std::string> compiled;
  for (Factor const& factor : factors) {
    PreparedFactor const known = prepared(words, factor);
    for (PreparedLevel const& level : known.levels)
      all.push_back(expected(words, factor, level, settings, rate, compiled));
    for (auto const& [level, why] : known.refused) all.push_back({factor.name, level, "", "not run: " + why});
  }
  double seconds = 0, memory = 0;
  for (Expected const& one : all) seconds += one.seconds, memory = std::max(memory, one.memory_bytes);
  if (json) {
    Json rows = Json::array();
    for (Expected const& one : all) {
      rows.push_back({{"factor", one.factor},
                      {"level", one.level},
                      {"type", one.type},
                      {"multiply_adds_per_step", one.multiply_adds},
                      {"planned_memory_bytes", one.memory_bytes},
                      {"seconds", one.seconds},
                      {"note", one.note}});
    }
    std::cout
        << Json{{"rounds", settings.rounds}, {"seconds", seconds}, {"memory_bytes", memory}, {"levels", rows}}.dump(2)
        << std::endl;
    return done;
  }
  TextTable table({"factor", "level", "multiply-adds [M]", "memory [MB]", "time [s]", "model"});
  auto const number = [](double value) { return value > 0 ? number_text(value, 3) : std::string("-"); };
  for (Expected const& one : all) {
    table.add({one.factor, one.level, number(one.multiply_adds / 1e6), number(one.memory_bytes / 1e6),
               number(one.seconds), one.note.empty() ? one.type : one.note});
  }
  std::cout
      << table << all.size() << " levels in " << settings.rounds << " rounds: about "
      << Progress::duration_text(seconds) << " and " << gigabytes(static_cast<std::uint64_t>(memory))
      << " above the weights (by a training step of the default, measured now; others on this machine make it longer)"
      << std::endl;
  return done;
}

}  // namespace program
