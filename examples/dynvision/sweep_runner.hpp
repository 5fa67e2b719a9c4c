// Runs the runs of a sweep as processes of their own, several side by side, until all have ended.
//
//   - A run that its own folder says is finished is not made again; one that was stopped in between goes on.
//   - A run that fails, crashes or is killed is reported with its error; the others go on.
//   - A run starts where there is room: fewer than `n_parallel` run, and its forecast fits into the memory that is free,
//     less what those that run have been promised and not yet taken. One run always may.
//   - `stop_requested` (Ctrl-C): every process is asked to stop (SIGINT), and waited for.
//
// Killing this process at any moment loses nothing: what a run has become stands in its folder, its process is told by the
// system, and keeps the lock of the run until it has ended (sweep_folder.hpp).
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>

#include "sweep_child.hpp"
#include "sweep_cores.hpp"
#include "sweep_folder.hpp"
#include "sweep_plan.hpp"
#include "sweep_state.hpp"
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace program {

using namespace dynvision;

// One process after the other makes a run: training, test.
struct SweepStage {
  std::string name{};
  std::function<std::vector<std::string>(PlannedRun const&)> command{};
  std::function<bool(PlannedRun const&)> done{};  // asked before it starts, and after it has ended
};

struct SweepRunnerSettings {
  std::vector<SweepStage> stages{};
  int n_parallel = 1;
  int n_threads = 0;                                    // of each process; 0: as its environment says
  std::function<double(PlannedRun const&)> forecast{};  // [bytes]
  std::function<double()> free_memory{};                // [bytes]; none: not known
  std::function<std::vector<std::pair<std::string, std::string>>(PlannedRun const&)> results{};  // of a finished run
  std::function<RunProgress(PlannedRun const&)> progress{};                                      // of a running one
  std::function<void(std::vector<RunState> const&, RunState const*)>
      changed{};  // the run whose status has changed, if one has
  std::function<bool()> stop_requested = [] { return false; };
  double every_seconds = 0.5;  // between two looks at the progress
};

class SweepRunner {
 public:
  SweepRunner(SweepFolder const& folder, SweepPlan const& plan, SweepRunnerSettings settings)
      : folder_(folder), settings_(std::move(settings)), states_(plan.runs.size()), jobs_(plan.runs.size()) {
    for (std::size_t r = 0; r < states_.size(); ++r) {
      states_[r].run = &plan.runs[r];
      read_state(folder_, states_[r]);
      if (stage_of(states_[r]) == settings_.stages.size()) finish(states_[r]);
    }
  }

  std::vector<RunState> const& states() const noexcept { return states_; }

  // Until every run has ended, or it was asked to stop and every process has.
  void run() {
    changed(nullptr);
    double looked = now();
    for (bool asked = false; busy(asked);) {
      if (!asked && settings_.stop_requested()) {
        asked = true;
        for (auto const& job : jobs_) {
          if (job) job->child.send(SIGINT);
        }
      }
      bool moved = false;
      for (std::size_t r = 0; r < jobs_.size(); ++r) {
        if (jobs_[r] && !jobs_[r]->child.running()) ended(r, asked), moved = true;
      }
      if (!asked) moved = start_some() || moved;
      if (now() - looked >= settings_.every_seconds) {
        looked = now();
        for (RunState& state : states_) {
          if (state.status == RunStatus::running && settings_.progress) state.progress = settings_.progress(*state.run);
        }
        changed(nullptr);
      }
      if (!moved) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

 private:
  struct Job {
    ChildProcess child;
    std::size_t stage;
  };

  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  void changed(RunState const* which) const {
    if (settings_.changed) settings_.changed(states_, which);
  }
  std::size_t n_running() const {
    return static_cast<std::size_t>(
        std::count_if(jobs_.begin(), jobs_.end(), [](auto const& job) { return bool(job); }));
  }
  bool busy(bool asked) const {
    if (n_running() > 0) return true;
    return !asked &&
           std::any_of(states_.begin(), states_.end(), [](RunState const& state) { return may_start(state); });
  }
  static bool may_start(RunState const& state) {
    return state.status == RunStatus::waiting || state.status == RunStatus::leaving;
  }
  // The first stage that is not done.
  std::size_t stage_of(RunState const& state) const {
    std::size_t s = 0;
    while (s < settings_.stages.size() && settings_.stages[s].done(*state.run)) ++s;
    return s;
  }

  bool start_some() {
    bool started = false;
    for (std::size_t r = 0; r < states_.size() && n_running() < static_cast<std::size_t>(settings_.n_parallel); ++r) {
      if (may_start(states_[r]) && !has_room(states_[r])) break;  // in their order: large ones do not wait for ever
      if (may_start(states_[r])) started = start(r) || started;
    }
    return started;
  }

  bool has_room(RunState& state) {
    if (settings_.forecast && state.forecast == 0) state.forecast = settings_.forecast(*state.run);
    if (n_running() == 0 || !(state.forecast > 0) || !settings_.free_memory) return true;
    double promised = 0;
    for (std::size_t r = 0; r < jobs_.size(); ++r) {
      if (jobs_[r]) promised += std::max(0.0, states_[r].forecast - resident_memory(jobs_[r]->child.id()));
    }
    return state.forecast + promised <= settings_.free_memory();
  }

  bool start(std::size_t r) {
    RunState& state = states_[r];
    FileLock const lock = FileLock::try_take(folder_.lock(state.run->name));
    if (!lock) {  // a process of a sweep that was killed has not ended yet
      if (std::exchange(state.status, RunStatus::leaving) != RunStatus::leaving) changed(&state);
      return false;
    }
    std::size_t const stage = stage_of(state);
    if (stage == settings_.stages.size()) {  // which that process has done
      finish(state);
      changed(&state);
      return true;
    }
    start_stage(r, stage, lock);
    return true;
  }

  void start_stage(std::size_t r, std::size_t stage, FileLock const& lock) {
    RunState& state = states_[r];
    state.stage = settings_.stages[stage].name;
    state.error.clear();
    ++state.attempts;
    state.status = RunStatus::running;
    try {
      write_state(folder_, state);  // before: an attempt that is not counted would look like none
      ChildCommand command{.command = settings_.stages[stage].command(*state.run),
                           .output = folder_.output(state.run->name),
                           .keep_open = lock.file()};
      if (settings_.n_threads > 0) command.environment = {{"OMP_NUM_THREADS", number_text(settings_.n_threads)}};
      mark_attempt(command);
      jobs_[r].reset(new Job{ChildProcess(command), stage});
    } catch (Error const& error) {  // a full disk, no more processes: this run fails, not the sweep
      state.status = RunStatus::failed;
      state.error = error.what();
    }
    state.started = now();
    if (settings_.progress) state.at_start = state.progress = settings_.progress(*state.run);
    changed(&state);
  }

  // In the output file: where an attempt begins, and what was called.
  static void mark_attempt(ChildCommand const& command) {
    std::string line = "== sweep:";
    for (std::string const& word : command.command) line += " " + word;
    line += "\n";
    int const file = ::open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) return;  // the child's start says why
    if (::write(file, line.data(), line.size()) < 0) errno = 0;
    ::close(file);
  }

  void finish(RunState& state) const {
    state.status = RunStatus::finished;
    state.error.clear();
    if (settings_.results) state.results = settings_.results(*state.run);
  }

  void ended(std::size_t r, bool asked) {
    RunState& state = states_[r];
    std::unique_ptr<Job> const job = std::move(jobs_[r]);
    state.seconds += now() - state.started;
    SweepStage const& stage = settings_.stages[job->stage];
    int const status = job->child.exit_status(), signal = job->child.signal();
    bool const done = stage.done(*state.run);
    bool const stopped = status == 130 || signal == SIGINT || signal == SIGTERM || status == 128 + SIGTERM;
    if (done) {
      std::size_t const next = stage_of(state);
      if (next == settings_.stages.size()) {
        finish(state);
      } else if (next > job->stage && !asked) {
        state.status = RunStatus::waiting;  // its next process
      } else {
        state.status = RunStatus::interrupted;
      }
    } else if (stopped) {
      state.status = RunStatus::interrupted;
      if (!asked) state.error = "stopped from outside";
    } else {
      state.status = RunStatus::failed;
      state.error = error_text(state, status, signal);
    }
    try {
      write_state(folder_, state);
    } catch (Error const& error) {
      if (state.error.empty()) state.error = error.what();
    }
    if (state.status == RunStatus::waiting && start(r)) return;
    changed(&state);
  }

  std::string error_text(RunState const& state, int status, int signal) const {
    std::string const said = error_in(folder_.output(state.run->name));
    if (signal != 0) {
      char const* const why = signal == SIGKILL ? " (killed: out of memory?)" : "";
      return joined({"ended by signal ", signal, ", ", ::strsignal(signal), why, said.empty() ? "" : "; last: ", said});
    }
    if (!said.empty()) return said;
    return status == 0 ? std::string("ended without a result") : joined({"ended with exit status ", status});
  }

  SweepFolder const& folder_;
  SweepRunnerSettings settings_;
  std::vector<RunState> states_;
  std::vector<std::unique_ptr<Job>> jobs_;
};

}  // namespace program
