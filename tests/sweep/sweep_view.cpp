// What a sweep shows: its live table, its table of results, its figure.
#include "../../examples/dynvision/sweep_view.hpp"

#include "../../examples/dynvision/sweep_figure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace dynvision;
using namespace program;

namespace {

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }
std::size_t count(std::string const& text, std::string const& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

using Values = std::vector<std::pair<std::string, std::string>>;

struct Sweep {
  SweepPlan plan;
  std::vector<RunState> states;

  void add(Values values, double accuracy) {
    std::string name;
    for (auto const& [key, value] : values) name += (name.empty() ? "" : ",") + key + "=" + cell_of(value);
    plan.runs.push_back({.name = name, .values = std::move(values), .epochs = 8});
    RunState state;
    if (!std::isnan(accuracy)) state.results = {{"test_accuracy", number_text(accuracy)}, {"test_loss", "0.5"}};
    state.status = std::isnan(accuracy) ? RunStatus::waiting : RunStatus::finished;
    state.seconds = 60;
    states.push_back(state);
    for (std::size_t r = 0; r < states.size(); ++r) states[r].run = &plan.runs[r];
  }
};

Sweep tau_by_type(int n_seeds) {
  Sweep sweep;
  for (char const* const tau : {"9", "3", "5"}) {
    for (char const* const type : {"\"self\"", "\"full\"", "\"none\""}) {
      for (int seed = 0; seed < n_seeds; ++seed) {
        double const a = 0.7 +
                         0.02 * cell_number(tau, ',').value() *
                             (type[1] == 'f'   ? 1
                              : type[1] == 's' ? 0.6
                                               : 0.1) -
                         0.0016 * std::pow(cell_number(tau, ',').value() - 3, 2) +
                         0.006 * std::sin(7.0 * seed + tau[0]);
        sweep.add({{"model.tau", tau}, {"model.recurrence_type", type}, {"seed", number_text(seed)}}, a);
      }
    }
  }
  return sweep;
}

// To be looked at: DYNVISION_FIGURES names a folder.
void keep(std::string const& name, std::string const& svg) {
  if (char const* const folder = std::getenv("DYNVISION_FIGURES"))
    std::ofstream(std::string(folder) + "/" + name) << svg;
}

}  // namespace

TEST_CASE("A sweep's figure: a line for each setting, through the means over seeds", "[sweep]") {
  Sweep const sweep = tau_by_type(3);
  SweepCurves const curves = sweep_curves(sweep.states, "test_accuracy");
  REQUIRE(curves.key == "model.tau");
  REQUIRE(curves.values == std::vector<std::string>{"3", "5", "9"});
  REQUIRE(curves.numeric);
  REQUIRE(curves.lines.size() == 3);
  REQUIRE(curves.lines[1].name == "recurrence_type=full");
  REQUIRE(curves.lines[1].measured[2].size() == 3);
  std::string const svg = sweep_figure(curves);
  REQUIRE(count(svg, "<circle") == 27);
  REQUIRE(count(svg, "<polyline") == 3);
  REQUIRE(has(svg, "recurrence_type=none"));
  REQUIRE(!has(svg, "nan"));
  keep("tau.svg", svg);

  SweepCurves const by_type = sweep_curves(sweep.states, "test_accuracy", "model.recurrence_type");
  REQUIRE(!by_type.numeric);
  REQUIRE(by_type.values == std::vector<std::string>{"self", "full", "none"});
  REQUIRE(by_type.lines[0].name == "tau=9");
  keep("type.svg", sweep_figure(by_type));
  keep("empty.svg", sweep_figure(sweep_curves(sweep.states, "no_measure")));
  REQUIRE(has(sweep_figure(sweep_curves(sweep.states, "no_measure")), "no numbers yet"));
}

TEST_CASE("Keys that vary together are one, a key of one value is none, seeds alone are points", "[sweep]") {
  Sweep zip;
  for (int i = 0; i < 3; ++i) {
    zip.add({{"model.tau", number_text(3 + i)}, {"model.n_timesteps", number_text(8 * (i + 1))}, {"model.dt", "2"}},
            0.5 + 0.1 * i);
  }
  SweepCurves const curves = sweep_curves(zip.states, "test_accuracy");
  REQUIRE(curves.key == "model.tau");
  REQUIRE(curves.lines.size() == 1);
  REQUIRE(curves.lines[0].name.empty());

  Sweep seeds;
  for (int i = 0; i < 3; ++i) seeds.add({{"seed", number_text(i)}}, 0.5 + 0.1 * i);
  SweepCurves const alone = sweep_curves(seeds.states, "test_accuracy");
  REQUIRE(alone.key.empty());
  REQUIRE(alone.lines.size() == 1);
  REQUIRE(alone.lines[0].measured[0].size() == 3);
  keep("seeds.svg", sweep_figure(alone));

  // A scale of powers, runs that have no measure yet, and more lines than a legend has.
  Sweep wide;
  for (int t = 0; t < 15; ++t) {
    for (char const* const weight : {"0.0002", "0.02", "0.2", "1.0"}) {
      wide.add({{"activityloss", weight}, {"model.recurrence_type", "\"<type " + number_text(t) + ">\""}},
               t == 3 ? NAN : 0.6 + 0.01 * t);
    }
  }
  std::string const svg = sweep_figure(sweep_curves(wide.states, "test_accuracy"));
  REQUIRE(has(svg, "and 2 more"));
  REQUIRE(has(svg, "&lt;type 4&gt;"));
  REQUIRE(!has(svg, "<type"));
  keep("wide.svg", svg);
}

TEST_CASE("On a terminal a sweep is one table, never larger than the window", "[sweep]") {
  Sweep sweep = tau_by_type(1);
  for (std::size_t r = 3; r < 9; ++r) sweep.states[r].status = RunStatus::waiting, sweep.states[r].results.clear();
  sweep.states[3].status = RunStatus::running, sweep.states[3].stage = "train", sweep.states[3].started = 10;
  sweep.states[3].progress = {.epoch = 2, .loss = 0.41, .accuracy = 0.8412};
  sweep.states[1].status = RunStatus::failed,
  sweep.states[1].error = "[dynvision.train.131] the loss\nis not finite: a long text";
  std::ostringstream out;
  double clock = 100;
  SweepTable table(2, {.out = &out, .terminal = true, .width = 70, .seconds = [&] { return clock; }}, 9);
  table.changed(sweep.states, &sweep.states[3]);
  std::string const first = out.str();
  REQUIRE(has(first, "2/8"));
  REQUIRE(has(first, "84.1 %"));
  REQUIRE(has(first, "4:30 left"));  // 90 s for two epochs, six to go
  REQUIRE(has(first, "=self,seed=0   running"));
  REQUIRE(has(first, "failed   [dynvision.tr"));
  REQUIRE(has(first, "failed"));
  REQUIRE(has(first, "2 of 9 finished, 1 running, 1 failed, 5 waiting   about"));
  REQUIRE(has(first, "... and 4 more runs"));
  REQUIRE(count(first, "\n") <= 8);
  std::istringstream lines(first);
  for (std::string line; std::getline(lines, line);) REQUIRE(text_width(line.substr(0, line.find('\x1b'))) < 70);
  clock += 0.1;
  table.changed(sweep.states, nullptr);
  REQUIRE(out.str() == first);  // too soon
  clock += 1;
  table.changed(sweep.states, nullptr);
  REQUIRE(has(out.str().substr(first.size()), "\x1b[8A"));  // redrawn over itself
}

TEST_CASE("Elsewhere a sweep is lines: what begins, what ends, and each minute where it is", "[sweep]") {
  Sweep sweep = tau_by_type(1);
  for (RunState& state : sweep.states) state.status = RunStatus::waiting;
  std::ostringstream out;
  double clock = 0;
  SweepTable table(2, {.out = &out, .terminal = false, .seconds = [&] { return clock; }});
  sweep.states[0].status = RunStatus::running, sweep.states[0].stage = "train", sweep.states[0].attempts = 1;
  table.changed(sweep.states, &sweep.states[0]);
  sweep.states[0].progress.epoch = 4;
  clock = 61;
  table.changed(sweep.states, nullptr);
  sweep.states[0].status = RunStatus::finished;
  table.changed(sweep.states, &sweep.states[0]);
  REQUIRE(has(out.str(), "[0/9] model.tau=9,model.recurrence_type=self,seed=0: train begins\n"));
  REQUIRE(has(out.str(), "self,seed=0: epoch 4/8, 1:01 left\n0 of 9 finished, 1 running, 8 waiting"));
  REQUIRE(has(out.str(), "[1/9] model.tau=9,model.recurrence_type=self,seed=0: finished after 1:00, accuracy"));
  REQUIRE(!has(out.str(), "\x1b"));
}
