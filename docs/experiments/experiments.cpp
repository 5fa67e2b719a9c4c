// The pages of the experiments: a table of all, and a page for each with its schedule drawn.
//
//   cmake --build build --target docs.experiments && build/docs/docs.experiments docs/experiments configs/experiments.json --write
//
// Without --write: whether the pages are what the configuration says.
#include <dynvision/config/experiments/read_experiments.hpp>
#include <dynvision/config/tree/read.hpp>
#include <dynvision/experiments/drawing/schedule_drawing.hpp>
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

using namespace dynvision;
using experiments::Condition;
using experiments::Experiment;

namespace {

constexpr double dt = 2;  // [ms]

struct Group {
  std::string title, text;
  std::vector<std::string> names;
};

std::vector<Group> const groups{
    {"Responses and stability",
     "An image comes, stays and goes; or nothing comes at all.",
     {"response", "responseffonly", "responseintermediate", "stability", "stabilityintermediate", "nullcondition",
      "idleresponse", "hundred", "ten", "null", "unrolling"}},
    {"Duration, contrast, interval",
     "How responses add up, saturate and depend on what was shown before.",
     {"duration", "contrast", "contrastduration", "interval", "intervalsingle", "adaptationtrain", "adaptationrecovery",
      "masking", "duration_paper", "contrast_paper", "interval_paper", "intervalsingle_paper"}},
    {"Noise and occlusion",
     "How recognition bears what is in its way. All levels have the same draws: conditions are paired. Those with "
     "`ffonly` are the same "
     "without recurrence, skips and feedback.",
     {"uniformnoise", "uniformnoiseffonly", "saltpeppernoise", "poissonnoise", "poissonnoiseffonly", "gaussiannoise",
      "gaussiannoiseffonly", "gaussiancorrnoise", "gaussiancorrnoiseffonly", "phasescramblednoise",
      "phasescramblednoiseffonly", "noiseonset", "occlusion"}}};

// The figure of its tables, with what it is asked for.
std::string figure_of(std::string const& name) {
  if (name == "unrolling") return "unrolling";
  if (name == "stability" || name == "null" || name == "nullcondition") return "stability";
  if (name == "duration" || name == "contrast") return name;
  if (name == "interval") return "interval";
  if (name == "adaptationtrain" || name == "adaptationrecovery") return "adaption";
  if (name.find("noise") != std::string::npos && name != "noiseonset" && !name.ends_with("ffonly"))
    return "performance";
  return "responses";
}

std::string const made =
    "Made from `configs/experiments.json` by [experiments.cpp](experiments.cpp); a test says when it is out of date.\n";

std::string values(Experiment const& e) {
  std::string all;
  for (Condition const& c : e.conditions) {
    std::string value = c.parameter_value;
    for (auto const& [name, text] : c.values) {
      if (name != c.parameter && c.values.size() > 1) value.clear();
    }
    if (!value.empty()) all += (all.empty() ? "" : " ") + value;
  }
  return all;
}

// As it is configured: a member a line, and a segment a line.
std::string configured(config::Value const& value, std::string const& indent, int lines) {
  if (value.items.empty()) return value.json().dump();
  bool const object = value.is_object();
  bool const of_objects = !object && value.items.front().is_object();
  bool const apart = lines > 0 && (object || of_objects);
  std::string all = object ? "{" : "[";
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) all += ",";
    all += apart ? "\n" + indent + "  " : i > 0 ? " " : "";
    if (object) all += "\"" + value.names[i].text + "\": ";
    all += configured(value.items[i], indent + "  ", object && apart ? lines - 1 : 0);
  }
  return all + (apart ? "\n" + indent : "") + (object ? "}" : "]");
}

std::string page_of(Experiment const& e, config::Value const& definition, int longest) {
  experiments::Plan const plan = experiments::plan_of(e.conditions, experiments::PlanSettings{.dt = dt});
  std::string const varied = values(e);
  std::string page = "# " + e.name + "\n\n" + made + "\n" + e.question + "\n\n![" + e.name +
                     ": conditions from top to bottom, time to the right](" + e.name + ".svg)\n\n" +
                     "| | |\n|---|---|\n| varied | `" + e.parameter + "`" + (varied.empty() ? "" : ": " + varied) +
                     " |\n| conditions | " + number_text(e.conditions.size()) + " |\n| longest | " +
                     number_text(longest) + " steps, idle ones included; " + number_text(longest * dt) +
                     " ms for dt = 2 ms |\n| steps of all | " + number_text(plan.steps()) + ", of which " +
                     number_text(plan.nodes()) + " are computed, " + number_text(plan.image_nodes()) +
                     " of them for each image ([the plan](run.md#reading-the-plan)) |\n";
  if (!e.with.empty()) {
    page += "| always with | [`" + e.with.front() + "`](" + e.with.front() + ".md), the reference of its measures |\n";
  }
  page += "\nIn `configs/experiments.json`, to be changed in [one's own](your-own.md):\n\n    \"" + e.name +
          "\": " + configured(definition, "    ", 2) + "\n\n";
  std::string const figure = figure_of(e.name);
  page +=
      "Of a trained run, with its [measures](../reference/measures.md) and its [figure](../reference/figures.md):\n\n"
      "    dynvision experiment run " +
      e.name + " --run runs/latest --images 100\n    dynvision figure " + figure + " runs/latest/experiments/" +
      e.name + " --out figures\n";
  return page;
}

std::map<std::string, std::string> pages(config::Value const& section) {
  std::map<std::string, std::string> all;
  std::string& index = all["README.md"];
  index = "# Experiments\n\n" + made +
          "\nWhat a network is shown: `dynvision experiment list` shows these, `dynvision experiment show NAME` draws "
          "one in text.\nSteps are those of one condition, idle ones included; ms for dt = 2 ms. "
          "[Your own](your-own.md) takes ten lines of JSON; [run.md](run.md) says how they are run.\n";
  std::size_t n_listed = 0;
  for (Group const& group : groups) {
    index +=
        "\n## " + group.title + "\n\n" + group.text +
        "\n\n| experiment | question | varied | values | conditions | steps | ms |\n|---|---|---|---|---|---|---|\n";
    for (std::string const& name : group.names) {
      config::Problems problems;
      Experiment const e = config::read_experiments(section, name, dt, problems, false).at(0);
      problems.require_none();
      ++n_listed;
      int longest = 0;
      for (Condition const& c : e.conditions)
        longest = std::max(longest, c.schedule.idle_steps(dt) + c.schedule.steps(dt));
      index += "| [`" + name + "`](" + name + ".md) | " + e.question + " | " + e.parameter + " | " + values(e) + " | " +
               number_text(e.conditions.size()) + " | " + number_text(longest) + " | " + number_text(longest * dt) +
               " |\n";
      all[name + ".md"] = page_of(e, *section.find(name), longest);
      all[name + ".svg"] = experiments::draw(e, dt);
    }
  }
  index += "\n`noise` is a group: all experiments with noise of the Python toolbox.\n";
  if (n_listed + 1 != config::experiment_names(section).size()) {
    std::printf("an experiment of the configuration is on no page: name it in a group of this file\n");
    std::exit(1);
  }
  return all;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  std::string const folder = arguments[1];
  bool const write = count > 3 && std::string(arguments[3]) == "--write";
  config::Problems problems;
  std::vector<config::Document> const documents = config::read_file(arguments[2], problems, {});
  problems.require_none();
  int out_of_date = 0;
  for (auto const& [name, text] : pages(*documents.at(0).root.find("experiments"))) {
    std::string const path = folder + "/" + name;
    if (write) {
      AtomicFile file(path);
      file.write(text);
      file.commit();
      continue;
    }
    std::ifstream file(path, std::ios::binary);
    std::string const there((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (there == text) continue;
    std::printf("%s is out of date (--write brings it up to date)\n", path.c_str());
    ++out_of_date;
  }
  return out_of_date > 0 ? 1 : 0;
}
