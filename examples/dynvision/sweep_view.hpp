// What a sweep shows while it runs, on stderr: on a terminal one table that is redrawn, elsewhere lines.
//
//   run                  state     epoch   loss   accuracy        time
//   tau=3,rctype=self    running     3/8   0.41     84.1 %   0:42 left
//   tau=3,rctype=full    failed   [dynvision.train.131] the loss is not finite
//   12 of 24 finished, 2 running, 1 failed, 9 waiting   about 12:30 left
//
// The table is never higher or wider than the window: running and failed runs come first, then what has just ended. Lines
// elsewhere: one for each run that starts or ends, and for each running one every minute.
// Time left of a run: by its epochs since this attempt began. Of the sweep: what a finished run took, as many side by side.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/text_columns.hpp>
#include <dynvision/records/progress.hpp>

#include "sweep_results.hpp"
#include "sweep_state.hpp"
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace program {

using namespace dynvision;

class SweepTable {
 public:
  explicit SweepTable(int n_parallel, ProgressView view = {}, int height = 0)
      : view_(std::move(view)), n_parallel_(n_parallel), height_(height) {}
  SweepTable(SweepTable const&) = delete;
  SweepTable& operator=(SweepTable const&) = delete;

  void changed(std::vector<RunState> const& states, RunState const* which) {
    double const now = view_.seconds();
    if (began_ < 0) began_ = last_ = now;
    if (view_.terminal) {
      if (which != nullptr || now - last_ >= 0.2) draw(states, now);
      return;
    }
    if (which != nullptr) *view_.out << event_line(states, *which) << std::flush;
    if (now - last_ >= 60) {
      last_ = now;
      for (RunState const& state : states) {
        if (state.status == RunStatus::running) *view_.out << state.run->name << ": " << where(state, now) << "\n";
      }
      *view_.out << summary(states, now) << std::endl;
    }
  }
  // The last table stays.
  void finish(std::vector<RunState> const& states) {
    if (view_.terminal) draw(states, view_.seconds());
  }

  // "12 of 24 finished, 2 running, 1 failed   about 12:30 left"
  std::string summary(std::vector<RunState> const& states, double now) const {
    std::string text;
    std::size_t n_waiting = 0, n_finished = 0;
    for (RunStatus const status : {RunStatus::finished, RunStatus::running, RunStatus::failed, RunStatus::interrupted,
                                   RunStatus::leaving, RunStatus::waiting}) {
      auto const n = static_cast<std::size_t>(
          std::count_if(states.begin(), states.end(), [&](RunState const& state) { return state.status == status; }));
      if (status == RunStatus::finished) {
        n_finished = n;
        text = number_text(n) + " of " + number_text(states.size()) + " finished";
      } else if (n > 0) {
        text += ", " + number_text(n) + " " + std::string(name_of(status));
      }
      if (status == RunStatus::waiting) n_waiting = n;
    }
    // The mean of what has ended; of those that run the larger of this and their own forecast.
    double mean = 0, left = 0;
    for (RunState const& state : states) {
      if (state.status == RunStatus::finished) mean += state.seconds / static_cast<double>(n_finished);
    }
    for (RunState const& state : states) {
      if (state.status != RunStatus::running) continue;
      double const own = seconds_left(state, now);
      left += std::isnan(own) ? std::max(0.0, mean - (now - state.started)) : own;
      if (n_finished == 0 && !std::isnan(own)) mean = std::max(mean, now - state.started + own);
    }
    left = (left + mean * static_cast<double>(n_waiting)) / std::max(1, n_parallel_);
    if (mean > 0 && left > 0) text += "   about " + Progress::duration_text(left) + " left";
    return text;
  }

 private:
  static double seconds_left(RunState const& state, double now) {
    double const done = state.progress.epoch, before = std::isnan(state.at_start.epoch) ? 0 : state.at_start.epoch;
    double const epochs = static_cast<double>(state.run->epochs);
    if (!(done > before) || epochs <= 0) return std::numeric_limits<double>::quiet_NaN();
    return (now - state.started) * std::max(0.0, epochs - done) / (done - before);
  }
  static std::string epoch_text(RunState const& state) {
    if (std::isnan(state.progress.epoch)) return state.stage == "train" ? "" : state.stage;
    std::string const all = state.run->epochs > 0 ? "/" + number_text(state.run->epochs) : "";
    return number_text(state.progress.epoch, 4) + all;
  }
  static std::string short_number(double value) { return std::isnan(value) ? "" : number_text(value, 3); }
  static std::string percent(double value) {
    return std::isnan(value) ? "" : number_text(100 * value, decimals(1)) + " %";
  }
  static std::string measure(RunState const& state) {
    for (auto const& [name, value] : state.results) {
      if (name == "test_accuracy") {
        auto const number = cell_number(value, ',');
        return number ? percent(*number) : "";
      }
    }
    return percent(state.progress.accuracy);
  }
  static std::string where(RunState const& state, double now) {
    double const left = seconds_left(state, now);
    std::string text = epoch_text(state).empty() ? "begins" : "epoch " + epoch_text(state);
    if (!std::isnan(state.progress.loss)) text += ", loss " + short_number(state.progress.loss);
    if (!std::isnan(state.progress.accuracy)) text += ", accuracy " + percent(state.progress.accuracy);
    if (!std::isnan(left)) text += ", " + Progress::duration_text(left) + " left";
    return text;
  }

  static std::string event_line(std::vector<RunState> const& states, RunState const& state) {
    auto const n = std::count_if(states.begin(), states.end(), [](RunState const& s) {
      return s.status == RunStatus::finished || s.status == RunStatus::failed;
    });
    std::string line = "[" + number_text(n) + "/" + number_text(states.size()) + "] " + state.run->name + ": ";
    if (state.status == RunStatus::running) {
      line += state.stage + (state.attempts > 1 ? " goes on (process " + number_text(state.attempts) + ")" : " begins");
    } else if (state.status == RunStatus::leaving) {
      line += "a process of an earlier sweep still works on it: waiting for its end";
    } else {
      line += std::string(name_of(state.status)) + " after " + Progress::duration_text(state.seconds);
      if (std::string const found = measure(state); !found.empty() && state.status == RunStatus::finished) {
        line += ", accuracy " + found;
      }
      if (!state.error.empty()) line += ": " + state.error;
    }
    return line + "\n";
  }

  void draw(std::vector<RunState> const& states, double now) {
    last_ = now;
    std::vector<std::size_t> order;
    std::size_t const most = static_cast<std::size_t>(std::max(3, lines() - 4));
    for (int const importance : {0, 1, 2, 3}) {
      for (std::size_t r = states.size(); r-- > 0;) {
        if (importance_of(states[r].status) == importance && order.size() < most) order.push_back(r);
      }
    }
    std::sort(order.begin(), order.end());
    std::vector<std::vector<std::string>> rows{{"run", "state", "epoch", "loss", "accuracy", "time"}};
    for (std::size_t const r : order) {
      RunState const& state = states[r];
      double const left = state.status == RunStatus::running ? seconds_left(state, now) : NAN;
      std::string time = std::isnan(left) ? "" : Progress::duration_text(left) + " left";
      if (state.status == RunStatus::finished) time = Progress::duration_text(state.seconds);
      rows.push_back({state.run->name, std::string(name_of(state.status))});
      if (!state.error.empty()) continue;  // which takes the place of the numbers
      for (auto const& cell : {epoch_text(state), short_number(state.progress.loss), measure(state), time}) {
        rows.back().push_back(cell);
      }
    }
    shorten_names(rows);
    std::string const table = text_columns(rows, {false, false, true, true, true, true}, 3);
    for (std::size_t r = 0, at = 0; r < rows.size(); ++r) {
      std::size_t const end = table.find('\n', at);
      std::string line = table.substr(at, end - at);
      at = end + 1;
      if (r > 0 && !states[order[r - 1]].error.empty()) {
        line += "   " + states[order[r - 1]].error;
        std::replace(line.begin(), line.end(), '\n', ' ');
      }
      add_line(line);
    }
    if (order.size() < states.size()) add_line("... and " + number_text(states.size() - order.size()) + " more runs");
    add_line(summary(states, now));
    std::string all;
    if (drawn_ > 0) all = "\x1b[" + number_text(drawn_) + "A\r";
    for (std::string const& line : lines_) all += line + "\x1b[K\n";
    *view_.out << all << "\x1b[J" << std::flush;
    drawn_ = lines_.size();
    lines_.clear();
  }
  static int importance_of(RunStatus status) {
    switch (status) {
      case RunStatus::running:
        return 0;
      case RunStatus::failed:
      case RunStatus::interrupted:
      case RunStatus::leaving:
        return 1;
      case RunStatus::finished:
        return 2;
      default:
        return 3;
    }
  }
  // Numbers stay in the window: of names that are too long the end is shown, which differs most from run to run.
  void shorten_names(std::vector<std::vector<std::string>>& rows) const {
    std::size_t others = 0;
    for (std::size_t c = 1; c < rows.front().size(); ++c) {
      std::size_t widest = 0;
      for (auto const& row : rows) widest = std::max(widest, c < row.size() ? text_width(row[c]) : 0);
      others += widest + 3;
    }
    std::size_t const window = static_cast<std::size_t>(std::max(20, columns() - 1));
    std::size_t const room = std::max<std::size_t>(window > others ? window - others : 0, 16);
    for (auto& row : rows) {  // names of runs are ASCII (config/sweep/runs.hpp)
      if (row[0].size() > room) row[0] = "..." + row[0].substr(row[0].size() - room + 3);
    }
  }
  // Cut to the window, by whole characters.
  void add_line(std::string line) {
    std::size_t const room = static_cast<std::size_t>(std::max(20, columns() - 1));
    while (text_width(line) > room) {
      while ((static_cast<unsigned char>(line.back()) & 0xC0U) == 0x80U) line.pop_back();
      line.pop_back();
    }
    for (char& c : line) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;  // nothing in it moves the cursor
    lines_.push_back(std::move(line));
  }
  int columns() const {
    if (view_.width > 0) return view_.width;
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  }
  int lines() const {
    if (height_ > 0) return height_;
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
  }

  ProgressView view_;
  int n_parallel_, height_;
  double began_ = -1, last_ = 0;
  std::size_t drawn_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace program
