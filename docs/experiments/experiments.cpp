// The pages of the experiments: a table of all, and their schedules drawn.
//
//   cmake --build build --target docs.experiments && build/docs/docs.experiments docs/experiments configs/experiments.json --write
//
// Without --write: whether the pages are what the configuration says.
#include <dynvision/config/experiments/read_experiments.hpp>
#include <dynvision/config/tree/read.hpp>
#include <dynvision/experiments/drawing/schedule_drawing.hpp>
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
  std::string page, title, text;
  std::vector<std::string> names;
};

std::vector<Group> const groups{
    {"responses",
     "Responses and stability",
     "An image comes, stays and goes; or nothing comes at all.",
     {"response", "responseffonly", "responseintermediate", "stability", "stabilityintermediate", "nullcondition",
      "idleresponse", "hundred", "ten", "null"}},
    {"time-courses",
     "Duration, contrast, interval",
     "How responses add up, saturate and depend on what was shown before.",
     {"duration", "contrast", "contrastduration", "interval", "intervalsingle", "adaptationtrain", "adaptationrecovery",
      "masking", "duration_paper", "contrast_paper", "interval_paper", "intervalsingle_paper"}},
    {"noise",
     "Noise and occlusion",
     "How recognition bears what is in its way. All levels have the same draws: conditions are paired. Those with "
     "`ffonly` are the same "
     "without recurrence, skips and feedback.",
     {"uniformnoise", "uniformnoiseffonly", "saltpeppernoise", "poissonnoise", "poissonnoiseffonly", "gaussiannoise",
      "gaussiannoiseffonly", "gaussiancorrnoise", "gaussiancorrnoiseffonly", "phasescramblednoise",
      "phasescramblednoiseffonly", "noiseonset", "occlusion"}}};

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

std::map<std::string, std::string> pages(config::Value const& section) {
  std::map<std::string, std::string> all;
  std::string& index = all["README.md"];
  index =
      "# Experiments\n\n" + made +
      "\nWhat a network is shown: `dynvision experiment list` shows these, `dynvision experiment show NAME` draws one "
      "in text.\nSteps are those of one condition, idle ones included; ms for dt = 2 ms. "
      "[Your own](your-own.md) takes ten lines of JSON.\n\n"
      "| experiment | question | varied | values | conditions | steps | ms |\n|---|---|---|---|---|---|---|\n";
  std::size_t n_listed = 0;
  for (Group const& group : groups) {
    std::string& page = all[group.page + ".md"];
    page = "# " + group.title + "\n\n" + group.text + "\n\n" + made;
    for (std::string const& name : group.names) {
      config::Problems problems;
      Experiment const e = config::read_experiments(section, name, dt, problems, false).at(0);
      problems.require_none();
      ++n_listed;
      int longest = 0;
      for (Condition const& c : e.conditions)
        longest = std::max(longest, c.schedule.idle_steps(dt) + c.schedule.steps(dt));
      index += "| [`" + name + "`](" + group.page + ".md#" + name + ") | " + e.question + " | " + e.parameter + " | " +
               values(e) + " | " + number_text(e.conditions.size()) + " | " + number_text(longest) + " | " +
               number_text(longest * dt) + " |\n";
      page += "\n## " + name + "\n\n" + e.question + "\n\n![" + name +
              ": conditions from top to bottom, time to the right](" + name + ".svg)\n";
      if (!e.with.empty()) page += "\nAlways with `" + e.with.front() + "`, the reference of its measures.\n";
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
