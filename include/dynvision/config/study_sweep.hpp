// The runs that a configuration asks for: where it has lists for single values, or names categories.
//
//   config::StudySweep const sweep = config::study_sweep({.files = {"study.json"}, .arguments = {"--tau", "[3,5,9]"}});
//   sweep.problems.require_none();
//   for (config::SweptRun const& run : sweep.runs)  run.name, run.values, run.identity, run.configuration
//
// Lists of a file and of arguments are swept in the order in which they are written, files before arguments; categories before
// all (they change slowest), seeds last (they change fastest). A name that stands for keys of several sections (seed) is one
// axis. So is a list for one value within an object, "task": {"stimulus": [400, 800]}. In a file:
//   "sweep": {"category": ["rctype", "tsk"], "zip": [["tau", "n_timesteps"]], "categories": {"tau": [4, 8]}}
// "category" may stand at the top as well, as the toolbox has it; "categories" gives values in place of those of the toolbox.
//
// Identity: the whole resolved study, without what cannot change a result (keys without effect, what is said, where things lie).
// Every run is resolved as a study of its own: all of their problems are found before any of them starts.
//
// Errors: config.308, config.309, and those of config/sweep/axes.hpp and runs.hpp.
#pragma once
#include <dynvision/config/resolve.hpp>
#include <dynvision/config/sweep/axes.hpp>
#include <dynvision/config/sweep/runs.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace dynvision::config {

struct SweptRun {
  std::string name{}, identity{};
  std::vector<std::pair<std::string, std::string>> values{};  // whole name of a key, JSON
  std::string configuration{};                                // resolved, as a file: JSON
  std::string seed{};                                         // of the model
  std::int64_t epochs = 0;
  Problems problems{};
};

struct StudySweep {
  std::vector<SweepAxis> axes{};
  std::vector<SweptRun> runs{};
  bool on_cpu = true;  // all of them
  Problems problems{};
};

namespace sweep {

// They change what is said, where things lie and what is kept, not what comes out of a study.
inline constexpr std::array<std::string_view, 11> without_result{
    "trainer.log_level",      "trainer.enable_progress_bar", "trainer.verbose",   "trainer.threads",
    "trainer.share_cpus",     "trainer.memory_budget",       "trainer.save_last", "trainer.save_top_k",
    "trainer.every_n_epochs", "trainer.checkpoint_seconds",  "data.data_path"};

// "rctype" for model.recurrence_type: the toolbox's name of the category, else the shortest of its names.
inline std::string short_name(std::string const& whole) {
  Key const* const key = catalog().find(whole);
  if (key == nullptr) return last_word_of_key(whole);
  std::string best = last_word_of_key(key->name);
  for (std::string const& alias : key->aliases) {
    auto const is_category = [&](SweepCategory const& known) { return known.name == alias; };
    if (std::any_of(sweep_categories.begin(), sweep_categories.end(), is_category)) return alias;
    if (alias.size() < best.size() && alias.find('.') == alias.npos) best = alias;
  }
  return best;
}

inline std::vector<std::string> whole_names(std::string const& written) {
  std::size_t const dot = written.find('.');
  bool const has_section = dot != written.npos && std::find(std::begin(Catalog::sections), std::end(Catalog::sections),
                                                            written.substr(0, dot)) != std::end(Catalog::sections);
  auto const keys =
      has_section ? catalog().find(written.substr(0, dot), written.substr(dot + 1)) : catalog().find("", written);
  std::vector<std::string> names;
  for (Key const* const key : keys) names.push_back(key->whole_name());
  std::size_t const last = written.rfind('.');
  if (names.empty() && last != written.npos) {  // task.stimulus, a member of an object
    names = whole_names(written.substr(0, last));
    for (std::string& name : names) name += written.substr(last);
  }
  return names;
}

inline std::vector<std::string> texts_of(Value const& value) {
  if (!value.is_list()) return {value.json().dump()};
  std::vector<std::string> texts;
  for (Value const& item : value.items) texts.push_back(item.json().dump());
  return texts;
}
inline std::vector<std::string> words_of(Value const& value, char const* what) {
  std::vector<std::string> words;
  for (std::string const& text : texts_of(value)) {
    Json const word = Json::parse(text);
    if (!word.is_string()) {
      fail("config", 308, {value.place.text(), ": ", what, ": expected a name or a list of names, found ", text});
    }
    words.push_back(word.get<std::string>());
  }
  return words;
}

// What "sweep" and "category" of a document say.
struct Asked {
  std::vector<std::pair<std::string, std::string>> categories{};  // name, place
  std::vector<std::vector<std::string>> zip{};
  Value own_categories{.kind = Value::Kind::object};

  void read(Resolved const& resolved) {
    auto const experiments = resolved.sections.find("experiments");  // where the toolbox has its categories
    if (experiments != resolved.sections.end()) {
      if (Value const* const own = experiments->second.find("categories"); own != nullptr && own->is_object()) {
        own_categories = *own;
      }
    }
    for (char const* const name : {"category", "sweep"}) {
      auto const section = resolved.sections.find(name);
      if (section == resolved.sections.end()) continue;
      Value const& value = section->second;
      if (std::string_view(name) == "category") {
        add_categories(value);
        continue;
      }
      if (!value.is_object()) {
        fail("config", 308, {value.place.text(), ": sweep: expected {\"category\": ..., \"zip\": ...}"});
      }
      for (std::size_t i = 0; i < value.names.size(); ++i) member(value.names[i], value.items[i]);
    }
  }
  void add_categories(Value const& value) {
    for (std::string const& name : words_of(value, "category")) categories.emplace_back(name, value.place.text());
  }

 private:
  void member(Value::Name const& name, Value const& value) {
    if (name.text == "category") {
      add_categories(value);
    } else if (name.text == "categories" && value.is_object()) {
      own_categories.merge(value);
    } else if (name.text == "zip") {
      bool const one = value.is_list() && !value.items.empty() && value.items.front().is_text();
      for (Value const& group : one ? std::vector<Value>{value} : value.items) zip.push_back(words_of(group, "zip"));
    } else {
      static constexpr std::array<std::string_view, 3> known{"category", "categories", "zip"};
      fail("config", 308, {name.place.text(), ": sweep.", name.text, ": ", expected_one_of(name.text, known)});
    }
  }
};

inline std::vector<SweepAxis> axes_of(Request const& request, Resolved const& resolved, Asked const& asked) {
  std::vector<SweepAxis> axes;
  // Lists first, in the order in which they are written.
  std::vector<Sweep const*> lists;
  for (Sweep const& one : resolved.sweeps) lists.push_back(&one);
  auto const written = [&](Sweep const* one) {
    Place const& place = one->origin.place;
    auto const index = [&](auto const& all, auto&& same) {
      return std::find_if(all.begin(), all.end(), same) - all.begin();
    };
    auto const file = index(request.files, [&](auto const& path) { return path.string() == place.source; });
    auto const argument = index(
        request.arguments, [&](std::string const& token) { return token.substr(0, token.find('=')) == place.source; });
    // Files that others include come before those that are named.
    return std::tuple(one->origin.layer == Layer::command_line, file == std::ssize(request.files) ? -1 : file,
                      place.line, place.column, argument);
  };
  std::stable_sort(lists.begin(), lists.end(), [&](auto const* a, auto const* b) { return written(a) < written(b); });
  std::vector<Place> places;
  for (Sweep const* const one : lists) {
    std::vector<std::string> values;
    for (Value const& value : one->values) values.push_back(value.json().dump());
    // The same list for keys of several sections, written once ("seed").
    auto const same = std::find(places.begin(), places.end(), one->origin.place);
    if (same != places.end() && one->inside.empty()) {
      SweepAxis& axis = axes[static_cast<std::size_t>(same - places.begin())];
      axis.keys.push_back(one->key->whole_name());
      for (auto& point : axis.values) point.push_back(point.front());
      continue;
    }
    places.push_back(one->origin.place);
    axes.push_back(sweep_axis(one->key->whole_name() + one->inside, values, one->origin.place.text()));
  }
  std::vector<SweepAxis> of_categories;
  for (auto const& [name, place] : asked.categories) {
    std::vector<std::string> const keys = whole_names(name);
    Value const* const own = asked.own_categories.find(name);
    // What is no category may still be one of the study's own, or a key with a list.
    SweepAxis axis = own != nullptr ? sweep_axis(name, texts_of(*own), own->place.text())
                                    : category_axis(
                                          name, [](std::string const& n) { return n; }, place);
    if (keys.empty()) fail("config", 309, {place, ": category \"", name, "\": there is no key of this name here"});
    auto const has_list = [&](SweepAxis const& one) {
      return std::find(one.keys.begin(), one.keys.end(), keys.front()) != one.keys.end();
    };
    if (std::any_of(axes.begin(), axes.end(), has_list)) continue;  // a list of one's own takes its place
    axis.keys = keys;
    for (auto& point : axis.values) point.resize(keys.size(), point.front());
    of_categories.push_back(std::move(axis));
  }
  axes.insert(axes.begin(), of_categories.begin(), of_categories.end());
  return axes;
}

inline std::vector<std::string> identity_lines(Resolved const& resolved) {
  std::vector<std::string> lines;
  for (Setting const& setting : resolved.settings) {
    std::string const whole = setting.key->whole_name();
    bool const counts = std::find(without_result.begin(), without_result.end(), whole) == without_result.end();
    if (setting.key->without_effect.empty() && counts) lines.push_back(whole + "=" + setting.origin.value.dump());
  }
  return lines;
}

// One problem of all runs is said once, one of some with their names.
inline void gather(std::vector<SweptRun> const& runs, Problems& all) {
  std::vector<std::pair<Problem, std::vector<std::string>>> found;
  for (SweptRun const& run : runs) {
    for (Problem const& problem : run.problems.all()) {
      auto at = std::find_if(found.begin(), found.end(), [&](auto const& one) {
        return one.first.number == problem.number && one.first.line() == problem.line();
      });
      if (at == found.end()) at = found.insert(at, {problem, {}});
      at->second.push_back(run.name);
    }
  }
  for (auto const& [problem, names] : found) {
    std::string const who = names.size() == runs.size() ? std::string()
                            : names.size() == 1         ? names[0] + ": "
                                                        : joined({names[0], " and ", names.size() - 1, " more: "});
    all.add(Problem{problem.number, problem.place, who + problem.text});
  }
}

}  // namespace sweep

// `categories`, `zip`: of the command line, beside those of the files. `step` is called after each run that was resolved.
inline StudySweep study_sweep(Request request, std::vector<std::string> const& categories = {},
                              std::vector<std::vector<std::string>> const& zip = {},
                              std::function<void(std::size_t, std::size_t)> const& step = {}) {
  request.sweeps = true;
  Resolved const resolved = resolve(request);
  StudySweep study;
  auto const of_no_feedback = [](Problem const& one) { return one.number == 145; };  // each run is asked again
  for (Problem const& one : resolved.problems.all()) {
    if (!of_no_feedback(one)) study.problems.add(one);
  }
  if (!study.problems.empty()) return study;
  sweep::Asked asked;
  asked.read(resolved);
  for (std::string const& name : categories) asked.categories.emplace_back(name, "--category");
  asked.zip.insert(asked.zip.end(), zip.begin(), zip.end());
  for (auto& group : asked.zip) {
    for (std::string& key : group) {
      if (auto const names = sweep::whole_names(key); !names.empty()) key = names.front();
    }
  }
  study.axes = zipped(sweep::axes_of(request, resolved, asked), asked.zip);
  auto const varies = [&](std::string_view key) {
    return std::any_of(study.axes.begin(), study.axes.end(), [&](SweepAxis const& axis) {
      return std::find(axis.keys.begin(), axis.keys.end(), key) != axis.keys.end();
    });
  };
  auto const has_no_feedback = [&](Resolved const& run) {
    return std::any_of(run.problems.all().begin(), run.problems.all().end(), of_no_feedback);
  };
  std::vector<SweepRun> const runs = sweep_runs(study.axes, sweep::short_name);
  for (SweepRun const& run : runs) {
    Request one = request;
    for (auto const& [key, value] : run.values) one.arguments.push_back("--" + key + "=" + value);
    Resolved its = resolve(one);
    if (varies("model.feedback") && has_no_feedback(its)) {  // its delay is that of the other runs
      one.left_out = {"model.t_feedback"};
      its = resolve(one);
    }
    study.runs.push_back({.name = run.name,
                          .identity = sweep_identity(sweep::identity_lines(its)),
                          .values = run.values,
                          .configuration = its.json().dump(2) + "\n",
                          .seed = its.study.options.seed ? number_text(*its.study.options.seed) : "",
                          .epochs = its.study.fit.epochs,
                          .problems = its.problems});
    study.on_cpu = study.on_cpu && its.study.program.accelerator == "cpu";
    if (step) step(study.runs.size(), runs.size());
  }
  sweep::gather(study.runs, study.problems);
  return study;
}

}  // namespace dynvision::config
