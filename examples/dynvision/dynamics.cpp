// dynvision dynamics: does a trained network come to rest, and how: fixed points, leading modes, Lyapunov exponents, the return to
// baseline.
#include <dynvision/analysis/dynamics.hpp>
#include <dynvision/data/round_robin.hpp>
#include <dynvision/experiments/tables/table_file.hpp>
#include <dynvision/experiments/tables/table_keys.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/records/text_table.hpp>

#include "all_commands.hpp"
#include "experiment_study.hpp"
#include "option_number.hpp"
#include "prepare.hpp"
#include "run_of_study.hpp"

#include <cmath>
#include <iostream>
#include <limits>
#include <optional>

namespace program {

namespace {

using namespace dynvision;
using dynvision::experiments::TableFile;

struct DynamicsArguments {
  StudyWords study;
  std::string run, out, images = "1", step, category, random_starts = "1", lyapunov_steps = "300";
};

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// One group of layers that act on each other, or the whole network.
struct Row {
  std::string condition, layer;
  double spectral_radius = none, growth_rate_per_ms = none, period_ms = none, lyapunov_1 = none, lyapunov_2 = none,
         lyapunov_3 = none, residual = none, return_to_baseline_ms = none;
  int points = 0, starts = 0;
  bool converged = false;
};

int whole_number(std::string const& text, char const* option, int most) {
  auto const value = option_number<int>(text);
  if (!value || *value < 0 || *value > most) {
    fail("program", 193, {option, " \"", text, "\": expected a whole number from 0 to ", most});
  }
  return *value;
}

// Under an input that stays on: of the fixed point that the run from nothing comes to.
std::vector<Row> rows_of(stability::StepMap const& map, std::string const& condition, int random_starts,
                         int lyapunov_steps) {
  stability::FixedPoints const found = stability::fixed_points(map, {.n_random = random_starts, .progress = ""});
  Row whole{.condition = condition, .layer = "network"};
  whole.points = static_cast<int>(found.points.size()), whole.starts = static_cast<int>(found.outcomes.size());
  stability::Outcome const& first = found.outcomes.front();
  whole.residual = first.residual;
  std::vector<Row> all;
  run::State state = map.rest();
  if (first.ending == stability::Ending::fixed_point) {
    state = found.points[static_cast<std::size_t>(first.point)].state;
    stability::Modes const modes = stability::leading_modes(map, state, {.progress = ""});
    whole.converged = true;
    whole.spectral_radius = modes.spectral_radius;
    whole.growth_rate_per_ms = modes.growth_rate_per_ms, whole.period_ms = modes.period_ms;
    for (stability::LayersRadius const& one : modes.by_layers) {
      Row row{.condition = condition, .layer = one.layers};
      row.spectral_radius = one.spectral_radius, row.converged = one.converged;
      for (stability::Mode const& mode : modes.modes) {
        if (mode.layers != one.layers) continue;
        row.growth_rate_per_ms = mode.growth_rate_per_ms, row.period_ms = mode.period_ms;
        break;
      }
      all.push_back(row);
    }
  }
  if (lyapunov_steps > 0 && first.ending != stability::Ending::diverged) {
    stability::Lyapunov const exponents = stability::lyapunov(
        map, state, {.n_steps = lyapunov_steps, .transient_steps = lyapunov_steps / 3, .progress = ""});
    whole.lyapunov_1 = exponents.exponents.at(0), whole.lyapunov_2 = exponents.exponents.at(1);
    whole.lyapunov_3 = exponents.exponents.at(2);
  }
  all.push_back(whole);
  return all;
}

// How long the slowest layer of each group takes, after the image of a trial; of a blank nothing goes that had come.
void take_returns(std::vector<Row>& rows, stability::StepMap const& shown, stability::StepMap const& dark,
                  run::State const& rest, int n_shown) {
  auto const layers = stability::return_to_baseline(shown, dark, rest, {.n_shown = std::max(1, n_shown)});
  for (Row& row : rows) {
    std::string const group = " " + row.layer + " ";  // names, with spaces between
    double slowest = 0;
    for (stability::ReturnToBaseline const& one : layers) {
      bool const among = row.layer == "network" || group.find(" " + one.layer + " ") != std::string::npos;
      if (among) slowest = std::isnan(one.ms) || std::isnan(slowest) ? none : std::max(slowest, one.ms);
    }
    row.return_to_baseline_ms = slowest;
  }
}

void write(std::filesystem::path const& path, std::vector<Row> const& rows, experiments::TableKeys const& keys) {
  TableFile table(path,
                  experiments::columns_behind_keys(
                      {{"layer", "text", "", "layers that act on each other; network: all"},
                       {"spectral_radius", "float64", "", "largest |z| of the Jacobian of a step, at the fixed point"},
                       {"growth_rate_per_ms", "float64", "1/ms", "ln |z| / dt of the leading mode"},
                       {"period_ms", "float64", "ms", "of the leading mode; empty: it does not oscillate"},
                       {"lyapunov_1", "float64", "1/ms", "largest Lyapunov exponent"},
                       {"lyapunov_2", "float64", "1/ms", "the second"},
                       {"lyapunov_3", "float64", "1/ms", "the third"},
                       {"residual", "float64", "", "max |F(x) - x| at the end"},
                       {"return_to_baseline_ms", "float64", "ms",
                        "until the slowest layer stays within 5 % of its peak, after as many steps of the image as a "
                        "trial has; empty: of a blank, or not within 100 steps"},
                       {"converged", "bool", "", "a fixed point was reached, and its modes"},
                       {"fixed_points", "int64", "", "different ones, of all starts"},
                       {"starts", "int64", "", "the run from nothing, and random states"}}));
  auto const number = [](double x) { return std::isfinite(x) ? x : none; };
  for (Row const& row : rows) {
    add_keys(table, keys, {.id = row.condition}, none);
    table.cell(row.layer);
    for (double const x : {row.spectral_radius, row.growth_rate_per_ms, row.period_ms, row.lyapunov_1, row.lyapunov_2,
                           row.lyapunov_3, row.residual, row.return_to_baseline_ms}) {
      table.cell(number(x));
    }
    table.cell(row.converged).cell(row.points).cell(row.starts).end_row();
  }
  table.commit();
}

void print(std::vector<Row> const& rows) {
  TextTable table({"input", "layers", "spectral radius", "growth [1/ms]", "period [ms]", "Lyapunov [1/ms]",
                   "return [ms]", "at rest"});
  auto const text = [](double x) { return std::isnan(x) ? std::string() : number_text(x, 4); };
  for (Row const& row : rows) {
    table.add({row.condition, row.layer, text(row.spectral_radius), text(row.growth_rate_per_ms),
               std::isinf(row.period_ms) ? "" : text(row.period_ms), text(row.lyapunov_1),
               text(row.return_to_baseline_ms), row.converged ? "yes" : "no"});
  }
  std::cout << table << std::flush;
}

// The images that stay on; of trials the inputs of one step, in the middle where none is asked for.
Images still_images(Images const& test, std::string const& asked) {
  if (!test.changes()) {
    if (!asked.empty()) fail("program", 193, {"--step ", asked, ": images have no steps: expected a task's trials"});
    return test;
  }
  auto const last = static_cast<int>(test.images.size(1)) - 1;
  std::int64_t const step = asked.empty() ? (last + 1) / 2 : whole_number(asked, "--step", last);
  // What is right at a step says nothing of classes to show in turn.
  return {test.images.select(1, step).contiguous(), zeros({test.size()}, at::kLong), {test.classes.front()}, 0};
}

int dynamics(DynamicsArguments const& arguments) {
  int const n_images = whole_number(arguments.images, "--images", 1000);
  int const random_starts = whole_number(arguments.random_starts, "--random-starts", 1000);
  int const lyapunov_steps = whole_number(arguments.lyapunov_steps, "--lyapunov-steps", 1000000);
  RunFolder::open(arguments.run);
  ExperimentStudy of_run(arguments.run, {}, arguments.study);
  Study& study = of_run.study();
  prepare_process(study);
  Images const data = test_data(study);
  take_from_images(study, data);
  Images const test = still_images(data, arguments.step);
  AnyModel const model = of_run.model_of({});
  run::Settings settings = study.values.run;
  settings.noise = false, settings.seed.reset(), settings.idle_timesteps = 0;

  std::vector<std::int64_t> numbers;
  if (n_images > 0) numbers = round_robin(test, std::min<std::int64_t>(n_images, test.size()));
  Progress progress("dynamics", 1 + std::ssize(numbers));
  Tensor const blank = test.images.narrow(0, 0, 1).clone().fill_(settings.non_input_value);
  stability::StepMap const dark(model, run::present_to(model.options, blank, 1, settings.non_input_value), settings);
  std::vector<Row> rows = rows_of(dark, "blank", random_starts, lyapunov_steps);
  std::optional<run::State> rest;  // one for all images
  if (rows.back().converged && !numbers.empty()) rest = stability::rest_in_the_dark(dark);
  progress.step();
  for (std::int64_t const number : numbers) {
    run::Stimulus const image =
        run::present_to(model.options, test.images.narrow(0, number, 1), 1, settings.non_input_value);
    stability::StepMap const shown(model, image, settings);
    std::vector<Row> of_image =
        rows_of(shown, (data.changes() ? "trial=" : "image=") + number_text(number), random_starts, lyapunov_steps);
    if (rest) take_returns(of_image, shown, dark, *rest, settings.n_timesteps);
    rows.insert(rows.end(), of_image.begin(), of_image.end());
    progress.step();
  }
  progress.finish();

  std::filesystem::path out = arguments.out.empty() ? std::filesystem::path(arguments.run) / "experiments/stability"
                                                    : std::filesystem::path(arguments.out);
  make_folder(out);
  experiments::TableKeys keys = of_run.keys(arguments.category);
  keys.experiment = "stability";
  write(out / "dynamics.csv", rows, keys);
  print(rows);
  std::cout << (out / "dynamics.csv").string() << std::endl;
  return done;
}

}  // namespace

Command const dynamics_command{
    "dynamics",
    "does a trained network come to rest, and how: fixed points, leading modes, Lyapunov exponents, return to baseline",
    "  dynvision dynamics runs/latest\n"
    "  dynvision dynamics runs/latest --images 5 --category rctype --out experiments/stability\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<DynamicsArguments>();
      line.argument("RUN", arguments->run, "folder of a run, as dynvision train leaves it", true);
      take_study(line, arguments->study);
      line.value("--images", arguments->images, "so many test images, each as an input that stays on, beside a blank",
                 "N");
      line.value("--step", arguments->step, "of trials: whose inputs stay on (the one in the middle)", "STEP");
      line.value("--random-starts", arguments->random_starts, "random states that fixed points are looked for from",
                 "N");
      line.value("--lyapunov-steps", arguments->lyapunov_steps, "over which the exponents are taken; 0: none", "N");
      line.value("--category", arguments->category, "key in which several models differ, for the tables", "KEY");
      line.value("--out", arguments->out,
                 "folder of dynamics.csv; without it, experiments/stability in that of the run", "FOLDER");
      return [arguments] { return dynamics(*arguments); };
    }};

}  // namespace program
