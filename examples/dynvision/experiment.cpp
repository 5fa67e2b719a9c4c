// dynvision experiment: what networks are shown, and how.
#include <dynvision/config/experiments/read_experiments.hpp>
#include <dynvision/config/resolve.hpp>
#include <dynvision/core/text_columns.hpp>
#include <dynvision/experiments/drawing/schedule_text.hpp>

#include "all_commands.hpp"
#include "experiment_run.hpp"

#include <algorithm>
#include <iostream>

namespace program {

namespace {

namespace config = dynvision::config;
using namespace dynvision::experiments;
using dynvision::fail;
using dynvision::number_text;

struct Arguments {
  StudyWords study;
  std::string action, name;
  ExperimentRunArguments run;
  bool json = false;
};

// What the configuration says of experiments.
struct Known {
  config::Value section;
  double dt;  // [ms]
};

Known known_of(Arguments const& arguments) {
  config::Request request;
  for (std::string const& file : arguments.study.files) request.files.emplace_back(file);
  request.arguments = arguments.study.keys;
  request.sweeps = true;
  config::Resolved const resolved = config::resolve(request);
  resolved.problems.require_none();
  auto const found = resolved.sections.find("experiments");
  return {found == resolved.sections.end() ? config::Value{} : found->second, resolved.study.options.dt.value()};
}

std::vector<Experiment> read(Known const& known, std::string const& name) {
  config::Problems problems;
  std::vector<Experiment> all = config::read_experiments(known.section, name, known.dt, problems);
  problems.require_none();
  return all;
}

Json json_of(Experiment const& e, double dt) {
  Json conditions = Json::array();
  for (Condition const& c : e.conditions) {
    Json one{{"id", c.id}, {"parameter", c.parameter}, {"parameter_value", c.parameter_value}};
    one["parameter_ms"] = c.parameter_ms(dt) ? Json(*c.parameter_ms(dt)) : Json(nullptr);
    one["idle"] = c.schedule.idle_steps(dt);
    one["n_timesteps"] = c.schedule.steps(dt);
    one["dt_ms"] = dt;
    Json segments = Json::array();
    for (Stretch const& s : stretches_of(c.schedule, dt)) {
      segments.push_back({{"show", frame_words(s.frame)},
                          {"from", s.begin},
                          {"steps", s.end - s.begin},
                          {"ms", (s.end - s.begin) * dt}});
    }
    one["segments"] = segments;
    if (!c.model.status.empty()) one["status"] = c.model.status;
    if (c.model.feedforward_only) one["feedforward_only"] = *c.model.feedforward_only;
    for (auto const& [key, value] : c.model.options) one["options"][key] = Json::parse(value);
    one["definition"] = Json::parse(c.definition);
    conditions.push_back(one);
  }
  return {{"name", e.name}, {"question", e.question}, {"parameter", e.parameter},
          {"with", e.with}, {"measures", e.measures}, {"conditions", conditions}};
}

int list(Arguments const& arguments) {
  Known const known = known_of(arguments);
  std::vector<std::vector<std::string>> rows{{"experiment", "conditions", "parameter", "steps", "ms", "question"}};
  Json all = Json::array();
  for (std::string const& name : config::experiment_names(known.section)) {
    config::Problems problems;
    std::vector<Experiment> const read = config::read_experiments(known.section, name, known.dt, problems, false);
    problems.require_none();
    std::size_t conditions = 0;
    int shortest = 0, longest = 0;
    for (Experiment const& e : read) {
      conditions += e.conditions.size();
      for (Condition const& c : e.conditions) {
        int const n = c.schedule.idle_steps(known.dt) + c.schedule.steps(known.dt);
        shortest = shortest == 0 ? n : std::min(shortest, n), longest = std::max(longest, n);
      }
    }
    bool const group = known.section.find(name)->find("group") != nullptr;
    auto const range = [&](double each) {
      std::string const to = number_text(longest * each);
      return shortest == longest ? to : number_text(shortest * each) + "-" + to;
    };
    std::string question = group ? "a group of " + number_text(read.size()) : read.front().question;
    rows.push_back(
        {name, number_text(conditions), group ? "" : read.front().parameter, range(1), range(known.dt), question});
    all.push_back({{"name", name}, {"conditions", conditions}, {"group", group}});
  }
  if (arguments.json) {
    std::cout << all.dump(2) << std::endl;
    return done;
  }
  std::cout << dynvision::text_columns(rows, {false, true, false, true, true, false}, 2)
            << "Steps are those of one condition, idle ones included; dt = " << number_text(known.dt) << " ms.\n"
            << "dynvision experiment show NAME draws one." << std::endl;
  return done;
}

// One line a condition; each character so many steps.
void draw(Experiment const& e, double dt) {
  constexpr int widest = 80;
  int longest = 1;
  for (Condition const& c : e.conditions) longest = std::max(longest, c.schedule.steps(dt));
  int const each = (longest + widest - 1) / widest;
  std::cout << e.name << ": " << e.question << "\n";
  std::vector<std::vector<std::string>> rows{{e.parameter.empty() ? "condition" : e.parameter, "ms", "idle", ""}};
  std::string signs;
  for (Condition const& c : e.conditions) {
    std::string value = c.parameter_value;
    for (auto const& [name, text] : c.values) {
      if (name != c.parameter && c.values.size() > 1) value += ", " + name + " " + text;
    }
    if (!c.model.status.empty()) value += ", " + c.model.status;
    std::string line = schedule_line(c.schedule, dt, each);
    signs += line;
    if (c.model.feedforward_only.value_or(false)) line += "  feedforward only";
    for (auto const& [key, text] : c.model.options) line += "  " + key + " = " + text;
    auto const ms = c.parameter_ms(dt);
    rows.push_back({value, ms ? number_text(*ms) : "", number_text(c.schedule.idle_steps(dt)), line});
  }
  std::cout << dynvision::text_columns(rows, {true, true, true, false}, 2) << sign_words(signs)
            << "   (a character: " << steps_and_ms(each, dt) << "; idle steps before it are not drawn)\n";
  std::string last;
  for (Condition const& c : e.conditions) {
    std::string const words = schedule_words(c.schedule, dt);
    if (words != last) std::cout << "  " << (last = words) << "\n";
  }
  if (!e.with.empty()) std::cout << "with " << joined_words(e.with) << "\n";
  if (!e.measures.empty()) std::cout << "measures: " << joined_words(e.measures) << "\n";
  std::cout << std::endl;
}

int show(Arguments const& arguments) {
  if (arguments.name.empty()) {
    fail("program", 104, "experiment show: expected the name of an experiment; dynvision experiment list has them");
  }
  Known const known = known_of(arguments);
  std::vector<Experiment> const all = read(known, arguments.name);
  if (arguments.json) {
    Json json = Json::array();
    for (Experiment const& e : all) json.push_back(json_of(e, known.dt));
    std::cout << json.dump(2) << std::endl;
    return done;
  }
  std::cout << "dt = " << number_text(known.dt) << " ms\n";
  for (Experiment const& e : all) draw(e, known.dt);
  return done;
}

int experiment(Arguments const& arguments) {
  if (arguments.action == "list") return list(arguments);
  if (arguments.action == "show") return show(arguments);
  ExperimentRunArguments run = arguments.run;
  run.study = arguments.study, run.json = arguments.json;
  if (!arguments.name.empty()) run.names.insert(run.names.begin(), arguments.name);
  return run_experiments(run);
}

}  // namespace

Command const experiment_command{
    "experiment", "what networks are shown, and what they do: experiments of the configuration and your own",
    "  dynvision experiment list\n"
    "  dynvision experiment show duration --dt 1\n"
    "  dynvision experiment show flash --config mine.json\n"
    "  dynvision experiment run duration --run runs/latest --dry-run            what would be computed, and how long\n"
    "  dynvision experiment run --run runs/latest --experiment duration contrast --images 200 --out results\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      ExperimentRunArguments& run = arguments->run;
      line.word("action", arguments->action, "list | show NAME | run NAME", {"list", "show", "run"});
      line.argument("NAME", arguments->name, "of show and run: an experiment, or a group of them", false);
      take_study(line, arguments->study);
      line.value("--run", run.run, "run: folder of a trained run, as dynvision train leaves it", "FOLDER");
      line.values("--experiment", run.names, "run: experiments, or groups of them", "NAME");
      line.value("--images", run.images, "run: so many test images, of every class in turn (200); all", "N");
      line.value("--out", run.out, "run: folder of the tables; without it, experiments/ in that of the run", "FOLDER");
      line.value("--weights", run.weights, "run: file of weights, in place of the run's", "FILE");
      line.value("--category", run.category, "run: key in which several models differ, for the tables", "KEY");
      line.values("--units", run.units, "run: layers of which every unit is kept", "LAYER");
      line.values(
          "--measures", run.tables.measures,
          "run: decoding, similarity, dimensionality, normalisation, in place of what the experiments ask for; none",
          "NAME");
      line.value("--features", run.tables.features, "run: of populations: channels (means), pool4, units", "NAME");
      line.value("--decoder", run.tables.decoder, "run: ridge, lda", "NAME");
      line.flag("--reference-path", run.reference_path,
                "run: step by step, the definition, in place of the compiled path");
      line.flag("--separate-blanks", run.separate_blanks,
                "run: blank steps before the image for each image, in place of once: the same to rounding");
      line.flag("--dry-run", run.dry_run, "run: print the plan, and write nothing");
      line.flag("--json", arguments->json, "for programs");
      return [arguments] { return experiment(*arguments); };
    }};

}  // namespace program
