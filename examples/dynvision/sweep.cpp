// dynvision sweep: every combination of the lists in a configuration, each run a process of its own.
//
//   sweep_folder.hpp    what lies where, one sweep at a time      sweep_plan.hpp      what the sweep is made of
//   sweep_runner.hpp    processes side by side                    sweep_state.hpp     what has become of each run
//   sweep_view.hpp      the live table                            sweep_results.hpp, sweep_figure.hpp   what is left at the end
#include <dynvision/config/study_sweep.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/records/run_folder.hpp>
#include <dynvision/records/text_table.hpp>

#include "all_commands.hpp"
#include "option_number.hpp"
#include "run_record.hpp"
#include "sweep_figure.hpp"
#include "sweep_folder.hpp"
#include "sweep_plan.hpp"
#include "sweep_results.hpp"
#include "sweep_runner.hpp"
#include "sweep_view.hpp"
#include "this_machine.hpp"
#include "this_program.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>

namespace program {

namespace {

using namespace dynvision;
namespace fs = std::filesystem;

struct SweepArguments {
  std::vector<std::string> config, category, zip, keys;
  std::string folder, parallel, measure, against, own_model;
  bool dry_run = false, jobs = false, json = false;
};

// --tau 3,5,9 is --tau [3,5,9]; what is JSON already stays.
std::vector<std::string> with_lists(std::vector<std::string> tokens) {
  for (std::string& token : tokens) {
    bool const is_name = token.starts_with("--");
    std::size_t const equals = is_name ? token.find('=') : 0;
    if (equals == token.npos) continue;
    std::string const value = token.substr(is_name ? equals + 1 : 0);
    if (value.find(',') == value.npos || std::string_view("[{\"").find(value[0]) != std::string_view::npos) continue;
    token = token.substr(0, is_name ? equals + 1 : 0) + "[" + value + "]";
  }
  return tokens;
}

std::vector<std::vector<std::string>> groups_of(std::vector<std::string> const& words) {
  std::vector<std::vector<std::string>> groups;
  for (std::string const& word : words) {
    groups.emplace_back();
    for (std::size_t at = 0; at <= word.size();) {
      std::size_t const end = std::min(word.find(',', at), word.size());
      groups.back().push_back(word.substr(at, end - at));
      at = end + 1;
    }
  }
  return groups;
}

// Short names, where no two keys have the same: they are the columns of the table of results.
std::vector<std::pair<std::string, std::string>> shown_values(config::SweptRun const& run) {
  std::vector<std::pair<std::string, std::string>> shown;
  for (auto const& [key, value] : run.values) {
    std::string const name = config::sweep::short_name(key);
    auto const same = std::find_if(shown.begin(), shown.end(), [&n = name](auto const& one) { return one.first == n; });
    if (same == shown.end()) {
      shown.emplace_back(name, value);
    } else if (same->second != value) {
      shown.emplace_back(key, value);
    }
  }
  return shown;
}

SweepPlan plan_of(config::StudySweep const& study, std::string const& own_model) {
  SweepPlan plan{.command = "dynvision " + shell_text(started_with())};
  for (config::SweptRun const& run : study.runs) {
    plan.runs.push_back({.name = run.name,
                         .identity = run.identity + (own_model.empty() ? "" : " " + own_model),
                         .values = shown_values(run),
                         .configuration = run.configuration,
                         .seed = run.seed,
                         .epochs = run.epochs});
  }
  return plan;
}

int whole_number(std::string const& text, char const* option) {
  auto const value = option_number<int>(text);
  if (!value || *value < 1 || *value > 1024) {
    fail("program", 167, {option, " ", text, ": expected a whole number from 1 to 1024"});
  }
  return *value;
}

std::vector<std::string> with_model(std::vector<std::string> words, std::string const& own_model) {
  if (!own_model.empty()) words.insert(words.end(), {"--model", own_model});
  return words;
}

// What `dynvision plan` says of a configuration [bytes]; 0: it says nothing.
double forecast_of(fs::path const& configuration, std::string const& own_model, fs::path const& output,
                   Interrupt const& interrupt) {
  std::error_code ignored;
  fs::remove(output, ignored);
  try {
    ChildProcess child({.command = with_model(
                            {this_program().string(), "plan", "--config", configuration.string(), "--json"}, own_model),
                        .output = output});
    for (int i = 0; child.running() && i < 12000 && !interrupt.requested(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    auto const json = nlohmann::json::parse(InputFile(output).text(), nullptr, false);
    fs::remove(output, ignored);
    auto const most = json.is_object() ? json.find("memory_bytes") : json.end();
    return json.is_object() && most != json.end() && most->is_number() ? most->get<double>() : 0;
  } catch (Error const&) {  // the run itself will say it
    return 0;
  }
}

std::string figure_measure(std::vector<RunState> const& states, std::string const& asked) {
  std::vector<std::string> const names = measures(states);
  if (!asked.empty()) return asked;
  for (char const* const name : {"test_accuracy", "val_accuracy", "test_loss", "val_loss"}) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return name;
  }
  return names.empty() ? std::string() : names.front();
}

class Sweep {
 public:
  Sweep(SweepArguments const& arguments, SweepPlan const& plan, fs::path const& path, int n_parallel)
      : arguments_(arguments), plan_(plan), folder_(path), n_parallel_(n_parallel), table_(n_parallel) {
    adopt_plan(folder_, plan_);
  }

  int run() {
    SweepRunner runner(folder_, plan_, settings());
    write(runner.states());
    runner.run();
    table_.finish(runner.states());
    write(runner.states());
    return report(runner.states());
  }

 private:
  SweepRunnerSettings settings() {
    // One thread each where there are as many processes as cores; what the environment says counts more.
    char const* const given = std::getenv("OMP_NUM_THREADS");
    int const threads = given != nullptr && *given != '\0' ? 0 : std::max(1, available_cores() / n_parallel_);
    SweepRunnerSettings settings{.n_parallel = n_parallel_, .n_threads = threads};
    settings.stages = {{.name = "train",
                        .command = [this](PlannedRun const& run) { return train(run); },
                        .done = [this](PlannedRun const& run) { return is_trained(run); }},
                       {.name = "test",
                        .command = [this](PlannedRun const& run) { return test(run); },
                        .done = [this](PlannedRun const& run) { return summary(run).contains("test_accuracy"); }}};
    if (n_parallel_ > 1) {
      settings.forecast = [this](PlannedRun const& run) {
        return forecast_of(folder_.configuration(run.name), arguments_.own_model,
                           folder_.path() / "jobs" / (run.name + ".plan.json"), interrupt_);
      };
    }
    settings.free_memory = [] {
      auto const free = free_memory_bytes();
      return free > 0 ? static_cast<double>(free) : std::numeric_limits<double>::infinity();
    };
    settings.results = [this](PlannedRun const& run) { return results_of(run_folder(run) / "summary.json"); };
    settings.progress = [this](PlannedRun const& run) { return progress_of(run_folder(run) / "metrics.csv"); };
    settings.changed = [this](std::vector<RunState> const& states, RunState const* which) {
      if (which != nullptr && which->status != RunStatus::running) write(states);
      table_.changed(states, which);
    };
    settings.stop_requested = [this] { return interrupt_.requested(); };
    return settings;
  }

  // Made by train, in a folder of this run's name: runs/NAME/latest. It may not be there yet.
  fs::path run_folder(PlannedRun const& run) const {
    try {
      return RunFolder::latest(folder_.run(run.name)).path();
    } catch (Error const&) {
      return folder_.latest(run.name);
    }
  }
  std::vector<std::string> train(PlannedRun const& run) const {
    std::string const program = this_program().string();
    fs::path const there = run_folder(run);
    std::error_code ignored;  // one whose process was killed before it had written anything is left alone
    if (fs::exists(there / "config.json", ignored)) {
      return with_model({program, "train", "--resume", there.string()}, arguments_.own_model);
    }
    return with_model({program, "train", "--config", folder_.configuration(run.name).string(), "--runs",
                       folder_.run(run.name).string()},
                      arguments_.own_model);
  }
  std::vector<std::string> test(PlannedRun const& run) const {
    return with_model({this_program().string(), "test", run_folder(run).string(), "--no-time-course"},
                      arguments_.own_model);
  }
  Json summary(PlannedRun const& run) const {
    auto const path = run_folder(run) / "summary.json";
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) return Json::object();
    Json json = Json::parse(InputFile(path).text(), nullptr, false);
    return json.is_object() ? json : Json::object();
  }
  bool is_trained(PlannedRun const& run) const {
    Json const now = summary(run);
    return now.contains("status") && now["status"] != "interrupted";
  }

  void write(std::vector<RunState> const& states) const {
    write_where_different(folder_.results(), results_text(folder_, states));
    std::string const measure = figure_measure(states, arguments_.measure);
    if (measure.empty()) return;
    write_where_different(figure_path(measure), sweep_figure(sweep_curves(states, measure, arguments_.against)));
  }
  fs::path figure_path(std::string const& measure) const {
    return folder_.path() / (config::sweep_word(measure) + ".svg");
  }

  int report(std::vector<RunState> const& states) const {
    auto const n = [&](RunStatus status) {
      return std::count_if(states.begin(), states.end(), [&](RunState const& s) { return s.status == status; });
    };
    auto const n_finished = n(RunStatus::finished), n_failed = n(RunStatus::failed);
    bool const all = n_finished == std::ssize(states);
    std::string const measure = figure_measure(states, arguments_.measure);
    if (arguments_.json) {
      Json runs = Json::array();
      for (RunState const& state : states) {
        Json values = Json::object(), results = Json::object();
        for (auto const& [key, value] : state.run->values) values[key] = Json::parse(value);
        for (auto const& [name, value] : state.results) results[name] = Json::parse(value, nullptr, false);
        runs.push_back({{"run", state.run->name},
                        {"values", values},
                        {"status", name_of(state.status)},
                        {"results", results},
                        {"seconds", state.seconds},
                        {"folder", folder_.latest(state.run->name).string()},
                        {"error", state.error}});
      }
      std::cout << Json{{"folder", folder_.path().string()},
                        {"finished", n_finished},
                        {"failed", n_failed},
                        {"runs", runs}}
                       .dump(2)
                << std::endl;
    } else {
      std::vector<std::string> columns = swept_keys(states);
      std::size_t const n_keys = columns.size();
      columns.insert(columns.end(), {"status", measure.empty() ? "measure" : measure, "seconds"});
      TextTable table(columns);
      for (RunState const& state : states) {
        std::vector<std::string> cells;
        for (std::size_t k = 0; k < n_keys; ++k) cells.push_back(cell_of(value_of(state.run->values, columns[k])));
        cells.insert(cells.end(), {std::string(name_of(state.status)), value_of(state.results, measure),
                                   number_text(state.seconds, decimals(1))});
        table.add(cells);
      }
      std::cout << table;
      for (RunState const& state : states) {
        if (state.status != RunStatus::failed) continue;
        std::cout << state.run->name << ": " << state.error
                  << "\n  its output: " << folder_.output(state.run->name).string() << "\n";
      }
      std::cout << n_finished << " of " << states.size() << " finished: " << folder_.results().string();
      if (!measure.empty()) std::cout << ", " << figure_path(measure).string();
      std::cout << std::endl;
      if (!all) std::cout << "The same command goes on with those that are not." << std::endl;
    }
    if (interrupt_.requested()) return interrupted;
    return all ? done : failed;
  }

  SweepArguments const& arguments_;
  SweepPlan const& plan_;
  SweepFolder folder_;
  int n_parallel_;
  SweepTable table_;
  Interrupt interrupt_;
};

// As many as cores have room, one thread each; on a GPU one.
int side_by_side(SweepArguments const& arguments, config::StudySweep const& study, std::size_t n_runs) {
  int n = 1;
  if (!arguments.parallel.empty()) {
    n = whole_number(arguments.parallel, "--parallel");
  } else if (study.on_cpu || n_usable_gpus() == 0) {
    char const* const given = std::getenv("OMP_NUM_THREADS");
    int const threads = given != nullptr && *given != '\0' ? std::max(1, std::atoi(given)) : 1;
    n = std::max(1, available_cores() / threads);
  }
  return std::max(1, static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(n), n_runs)));
}

int show_plan(SweepArguments const& arguments, SweepPlan const& plan, fs::path const& path) {
  if (arguments.json) {
    std::cout << plan_text(plan);
    return done;
  }
  for (PlannedRun const& run : plan.runs) std::cout << run.identity << "  " << run.name << "\n";
  std::cout << plan.runs.size() << (plan.runs.size() == 1 ? " run" : " runs") << "; folder: " << path.string()
            << std::endl;
  return done;
}

int sweep(SweepArguments const& arguments) {
  std::vector<fs::path> const files(arguments.config.begin(), arguments.config.end());
  if (!arguments.parallel.empty()) whole_number(arguments.parallel, "--parallel");
  std::unique_ptr<Progress> progress;
  config::StudySweep const study =
      config::study_sweep({.files = files, .arguments = with_lists(arguments.keys)}, arguments.category,
                          groups_of(arguments.zip), [&](std::size_t, std::size_t n) {
                            if (!progress)
                              progress = std::make_unique<Progress>("configurations", static_cast<std::int64_t>(n));
                            progress->step();
                          });
  progress.reset();
  study.problems.require_none();
  SweepPlan const plan = plan_of(study, arguments.own_model);
  fs::path const path = !arguments.folder.empty()
                            ? fs::path(arguments.folder)
                            : fs::path("sweeps") / (files.empty() ? "sweep" : files.back().stem().string());
  if (arguments.jobs && !arguments.dry_run) adopt_plan(SweepFolder(path), plan);
  if (arguments.dry_run || arguments.jobs) return show_plan(arguments, plan, path);
  return Sweep(arguments, plan, path, side_by_side(arguments, study, plan.runs.size())).run();
}

}  // namespace

Command const sweep_command{
    "sweep", "train every combination of the lists in a configuration, side by side, and go on where it stopped",
    "  dynvision sweep --config study.json                                     lists in the file are swept\n"
    "  dynvision sweep --config study.json --rctype full,self,none --trc 2,6   and lists here\n"
    "  dynvision sweep --config study.json --tau 3,5,9 --tsteps 8,14,20 --zip tau,tsteps --seed 0,1,2\n"
    "  dynvision sweep --config study.json --category rctype tsk               values of the toolbox's categories\n"
    "\nThe same command goes on with a sweep that was stopped or killed, and tries failed runs again.\n"
    "A text with a comma is quoted as JSON: --data_group '\"Sandal,Sneaker\"'.\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<SweepArguments>();
      line.values("--config", arguments->config, "files of the configuration, a later one over an earlier one", "FILE");
      line.value("--folder", arguments->folder, "of the sweep (default: sweeps/NAME of the last file)", "FOLDER");
      line.value("--parallel", arguments->parallel, "runs side by side, where memory allows (default: one a core)",
                 "N");
      line.values("--category", arguments->category, "named lists of the toolbox: rctype, rctarget, tsteps, ...",
                  "NAME");
      line.values("--zip", arguments->zip, "keys that vary together: tau,tsteps", "KEY,KEY");
      line.value("--measure", arguments->measure, "of the figure (default: test_accuracy)", "NAME");
      line.value("--against", arguments->against, "the key of the figure's axis (default: one with numbers)", "KEY");
      line.value("--model", arguments->own_model, "a model of your own, as of train", "FILE:TYPE");
      line.flag("-n,--dry-run", arguments->dry_run, "show the runs, train nothing");
      line.flag("--jobs", arguments->jobs,
                "write jobs/NAME.json of every run, for a cluster's own queue; train nothing");
      line.flag("--json", arguments->json, "the same for programs");
      line.keys(arguments->keys);
      return [arguments] { return sweep(*arguments); };
    }};

}  // namespace program
