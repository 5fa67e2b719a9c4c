// The runner of sweeps, with a shell script in place of a training: what goes wrong with processes, and nothing else.
#include "../../examples/dynvision/sweep_runner.hpp"

#include "../../examples/dynvision/sweep_results.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <random>
#include <set>

using namespace dynvision;
using namespace program;
namespace fs = std::filesystem;

namespace {

// Stands in for a training: sh -c stand_in sh FOLDER MODE N_STEPS
// Goes on where it stopped (FOLDER/step), stops when asked (130), writes its summary at the end. Two at once in one folder, and
// a start after the end, are written down in FOLDER/../violations.
constexpr char const* stand_in = R"sh(
folder=$1 mode=$2 n_steps=$3
mkdir -p "$folder"
exec 9>> "$folder/mine"
flock -n 9 || echo "$folder: two at once" >> "$folder/../violations"
[ ! -e "$folder/summary.json" ] || echo "$folder: made again" >> "$folder/../violations"
trap 'exit 130' INT TERM
step=0
[ ! -e "$folder/step" ] || step=$(cat "$folder/step")
[ -e "$folder/metrics.csv" ] || echo 'epoch,train_loss,val_accuracy' > "$folder/metrics.csv"
echo "from step $step, OMP_NUM_THREADS=$OMP_NUM_THREADS"
while [ "$step" -lt "$n_steps" ]; do
  sleep 0.02
  step=$((step + 1))
  echo "$step" > "$folder/step.new" && mv "$folder/step.new" "$folder/step"
  echo "$step,0.5,0.$step" >> "$folder/metrics.csv"
  case $mode in
    fails) echo '[dynvision.train.131] the loss is not finite' >&2; exit 1 ;;
    silent) exit 3 ;;
    crashes) kill -SEGV $$ ;;
    killed) kill -KILL $$ ;;
    empty) exit 0 ;;
    deaf) trap '' INT TERM ;;
  esac
done
echo "{\"status\": \"finished\", \"test_accuracy\": 0.$step, \"note\": \"x\"}" > "$folder/summary.new"
mv "$folder/summary.new" "$folder/summary.json"
)sh";

SweepPlan plan_of(int n, std::vector<std::pair<int, std::string>> const& modes = {}) {
  SweepPlan plan{.command = "dynvision sweep"};
  for (int i = 0; i < n; ++i) {
    std::string const tau = number_text(i + 1);
    plan.runs.push_back({.name = "tau=" + tau,
                         .identity = "id" + tau,
                         .values = {{"model.tau", tau}, {"mode", "\"works\""}},
                         .configuration = "{\"tau\": " + tau + "}\n",
                         .seed = "7",
                         .epochs = 10});
  }
  for (auto const& [i, mode] : modes) plan.runs[static_cast<std::size_t>(i)].values[1].second = "\"" + mode + "\"";
  return plan;
}

SweepRunnerSettings settings(SweepFolder const& folder, int n_parallel, int n_steps) {
  return {
      .stages = {{.name = "train",
                  .command =
                      [&folder, n_steps](PlannedRun const& run) {
                        return std::vector<std::string>{"/bin/sh",
                                                        "-c",
                                                        stand_in,
                                                        "sh",
                                                        folder.run(run.name).string(),
                                                        cell_of(run.values[1].second),
                                                        number_text(n_steps)};
                      },
                  .done =
                      [&folder](PlannedRun const& run) { return fs::exists(folder.run(run.name) / "summary.json"); }}},
      .n_parallel = n_parallel,
      .n_threads = 1,
      .results = [&folder](PlannedRun const& run) { return results_of(folder.run(run.name) / "summary.json"); },
      .progress = [&folder](PlannedRun const& run) { return progress_of(folder.run(run.name) / "metrics.csv"); },
      .every_seconds = 0.05};
}

std::string status_of(SweepRunner const& runner) {
  std::string all;
  for (RunState const& state : runner.states()) all += std::string(name_of(state.status)) + " ";
  return all;
}
std::string violations(fs::path const& folder) {
  std::ifstream file(folder / "runs" / "violations");
  return {std::istreambuf_iterator<char>(file), {}};
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }
template <class Act> std::string error(Act&& act) {
  try {
    act();
  } catch (Error const& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Runs of a sweep are made once, side by side, and not again", "[sweep]") {
  TemporaryFolder const temporary;
  SweepPlan const plan = plan_of(6);
  std::set<std::string> seen;
  std::size_t most = 0;
  {
    SweepFolder const folder(temporary.path / "s");
    REQUIRE(adopt_plan(folder, plan) == 0);
    SweepRunnerSettings how = settings(folder, 3, 4);
    how.changed = [&](std::vector<RunState> const& states, RunState const* which) {
      std::size_t running = 0;
      for (RunState const& state : states) running += state.status == RunStatus::running;
      most = std::max(most, running);
      if (which != nullptr) seen.insert(which->run->name + " " + std::string(name_of(which->status)));
    };
    SweepRunner runner(folder, plan, how);
    runner.run();
    REQUIRE(status_of(runner) == "finished finished finished finished finished finished ");
    REQUIRE(most == 3);
    REQUIRE(seen.size() == 12);
    REQUIRE(has(InputFile(folder.output("tau=1")).text(), "from step 0, OMP_NUM_THREADS=1"));
    std::string const table = results_text(folder, runner.states());
    REQUIRE(has(table, "run,model.tau,mode,seed,status,test_accuracy,seconds,attempts,folder,error\n"));
    REQUIRE(has(table, "tau=6,6,works,7,finished,0.4,"));
  }
  seen.clear();
  SweepFolder const folder(temporary.path / "s");
  REQUIRE(adopt_plan(folder, plan) == 6);
  SweepRunnerSettings how = settings(folder, 3, 4);
  how.changed = [&](auto const&, RunState const* which) {
    if (which != nullptr) seen.insert(which->run->name);
  };
  SweepRunner runner(folder, plan, how);
  runner.run();
  REQUIRE(status_of(runner) == "finished finished finished finished finished finished ");
  REQUIRE(seen.empty());
  REQUIRE(violations(folder.path()).empty());
  REQUIRE(has(results_text(folder, runner.states()), ",1," + folder.latest("tau=6").string() + ",\n"));
}

TEST_CASE("A run that fails is reported with its error, and the others go on", "[sweep]") {
  TemporaryFolder const temporary;
  SweepFolder const folder(temporary.path);
  SweepPlan plan = plan_of(7, {{0, "fails"}, {1, "silent"}, {2, "crashes"}, {3, "killed"}, {4, "empty"}});
  adopt_plan(folder, plan);
  SweepRunner runner(folder, plan, settings(folder, 2, 3));
  runner.run();
  REQUIRE(status_of(runner) == "failed failed failed failed failed finished finished ");
  REQUIRE(runner.states()[0].error == "[dynvision.train.131] the loss is not finite");
  REQUIRE(has(runner.states()[1].error, "from step 0"));
  REQUIRE(has(runner.states()[2].error, "ended by signal 11"));
  REQUIRE(has(runner.states()[3].error, "ended by signal 9"));
  REQUIRE(has(runner.states()[3].error, "out of memory?"));
  REQUIRE(has(results_text(folder, runner.states()), "failed,,"));

  // The same command once more tries those again, and only those.
  for (PlannedRun& run : plan.runs) run.values[1].second = "\"works\"";
  SweepRunner again(folder, plan, settings(folder, 2, 3));
  again.run();
  REQUIRE(status_of(again) == "finished finished finished finished finished finished finished ");
  REQUIRE(again.states()[0].attempts == 2);
  REQUIRE(again.states()[6].attempts == 1);
  REQUIRE(has(InputFile(folder.output("tau=1")).text(), "from step 1"));
  REQUIRE(violations(folder.path()).empty());
}

TEST_CASE("A command that cannot be started fails its run alone", "[sweep]") {
  TemporaryFolder const temporary;
  SweepFolder const folder(temporary.path);
  SweepPlan const plan = plan_of(2);
  adopt_plan(folder, plan);
  SweepRunnerSettings how = settings(folder, 2, 2);
  auto const command = how.stages[0].command;
  how.stages[0].command = [&](PlannedRun const& run) {
    return run.name == "tau=1" ? std::vector<std::string>{"/nowhere/dynvision"} : command(run);
  };
  SweepRunner runner(folder, plan, how);
  runner.run();
  REQUIRE(status_of(runner) == "failed finished ");
  REQUIRE(has(runner.states()[0].error, "program.162] /nowhere/dynvision: cannot be started: No such file"));
}

TEST_CASE("Asked to stop, all processes stop, and the same sweep goes on", "[sweep]") {
  TemporaryFolder const temporary;
  SweepFolder const folder(temporary.path);
  SweepPlan const plan = plan_of(4);
  adopt_plan(folder, plan);
  SweepRunnerSettings how = settings(folder, 2, 12);
  bool stop = false;
  how.stop_requested = [&] { return stop; };
  how.changed = [&](std::vector<RunState> const& states, RunState const*) {
    stop = stop || states[1].progress.epoch >= 3;
  };
  SweepRunner runner(folder, plan, how);
  runner.run();
  REQUIRE(status_of(runner) == "interrupted interrupted waiting waiting ");
  SweepRunner again(folder, plan, settings(folder, 2, 12));
  again.run();
  REQUIRE(status_of(again) == "finished finished finished finished ");
  std::string const said = InputFile(folder.output("tau=2")).text();
  REQUIRE(said.find("\nfrom step 0,") == said.rfind("\nfrom step 0,"));  // the second time from another one
  REQUIRE(violations(folder.path()).empty());
}

TEST_CASE("Two stages, one after the other; a run that trained but was not tested is tested", "[sweep]") {
  TemporaryFolder const temporary;
  SweepFolder const folder(temporary.path);
  SweepPlan const plan = plan_of(3);
  adopt_plan(folder, plan);
  auto const with_test = [&](std::string const& command) {
    SweepRunnerSettings how = settings(folder, 2, 2);
    how.stages.push_back({.name = "test",
                          .command =
                              [&folder, command](PlannedRun const& run) {
                                return std::vector<std::string>{"/bin/sh", "-c", command, "sh",
                                                                (folder.run(run.name) / "tested").string()};
                              },
                          .done = [&](PlannedRun const& run) { return fs::exists(folder.run(run.name) / "tested"); }});
    return how;
  };
  SweepRunner broken(folder, plan, with_test("echo no data >&2; exit 1"));
  broken.run();
  REQUIRE(status_of(broken) == "failed failed failed ");
  REQUIRE(broken.states()[0].error == "no data");
  REQUIRE(broken.states()[0].stage == "test");
  SweepRunner runner(folder, plan, with_test("echo 1 > \"$1\""));
  runner.run();
  REQUIRE(status_of(runner) == "finished finished finished ");
  REQUIRE(violations(folder.path()).empty());
}

TEST_CASE("Runs start as memory allows, one at least", "[sweep]") {
  TemporaryFolder const temporary;
  SweepFolder const folder(temporary.path);
  SweepPlan const plan = plan_of(4);
  adopt_plan(folder, plan);
  auto const most_at_once = [&](double forecast, double free, SweepFolder const& where) {
    SweepRunnerSettings how = settings(where, 4, 4);
    std::size_t most = 0;
    how.forecast = [=](PlannedRun const&) { return forecast; };
    how.free_memory = [=] { return free; };
    how.changed = [&](std::vector<RunState> const& states, RunState const*) {
      most = std::max(most, static_cast<std::size_t>(std::count_if(states.begin(), states.end(), [](RunState const& s) {
                        return s.status == RunStatus::running;
                      })));
    };
    SweepRunner runner(where, plan, how);
    runner.run();
    return most;
  };
  REQUIRE(most_at_once(10e9, 25e9, folder) == 2);
  SweepFolder const two(temporary.path / "two"), three(temporary.path / "three");
  REQUIRE(most_at_once(10e9, 5e9, two) == 1);
  REQUIRE(most_at_once(0, 1, three) == 4);  // not known
  REQUIRE(available_cores() >= 1);
  REQUIRE(resident_memory(::getpid()) > 1e5);
}

TEST_CASE("Two sweeps in one folder are refused: at once, and one after the other", "[sweep]") {
  TemporaryFolder const temporary;
  SweepPlan plan = plan_of(3);
  {
    SweepFolder const folder(temporary.path);
    adopt_plan(folder, plan);
    REQUIRE(has(error([&] { SweepFolder const second(temporary.path); }), "program.164]"));
  }
  SweepFolder const folder(temporary.path);
  REQUIRE(adopt_plan(folder, plan) == 3);
  plan.runs[1].identity = "another";
  std::string const message = error([&] { adopt_plan(folder, plan); });
  REQUIRE(has(message, "program.166]"));
  REQUIRE(has(message, "tau=2: its configuration is another one"));
  REQUIRE(has(error([&] { adopt_plan(folder, plan_of(2)); }), "tau=3: not in this sweep"));
  REQUIRE(adopt_plan(folder, plan_of(5)) == 3);  // it may grow
  REQUIRE(runs_of_plan(folder.plan()).size() == 5);
  write_file(folder.plan(), "{\"runs\": [1");
  REQUIRE(has(error([&] { adopt_plan(folder, plan); }), "program.165]"));
  REQUIRE(has(error([&] { SweepFolder const none("/dev/null/x"); }), "program.163]"));
}

TEST_CASE("A sweep that is killed at random moments finishes every run exactly once", "[sweep]") {
  TemporaryFolder const temporary;
  SweepPlan const plan = plan_of(8);
  std::mt19937 random(20260131);
  int kills = 0, calls = 0;
  for (; calls < 200; ++calls) {
    pid_t const sweep = ::fork();
    REQUIRE(sweep >= 0);
    if (sweep == 0) {
      int status = 1;
      try {
        SweepFolder const folder(temporary.path);
        adopt_plan(folder, plan);
        SweepRunnerSettings how = settings(folder, 3, 12);
        how.changed = [&](std::vector<RunState> const& states, RunState const* which) {
          if (which != nullptr) write_file(folder.results(), results_text(folder, states));
        };
        SweepRunner runner(folder, plan, how);
        runner.run();
        status =
            status_of(runner) == "finished finished finished finished finished finished finished finished " ? 0 : 1;
        write_file(folder.results(), results_text(folder, runner.states()));
      } catch (std::exception const& e) {
        std::fprintf(stderr, "%s\n", e.what());
      }
      ::_exit(status);
    }
    bool const kill = kills < 30;
    if (kill) {
      ::usleep(static_cast<useconds_t>(std::uniform_int_distribution<int>(0, 120000)(random)));
      ::kill(sweep, SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(sweep, &status, 0) == sweep);
    kills += WIFSIGNALED(status);
    if (WIFEXITED(status)) {
      REQUIRE(WEXITSTATUS(status) == 0);
      if (!kill) break;
    }
  }
  CAPTURE(calls);
  REQUIRE(kills >= 20);
  REQUIRE(violations(temporary.path).empty());
  SweepFolder const folder(temporary.path);
  CsvTable const table = read_csv(folder.results());
  REQUIRE(table.rows.size() == 8);
  REQUIRE(table.numbers("test_accuracy") == std::vector<double>(8, 0.12));
  for (auto const& entry : fs::directory_iterator(temporary.path)) {
    REQUIRE(!entry.path().filename().string().starts_with(".dynvision-"));
  }
}
