#include "experiment_run.hpp"

#include <dynvision/data/data_set.hpp>
#include <dynvision/data/round_robin.hpp>
#include <dynvision/experiments/measures/write_measures.hpp>
#include <dynvision/experiments/run/run_plan.hpp>
#include <dynvision/experiments/tables/write_tables.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/run_lock.hpp>

#include "all_commands.hpp"
#include "experiment_study.hpp"
#include "experiment_tables.hpp"
#include "option_number.hpp"
#include "prepare.hpp"
#include "run_of_study.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

namespace program {

namespace {

using namespace dynvision;
using namespace dynvision::experiments;

constexpr std::int64_t usual_images = 200;

// Images of the test: so many, of every class in turn. "all": all there are.
struct Sample {
  Images images;
  std::vector<std::int64_t> numbers;  // in the test set
};

Sample sample_of(Images const& all, std::string const& asked) {
  std::int64_t n = std::min(usual_images, all.size());
  if (asked == "all") {
    n = all.size();
  } else if (!asked.empty()) {
    auto const number = option_number<std::int64_t>(asked);
    if (!number) {
      fail("program", 154, {"--images \"", asked, "\": expected a number from 1 to ", all.size(), ", or all"});
    }
    n = *number;
  }
  std::vector<std::int64_t> numbers = round_robin(all, n);
  return {chosen(all, numbers), numbers};
}

// [s]
template <class Call> double seconds_of(Call const& call) {
  auto const start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// [s] for a step of an image, measured on some steps with the images of a batch: after one to warm up.
double measured_rate(AnyModel const& model, Images const& images, RunPlanSettings const& settings) {
  constexpr int n_steps = 4;
  std::int64_t const n = std::min(settings.batch_size, images.size());
  Tensor const some =
      images.images.narrow(0, 0, n).to(at::TensorOptions(model.options.dtype).device(model.options.device));
  run::Settings own = settings.pass.run;
  own.n_timesteps = n_steps, own.record = true, own.idle_timesteps = 0;
  at::AutoGradMode const no_gradient(false);
  auto const once = [&] {
    return seconds_of([&] {
      if (settings.pass.path == RunPath::unroll) {
        run::unroll(model, some, own);
      } else {
        run::run(model, some, own);
      }
    });
  };
  once();
  return std::min(once(), once()) / static_cast<double>(n_steps * n);
}

// What stays on disk of a step of an image: experiments/run/branch_folder.hpp.
double bytes_per_step(AnyModel const& model, Plan const& plan) {
  auto const layers = static_cast<double>(facts_of(model).layers.size()) - 1;  // the last one is the head
  return 16 + 16 * (1 + plan.other_images()) + 16 * layers;
}

class ExperimentRun {
 public:
  explicit ExperimentRun(ExperimentRunArguments const& arguments)
      : asked_(arguments), study_(arguments.run, arguments.weights, arguments.study) {
    Study& study = study_.study();
    prepare_process(study);
    if (has_trials(study)) {
      fail(
          "program", 194,
          {"data_name \"", study.values.data.data_name,
           "\": experiments show an image for a time and then another, and the inputs of a trial have their own times: "
           "dynvision test has each step of the trials, dynvision dynamics what the network does under one of them"});
    }
    Images const test = test_images(study.values.data);
    take_from_images(study, test);
    AnyModel const model = study_.model_without_weights({});
    check_images_of(study, model, test, 0);
    check_classes(model, test);
    sample_ = sample_of(test, arguments.images);
    keys_ = study_.keys(arguments.category);
    keys_.image_numbers = sample_.numbers;
    experiments_ = read_experiments(experiments_of(arguments.study), arguments.names, model.options.dt);
    study_.check(experiments_);
    plan_ = plan_of(conditions_of(experiments_), [&](ModelSide const& side) { return study_.plan_settings(side); });
    settings_.batch_size = std::min(study.values.fit.val_batch_size, sample_.images.size());
    settings_.pass.path = arguments.reference_path ? RunPath::unroll : RunPath::compiled;
    settings_.pass.share_blank = !arguments.separate_blanks && study.own_model.empty();
    settings_.pass.run = study.values.run;
    settings_.units = arguments.units;
    tables_.emplace(arguments.tables, experiments_, plan_, sample_.images);
    settings_.populations = tables_->populations();
    tau_ = model.options.tau;
    bound_memory(model);
    settings_.progress = study.values.fit.progress ? "experiment" : "";
    forecast_ = {.n_images = sample_.images.size(),
                 .seconds_per_image_step = measured_rate(model, sample_.images, settings_),
                 .bytes_per_image_step = bytes_per_step(model, plan_) + features_per_step(model),
                 .share_blank = settings_.pass.share_blank};
  }

  int run() {
    if (!asked_.json || asked_.dry_run) show_plan();
    if (asked_.dry_run) return done;
    std::filesystem::path out = asked_.out;
    if (out.empty()) out = std::filesystem::path(asked_.run) / "experiments";
    make_folder(out);
    RunLock const lock(out);
    Interrupt const interrupt;
    settings_.stop_requested = [&] { return interrupt.requested(); };
    for (NamedPlan const& one : plans()) {
      make_folder(out / one.first);
      write_plan(one.second, one.first, out / one.first, forecast_);
    }
    std::filesystem::path const branches = out / "branches" / branch_name();
    PlanRun const result = run_plan(
        plan_, [&](ModelSide const& side) { return study_.model_of(side); }, sample_.images, branches, settings_);
    if (!result.complete) {
      std::cerr << "Stopped; the same command goes on." << std::endl;
      return interrupted;
    }
    std::size_t first = 0;
    for (Experiment const& one : experiments_) {
      TablesOf const of{branches, out / one.name, first, first + one.conditions.size()};
      keys_.experiment = one.name;
      tables_seconds_ += seconds_of([&] { write_tables(plan_, sample_.images, of, keys_, settings_.batch_size); });
      measures_seconds_ +=
          seconds_of([&] { write_measures(plan_, sample_.images, of, keys_, settings_.batch_size, single_of(one)); });
      first = of.end;
    }
    measures_seconds_ += seconds_of([&] { tables_->write(branches, out, keys_, settings_.batch_size, tau_); });
    report(result, out);
    return done;
  }

 private:
  // An answer of a class that the images do not have, or the other way round, would count as wrong.
  static void check_classes(AnyModel const& model, Images const& images) {
    int const n = facts_of(model).n_classes;
    if (n == static_cast<int>(images.classes.size())) return;
    fail("program", 152,
         {model.type(), " tells ", n, " classes apart, and the images have ", images.classes.size(),
          ": expected as many (--n_classes, or --data_name)"});
  }

  // Responses of every unit are held for some steps at a time, those that --units keeps for a branch, twice while they are joined: the
  // steps and, for the latter, images of a batch are chosen so that each takes 128 MB at most.
  void bound_memory(AnyModel const& model) {
    constexpr double most_bytes = 128 << 20;
    double all = 0, kept = 0;  // [bytes] of a step of an image
    std::size_t longest = 1;   // [steps]
    for (LayerFacts const& layer : facts_of(model).layers) {
      double const units =
          static_cast<double>(layer.channels) * static_cast<double>(layer.size.height * layer.size.width);
      bool const is_kept = std::find(asked_.units.begin(), asked_.units.end(), layer.name) != asked_.units.end();
      all += units * static_cast<double>(c10::elementSize(model.options.dtype)), kept += is_kept ? 8 * units : 0;
    }
    for (Tree const& tree : plan_.trees) {
      for (Branch const& branch : tree.branches) longest = std::max(longest, branch.frames.size());
    }
    auto const at_once = [&](double bytes) {
      return static_cast<std::int64_t>(std::min(1e6, most_bytes / std::max(bytes, 1.0)));
    };
    std::int64_t const n_images = std::max<std::int64_t>(1, at_once(kept * static_cast<double>(longest)));
    settings_.batch_size = std::min(settings_.batch_size, n_images);
    std::int64_t const n_steps = at_once(all * static_cast<double>(settings_.batch_size));
    settings_.pass.record_steps = static_cast<int>(std::max<std::int64_t>(4, n_steps));
  }

  // Of populations, on disk: of a mean over the branches of which they are kept and the others.
  double features_per_step(AnyModel const& model) const {
    double channels = 0, kept = 0;
    for (LayerFacts const& layer : facts_of(model).layers) channels += layer.channels;
    for (Tree const& tree : plan_.trees) {
      std::vector<bool> const keeps = settings_.populations.branches(tree);
      for (std::size_t b = 0; b < keeps.size(); ++b) {
        if (keeps[b]) kept += static_cast<double>(tree.branches[b].frames.size());
      }
    }
    return 4 * channels * kept / static_cast<double>(plan_.nodes());
  }

  // The condition of an experiment that is always added, which shows the first of two pulses alone.
  std::optional<std::size_t> single_of(Experiment const& experiment) const {
    std::size_t number = 0;
    for (Experiment const& one : experiments_) {
      bool const reference =
          std::find(experiment.with.begin(), experiment.with.end(), one.name) != experiment.with.end();
      if (reference && one.conditions.size() == 1) return number;
      number += one.conditions.size();
    }
    return std::nullopt;
  }
  // Each by itself, and all together where there are several.
  std::vector<NamedPlan> plans() const {
    std::vector<NamedPlan> all;
    for (Experiment const& one : experiments_) {
      all.emplace_back(one.name,
                       plan_of(one.conditions, [&](ModelSide const& side) { return study_.plan_settings(side); }));
    }
    return all;
  }
  void show_plan() const {
    std::vector<NamedPlan> all = plans();
    if (all.size() > 1) all.emplace_back("together", plan_);
    if (asked_.json) {
      Json json = Json::array();
      for (NamedPlan const& one : all) {
        Json each{{"experiment", one.first}};
        each.update(plan_json(one.second, forecast_));
        json.push_back(each);
      }
      std::cout << json.dump(2) << std::endl;
      return;
    }
    std::cout
        << study_.study().values.structure.model_name << ", " << sample_.images.size()
        << " images, dt = " << number_text(plan_.trees.front().settings.dt) << " ms\n"
        << plan_text(all, forecast_)
        << "steps: of all conditions, each by itself; nodes: what is computed, each step once; image nodes: of these, "
           "from the first image on\n"
        << (asked_.dry_run ? "Nothing was run.\n" : "") << std::flush;
    for (std::string const& one : tables_->left_out()) std::cout << one << std::endl;
  }
  // Results of one set of experiments; others of the same folder have their own.
  std::string branch_name() const {
    std::string name;
    for (Experiment const& one : experiments_) name += (name.empty() ? "" : "+") + one.name;
    if (name.size() > 100) name = name.substr(0, 80) + "+" + number_text(std::hash<std::string>{}(name) % 1000000);
    return name;
  }
  void report(PlanRun const& result, std::filesystem::path const& out) const {
    Json all{{"out", out.string()},
             {"images", sample_.images.size()},
             {"seconds", result.seconds},
             {"tables_seconds", tables_seconds_},
             {"measures_seconds", measures_seconds_},
             {"image_steps", result.image_steps},
             {"experiments", Json::array()}};
    for (Experiment const& one : experiments_) {
      all["experiments"].push_back(
          {{"name", one.name}, {"conditions", one.conditions.size()}, {"folder", (out / one.name).string()}});
    }
    if (asked_.json) {
      std::cout << all.dump(2) << std::endl;
      return;
    }
    std::cout << "in " << Progress::duration_text(result.seconds) << ", tables "
              << Progress::duration_text(tables_seconds_) << ", measures " << Progress::duration_text(measures_seconds_)
              << ": ";
    for (Experiment const& one : experiments_) std::cout << (out / one.name).string() << "/ ";
    std::cout << std::endl;
  }

  ExperimentRunArguments const& asked_;
  ExperimentStudy study_;
  Sample sample_{};
  TableKeys keys_{};
  std::vector<Experiment> experiments_{};
  Plan plan_{};
  RunPlanSettings settings_{};
  std::optional<FurtherTables> tables_{};
  double tau_ = 0;  // [ms]
  double tables_seconds_ = 0, measures_seconds_ = 0;
  Forecast forecast_{};
};

}  // namespace

int run_experiments(ExperimentRunArguments const& arguments) {
  if (arguments.names.empty()) {
    fail("program", 155,
         "experiment run: expected --experiment NAME, or several; dynvision experiment list has all names");
  }
  bool const from_run = !arguments.run.empty();
  if (from_run) RunFolder::open(arguments.run);
  if (!from_run && (arguments.weights.empty() || (arguments.out.empty() && !arguments.dry_run))) {
    fail("program", 156,
         "experiment run: expected --run FOLDER of a trained run, or --config FILE, --weights FILE and --out FOLDER");
  }
  return ExperimentRun(arguments).run();
}

}  // namespace program
