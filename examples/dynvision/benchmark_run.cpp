#include "benchmark_run.hpp"

#include <dynvision/records/progress.hpp>
#include <dynvision/variants/first_use.hpp>

#include <ATen/Parallel.h>

#include "benchmark_loaders.hpp"
#include "benchmark_plan.hpp"
#include "benchmark_subject.hpp"
#include "benchmark_table.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace program {

using namespace dynvision;

namespace {

bool same_as_default(Study const& study, Study const& base, Level const& level) {
  if (level.step_by_step) return false;
  int const threads = base.values.program.threads > 0 ? base.values.program.threads : threads_at_start();
  if (level.threads > 0 && level.threads != threads) return false;
  if (type_of(study.values.structure) != type_of(base.values.structure)) return false;
  auto mine = study.identity(), other = base.identity();
  // The type says it; a word that is given and one that is the model's own are the same.
  for (char const* const key : {"trainer.threads", "model.recurrence_type", "model.recurrence_target", "model.feedback",
                                "model.skip", "model.integration", "model.dynamics_solver", "model.nonlinearity"}) {
    mine.erase(key), other.erase(key);
  }
  return mine == other;
}

class Benchmark {
 public:
  Benchmark(StudyWords const& words, BenchmarkSettings const& settings, std::filesystem::path out,
            BenchmarkSamples& samples, std::function<bool()> const& stop_requested)
      : words_(words), settings_(settings), out_(std::move(out)), samples_(samples), stop_requested_(stop_requested) {}

  bool run(std::vector<Factor> const& factors) {
    std::int64_t total = 0;
    std::vector<PreparedFactor> all;
    for (Factor const& factor : factors) {
      all.push_back(prepared(words_, factor));
      total += std::int64_t{settings_.rounds} * static_cast<std::int64_t>(all.back().levels.size());
    }
    progress_.emplace("benchmark", total);
    for (PreparedFactor const& factor : all) {
      if (!one(factor)) return false;
      write_benchmark(out_, samples_.all());
    }
    return true;
  }

 private:
  struct Subject {
    std::string level;
    std::int64_t batch_size;
    std::unique_ptr<BenchmarkSubject> model{};
    std::unique_ptr<BenchmarkPlan> plan{};
  };

  bool one(PreparedFactor const& factor) {
    name_ = factor.factor.name;
    std::int64_t const n = std::ssize(factor.levels);
    keep_what_is_whole(factor);
    if (is_whole(factor)) {
      progress_->step(n * settings_.rounds);
      return true;
    }
    if (factor.factor.measures == Measures::loader) loaders_.emplace(out_ / "loader-files", settings_.n_loaded);
    std::vector<Subject> subjects;
    for (PreparedLevel const& level : factor.levels) {
      if (stop_requested_()) return false;
      progress_->note(name_ + " " + level.level.name);
      if (std::optional<Subject> made = subject(factor.factor, level)) {
        subjects.push_back(std::move(*made));
      } else {
        progress_->step(settings_.rounds);
      }
    }
    for (auto const& [level, why] : factor.refused) note(level, why);
    for (int round = 1; round <= settings_.rounds; ++round) {
      for (std::size_t i = 0; i < subjects.size(); ++i) {
        if (stop_requested_()) return false;
        Subject const& next = subjects[(i + static_cast<std::size_t>(round)) % subjects.size()];
        progress_->note(name_ + " " + next.level);
        if (!has_round(next, round)) measure(next, round, factor.factor.measures);
        progress_->step();
      }
    }
    loaders_.reset();
    return true;
  }

  // Rounds of before that all levels have; none where there are other levels now.
  void keep_what_is_whole(PreparedFactor const& factor) {
    auto const known = [&](std::string const& level) { return samples_.has(name_, level, 0, "is_default"); };
    bool const all = std::all_of(factor.levels.begin(), factor.levels.end(),
                                 [&](PreparedLevel const& level) { return known(level.level.name); });
    if (!all) return samples_.forget(name_);
    int whole = 0;
    for (int round = 1; round <= settings_.rounds; ++round) {
      bool const complete = std::all_of(factor.levels.begin(), factor.levels.end(), [&](PreparedLevel const& level) {
        return samples_.has(name_, level.level.name, 0, "note") || has_round(level.level.name, round);
      });
      if (!complete) break;
      whole = round;
    }
    if (whole < settings_.rounds) samples_.forget(name_, whole + 1);
  }
  bool is_whole(PreparedFactor const& factor) const {
    return std::all_of(factor.levels.begin(), factor.levels.end(), [&](PreparedLevel const& level) {
      return samples_.has(name_, level.level.name, 0, "note") || has_round(level.level.name, settings_.rounds);
    });
  }
  // The last number of a round.
  bool has_round(std::string const& level, int round) const {
    return samples_.has(name_, level, round, "inference_s") || samples_.has(name_, level, round, "one_pass_s") ||
           samples_.has(name_, level, round, "loader_images_per_s");
  }
  bool has_round(Subject const& subject, int round) const { return has_round(subject.level, round); }

  void note(std::string const& level, std::string const& why) {
    if (samples_.has(name_, level, 0, "note")) return;
    samples_.add(name_, level, 0, "is_default", 0);
    samples_.add(name_, level, 0, "note", 0, "not run: " + why);
  }

  // Ready to be measured, with what is said of it once; none: this machine cannot, and the table says so.
  std::optional<Subject> subject(Factor const& factor, PreparedLevel const& level) {
    std::string const& name = level.level.name;
    if (!level.level.not_there.empty()) return note(name, level.level.not_there), std::nullopt;
    Subject made{name, level.study.values.fit.batches.batch_size};
    bool const runs = factor.measures == Measures::training || level.is_default;
    if (runs) {
      try {
        made.model = std::make_unique<BenchmarkSubject>(level.study, level.level);
      } catch (Error const& error) {
        if (factor.is_own || error.area() != "variants") throw;
        return note(name, error.what()), std::nullopt;
      }
      if (std::string const why = made.model->refusal(); !why.empty()) return note(name, why), std::nullopt;
    }
    if (factor.measures == Measures::plan) {
      made.plan = std::make_unique<BenchmarkPlan>(words_, level.study, model_of(level.study), name);
    }
    if (!samples_.has(name_, name, 0, "is_default")) {
      if (made.plan) say_once(made, *made.plan);
      if (made.model) say_once(made, level.study.values.structure);
      samples_.add(name_, name, 0, "is_default", level.is_default ? 1 : 0);
    } else if (made.model) {
      warm_up(made);
    }
    return made;
  }

  void warm_up(Subject const& subject) {
    at::set_num_threads(subject.model->threads());
    subject.model->training_step();
    subject.model->inference();
  }

  void say_once(Subject const& subject, Structure const& structure) {
    BenchmarkSubject& model = *subject.model;
    auto const say = [&](char const* quantity, double value, std::string const& words = {}) {
      samples_.add(name_, subject.level, 0, quantity, value, words);
    };
    at::set_num_threads(model.threads());
    double const difference = model.output_difference();
    if (!(difference <= model.most_difference())) {
      fail("program", 187,
           {name_, " ", subject.level, ": ", model.type(), ": its outputs differ from those of run::unroll by ",
            number_text(difference, 3), " (relative norm): expected at most ", model.most_difference(),
            ": nothing is measured that is not right"});
    }
    say("output_difference", difference);
    warm_up(subject);
    if (auto const bytes = model.memory_of_step()) say("memory_bytes", static_cast<double>(*bytes));
    if (!model.is_step_by_step()) say("planned_bytes", model.plan().peak_bytes);
    say("parameters", static_cast<double>(model.n_parameters()));
    say("multiply_adds_per_step", model.facts().sum(&LayerFacts::flops) / 2);
    say("batch_size", static_cast<double>(model.batch_size()));
    say("steps", model.steps());
    say("threads", model.threads());
    say("type", 0, model.type());
    say("path", 0, model.is_step_by_step() ? "step by step" : "compiled");
    if (settings_.compile_times) {
      say("compile_s", compiled_anew(structure, model.type()));
    } else if (model.compile_seconds()) {
      say("compile_s", *model.compile_seconds());
    }
  }

  void say_once(Subject const& subject, BenchmarkPlan const& plan) {
    double const difference = plan.difference();
    if (!(difference <= 1e-4)) {
      fail("program", 187,
           {name_, " ", subject.level, ": outputs of one pass differ from those of separate runs by ",
            number_text(difference, 3),
            " (relative norm): expected at most 1e-4: nothing is measured that is not right"});
    }
    samples_.add(name_, subject.level, 0, "output_difference", difference);
    samples_.add(name_, subject.level, 0, "steps", static_cast<double>(plan.steps()));
    samples_.add(name_, subject.level, 0, "step_ratio",
                 static_cast<double>(plan.steps()) / static_cast<double>(plan.nodes()));
    samples_.add(name_, subject.level, 0, "batch_size", static_cast<double>(subject.batch_size));
  }

  double compiled_anew(Structure const& structure, std::string const& type) {
    if (auto const known = compile_seconds_.find(type); known != compile_seconds_.end()) return known->second;
    std::filesystem::path const cache = out_ / "compile-times";
    std::error_code ignored;
    std::filesystem::remove_all(cache, ignored);
    double const seconds = seconds_of(
        [&] { dynvision::make_model(structure, {}, {.cache = cache, .takes_built_in = false, .quiet = true}); }, 0);
    std::filesystem::remove_all(cache, ignored);
    return compile_seconds_[type] = seconds;
  }

  void measure(Subject const& subject, int round, Measures what) {
    auto const say = [&](char const* quantity, double value) {
      samples_.add(name_, subject.level, round, quantity, value);
    };
    if (subject.model) {
      at::set_num_threads(subject.model->threads());
      say("training_s", seconds_of([&] { subject.model->training_step(); }, settings_.least_seconds));
    }
    if (what == Measures::plan) {
      say("separate_s", seconds_of([&] { subject.plan->separate(); }, 0));
      say("one_pass_s", seconds_of([&] { subject.plan->one_pass(); }, 0));
    } else if (what == Measures::loader) {
      say("loader_images_per_s", loaders_->images_per_second(subject.level, subject.batch_size));
    } else {
      say("inference_s", seconds_of([&] { subject.model->inference(); }, settings_.least_seconds));
    }
  }

  StudyWords const& words_;
  BenchmarkSettings const& settings_;
  std::filesystem::path out_;
  BenchmarkSamples& samples_;
  std::function<bool()> const& stop_requested_;
  std::optional<Progress> progress_{};
  std::optional<BenchmarkLoaders> loaders_{};
  std::string name_{};
  std::map<std::string, double> compile_seconds_{};  // by type
};

}  // namespace

PreparedFactor prepared(StudyWords const& words, Factor const& factor) {
  auto const study_with = [&](std::vector<std::string> const& keys) {
    StudyWords all = words;
    all.keys.insert(all.keys.end(), factor.base.begin(), factor.base.end());
    all.keys.insert(all.keys.end(), keys.begin(), keys.end());
    return Study(all, "train");
  };
  PreparedFactor all{factor};
  Study const base = study_with({});
  bool has_default = false;
  for (Level const& level : factor.levels) {
    try {
      Study study = study_with(level.keys);
      bool const is_default =
          !has_default && factor.measures == Measures::training && same_as_default(study, base, level);
      has_default = has_default || is_default;
      all.levels.push_back({level, std::move(study), is_default});
    } catch (Error const& error) {
      if (factor.is_own) throw;
      all.refused.emplace_back(level.name, error.what());
    }
  }
  if (factor.measures == Measures::loader) {
    for (PreparedLevel& level : all.levels) level.is_default = level.level.name == "memory";
  } else if (factor.measures == Measures::training && !has_default) {
    all.levels.insert(all.levels.begin(), {Level{"default"}, base, true});
  }
  return all;
}

bool run_benchmark(StudyWords const& words, std::vector<Factor> const& factors, BenchmarkSettings const& settings,
                   std::filesystem::path const& out, BenchmarkSamples& samples,
                   std::function<bool()> const& stop_requested) {
  return Benchmark(words, settings, out, samples, stop_requested).run(factors);
}

}  // namespace program
