// Experiments of a configuration, by their names.
//
//   config::Resolved const resolved = config::resolve({.files = {"mine.json"}});
//   std::vector<experiments::Experiment> const all = config::read_experiments(resolved.sections.at("experiments"), "duration", 2.0);
//
//   "flash": {
//     "parameter": "contrast", "question": "Does contrast change when V1 answers?",
//     "idle": 20, "n_timesteps": 30,
//     "segments": [{"show": "void", "steps": 1}, {"show": "image", "steps": 2, "contrast": [0.1, 0.2, 0.4, 0.8]}]
//   }
//
// or with a loader and its data_args; lists are varied. "group": ["a", "b"] stands for several; "with": [...] are always added,
// "measures": ["decoding"] are tables beside those of every experiment (experiments/protocol/experiment.hpp).
// The parameter is a key that is varied, or a name for the only one.
//
// Errors: config.166 … config.169, and those of config/experiments/.
#pragma once
#include <dynvision/config/experiments/condition_reader.hpp>
#include <dynvision/experiments/protocol/experiment.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::config {

namespace reading {

class ExperimentReader {
 public:
  ExperimentReader(std::string const& name, Value const& value, double dt, Problems& problems)
      : value_(value), dt_(dt), problems_(problems) {
    made_.name = name;
  }

  experiments::Experiment read() {
    text("parameter", made_.parameter);
    text("question", made_.question);
    if (Value const* const with = value_.find("with")) {
      for (Value const& one : with->items) made_.with.push_back(value_text(one));
    }
    if (Value const* const measures = value_.find("measures")) take_measures(*measures);
    Choices const choices(value_, problems_);
    for (std::size_t i = 0; i < choices.count(); ++i) {
      std::size_t const before = problems_.all().size();
      auto const [one, chosen] = choices.at(i);
      made_.conditions.push_back(ConditionReader(one, problems_).read());
      if (problems_.all().size() > before) break;  // the others would say the same
      name_parameter(made_.conditions.back(), one, chosen);
      check_schedule(made_.conditions.back());
      if (problems_.all().size() > before) break;
    }
    return std::move(made_);
  }

 private:
  void text(char const* name, std::string& to) {
    Value const* const given = value_.find(name);
    if (given == nullptr) return;
    if (auto const refused = Codec<std::string>::read(*given, to, {})) {
      problems_.report("config", 162, given->place,
                       {name, " = ", given->json().dump(), ": expected ", refused->expected});
    }
  }

  void take_measures(Value const& names) {
    if (!names.is_list()) {
      problems_.report("config", 169, names.place, {made_.name, ".measures: expected a list of names of measures"});
    }
    for (Value const& one : names.items) {
      std::string const name = value_text(one);
      auto const& all = experiments::further_measures;
      if (std::find(all.begin(), all.end(), name) == all.end()) {
        problems_.report("config", 169, one.place,
                         {made_.name, ".measures: \"", name, "\": ", expected_one_of(name, all)});
      }
      made_.measures.push_back(name);
    }
  }

  static bool same(std::string const& a, std::string const& b) {
    Key const* const key = ConditionReader::key_of(a);
    return a == b || (key != nullptr && key == ConditionReader::key_of(b));
  }

  void name_parameter(experiments::Condition& condition, Value const& one, std::vector<Chosen> const& chosen) {
    condition.parameter = made_.parameter;
    bool const alone = chosen.size() == 1;
    for (Chosen const& c : chosen) condition.values.emplace_back(c.name, value_text(c.value));
    for (Chosen const& c : chosen) {
      if (!same(c.name, made_.parameter) && c.path != made_.parameter) continue;
      return take_parameter(condition, c.name, c.value);
    }
    for (char const* const of : {"data_args", "model_args", ""}) {
      Value const* const arguments = *of == '\0' ? &one : one.find(of);
      for (std::size_t i = 0; arguments != nullptr && i < arguments->names.size(); ++i) {
        if (!same(arguments->names[i].text, made_.parameter)) continue;
        return take_parameter(condition, arguments->names[i].text, arguments->items[i]);
      }
    }
    if (alone) {
      condition.values.front().first = made_.parameter.empty() ? chosen.front().name : made_.parameter;
      return take_parameter(condition, chosen.front().name, chosen.front().value);
    }
    if (chosen.empty()) return;  // one condition
    std::vector<std::string> names;
    for (Chosen const& c : chosen) names.push_back(c.name);
    Value const* const parameter = value_.find("parameter");
    problems_.report(
        "config", 167, parameter != nullptr ? parameter->place : value_.place,
        {"parameter = \"", made_.parameter, "\": ", expected_one_of(made_.parameter, names), ", which are varied"});
  }
  void take_parameter(experiments::Condition& condition, std::string const& name, Value const& value) {
    condition.parameter_value = value_text(value);
    Key const* const key = ConditionReader::key_of(name);
    bool const of_segment = name == "steps" || name == "interval" || name == "soa" || name == "idle";
    bool const in_steps = of_segment || (key != nullptr && key->unit == "steps");
    bool const in_ms = name == "ms" || (!of_segment && key != nullptr && key->unit == "ms");
    if (!in_steps && !in_ms) return;
    experiments::Duration d;
    if (in_ms && value.scalar.is_number()) {
      condition.parameter_duration = experiments::Duration::of_ms(value.scalar.get<double>());
    } else if (!Codec<experiments::Duration>::read(value, d, {})) {
      condition.parameter_duration = d;
    }
  }

  void check_schedule(experiments::Condition const& condition) {
    Value const* at = &value_;
    for (char const* const part : {"data_args", "segments"}) {
      if (Value const* const there = value_.find(part)) at = there;
    }
    double dt = dt_;
    for (auto const& [key, json] : condition.model.options) {
      if (key == "model.dt") dt = Json::parse(json).get<double>();
    }
    try {
      condition.schedule.shown(dt);
    } catch (Error const& error) {
      problems_.report("config", 168, at->place, {made_.name, ", ", condition.id, ": ", error.what()});
    }
  }

  Value const& value_;
  double dt_;
  Problems& problems_;
  experiments::Experiment made_{};
};

}  // namespace reading

// Names of all experiments of the section.
inline std::vector<std::string> experiment_names(Value const& section) {
  std::vector<std::string> all;
  for (Value::Name const& one : section.names) {
    if (one.text != "categories")
      all.push_back(one.text);  // of the toolbox's file: values of categories (config/sweep)
  }
  return all;
}

// That of this name, or those of a group; dt [ms]. `with`: those that are always added, too. Each is read once.
inline std::vector<experiments::Experiment> read_experiments(Value const& section, std::string const& name, double dt,
                                                             Problems& problems, bool with = true, Place asked = {}) {
  std::vector<experiments::Experiment> all;
  std::vector<std::pair<std::string, Place>> wanted{{name, std::move(asked)}};
  std::vector<std::string> seen;
  while (!wanted.empty()) {
    auto const [next, place] = wanted.front();
    wanted.erase(wanted.begin());
    if (std::find(seen.begin(), seen.end(), next) != seen.end()) continue;
    seen.push_back(next);
    Value const* const value = section.find(next);
    if (value == nullptr) {
      problems.report("config", 166, place,
                      {"there is no experiment \"", next, "\": ", expected_one_of(next, experiment_names(section))});
      continue;
    }
    if (!value->is_object()) {
      problems.report("config", 162, value->place, {next, ": expected an object, {\"parameter\": ...}"});
      continue;
    }
    auto const add = [&, name = next](Value const* names, char const* what) {
      if (names == nullptr) return;
      if (!names->is_list()) {
        problems.report("config", 169, names->place, {name, ".", what, ": expected a list of names of experiments"});
      }
      for (Value const& one : names->items) wanted.emplace_back(value_text(one), one.place);
    };
    if (Value const* const group = value->find("group")) {
      add(group, "group");
      continue;
    }
    all.push_back(reading::ExperimentReader(next, *value, dt, problems).read());
    if (with) add(value->find("with"), "with");
  }
  return all;
}

inline std::vector<experiments::Experiment> read_experiments(Value const& section, std::string const& name, double dt) {
  Problems problems;
  std::vector<experiments::Experiment> all = read_experiments(section, name, dt, problems);
  problems.require_none();
  return all;
}

}  // namespace dynvision::config
