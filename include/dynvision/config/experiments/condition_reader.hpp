// One condition of an experiment: an experiment without lists.
//
//   {"data_loader": "StimulusDuration", "data_args": {"dsteps": 30, "stim": 5, "idle": 20, "ffonly": true}}
//   {"idle": 20, "n_timesteps": 30, "segments": [...], "model_args": {"ffonly": true}}
//   {"data_loader": "StimulusDuration", "data_args": {"dsteps": 70}, "model_args": {"tff": 10, "tsk": 20}}
//
// Arguments that are no loader's belong to the model or the run: `idle` and `ffonly` are taken here, the others are kept as keys with
// their values.
//
// Errors: config.161, config.162, config.165.
#pragma once
#include <dynvision/config/described/program/study.hpp>
#include <dynvision/config/experiments/choices.hpp>
#include <dynvision/config/experiments/segments.hpp>
#include <dynvision/config/layers/assignment.hpp>
#include <dynvision/config/sweep/runs.hpp>
#include <dynvision/experiments/protocol/condition.hpp>
#include <dynvision/experiments/protocol/loader.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

// As it was configured: "5", "10 ms", "true", "none".
inline std::string value_text(Value const& value) {
  if (value.is_null()) return "none";
  return value.is_text() ? value.scalar.get<std::string>() : value.json().dump();
}

class ConditionReader {
 public:
  ConditionReader(Value const& experiment, Problems& problems) : experiment_(experiment), problems_(problems) {}

  experiments::Condition read() {
    condition_.definition = experiment_.json().dump();
    ObjectReader read(experiment_, "", problems_);
    for (std::string_view const of_experiment : {"parameter", "question", "with", "group", "measures"})
      read.member(of_experiment);
    std::string status;
    if (read.value("status", status)) condition_.model.status = status;
    Value const* const loader = read.member("data_loader");
    Value const* const short_loader = read.member("loader");
    Value const* const arguments = read.member("data_args");
    Value const* const segments = read.member("segments");
    if (segments != nullptr) {
      if (Value const* const other = loader ? loader : short_loader ? short_loader : arguments) {
        problems_.report("config", 165, other->place, {"expected a loader with data_args, or segments, found both"});
      }
      of_segments(*segments, read);
    } else {
      if (arguments != nullptr) require_object(*arguments, "data_args", read);
      of_loader(loader ? loader : short_loader, arguments);
    }
    if (Value const* const of_model = read.member("model_args")) {
      require_object(*of_model, "model_args", read);
      for (std::size_t i = 0; i < of_model->names.size(); ++i) {
        Value::Name const& name = of_model->names[i];
        of_the_model(name, of_model->items[i]);
        if (segments == nullptr) condition_.id += "+" + name.text + "=" + value_text(of_model->items[i]);
      }
    }
    read.finish();
    return std::move(condition_);
  }

  // The key that a name stands for, in data_args; null: none.
  static Key const* key_of(std::string const& name) {
    constexpr std::pair<std::string_view, std::string_view> of_loaders[]{
        {"n_timesteps", "data_timesteps"}, {"tsteps", "data_timesteps"}, {"repeat", "data_timesteps"}};
    for (auto const& [alias, key] : of_loaders) {
      if (name == alias) return catalog().find("data." + std::string(key));
    }
    std::vector<Key const*> keys = catalog().find("data", name);
    if (keys.empty()) keys = catalog().find("", name);
    return keys.empty() ? nullptr : keys.front();
  }

 private:
  static void require_object(Value const& value, std::string_view name, ObjectReader& read) {
    if (!value.is_object()) read.refuse(value, name, "an object, {\"key\": value, ...}, or a list of them");
  }

  void of_segments(Value const& segments, ObjectReader& read) {
    experiments::Schedule& schedule = condition_.schedule;
    experiments::Duration idle;
    if (read.value("idle", idle, segments::steps)) schedule.idle = idle;
    if (!read.value("n_timesteps", schedule.n_timesteps, between(1, 1000000))) {
      problems_.report("config", 165, experiment_.place, {"n_timesteps: expected the steps of a trial"});
    }
    read.value("non_input_value", schedule.non_input_value);
    schedule.segments = segments::list(segments, "segments", problems_);
    condition_.id = "Schedule:" + sweep_identity({condition_.definition}).substr(0, 8);
  }

  void of_loader(Value const* loader, Value const* arguments) {
    Study study;
    if (loader == nullptr) {
      problems_.report("config", 165, experiment_.place,
                       {"expected a data_loader with data_args, segments with n_timesteps, or a group of experiments"});
      return;
    }
    check_value(*catalog().find("data.data_loader"), *loader, loader->place, study, problems_);
    condition_.id = study.stimulus.data_loader + ":";
    std::size_t const n = arguments != nullptr ? arguments->names.size() : 0;
    for (std::size_t i = 0; i < n; ++i) {
      Value::Name const& name = arguments->names[i];
      Value const& value = arguments->items[i];
      condition_.id += (i == 0 ? "" : "+") + name.text + "=" + value_text(value);
      Key const* const key = key_of(name.text);
      if (key == nullptr || key->section != "data") {
        of_the_model(name, value);
      } else {
        check_value(*key, as_key_takes_it(*key, value), name.place, study, problems_);
      }
    }
    std::optional<experiments::Duration> const idle = condition_.schedule.idle;
    try {
      condition_.schedule = experiments::schedule_of(study.stimulus);
    } catch (Error const& error) {
      problems_.report("config", 165, loader->place, {error.what()});
    }
    condition_.schedule.idle = idle;
    condition_.schedule.non_input_value = study.trial.non_input_value;
  }

  void of_the_model(Value::Name const& name, Value const& value) {
    if (name.text == "status") {
      condition_.model.status = value_text(value);
      return;
    }
    Key const* const key = key_of(name.text);
    if (key == nullptr) {
      problems_.report("config", 161, name.place,
                       {"there is no key \"", name.text, "\": ", expected_one_of(name.text, catalog().names(""))});
      return;
    }
    Value const taken = as_key_takes_it(*key, value);
    if (key->whole_name() == "model.idle_timesteps") {
      experiments::Duration idle;
      if (auto const refused = Codec<experiments::Duration>::read(taken, idle, segments::steps)) {
        problems_.report("config", 162, value.place,
                         {name.text, " = ", value.json().dump(), ": expected ", refused->expected});
      }
      condition_.schedule.idle = idle;
      return;
    }
    Study scratch;
    check_value(*key, taken, name.place, scratch, problems_);
    if (key->whole_name() == "model.feedforward_only") {
      condition_.model.feedforward_only = taken.scalar == Json(true);
    } else {
      condition_.model.options.emplace_back(key->whole_name(), taken.json().dump());
    }
  }

  // "true" for true.
  static Value as_key_takes_it(Key const& key, Value const& value) {
    if (!value.is_text() || !key.type.starts_with("true or false")) return value;
    std::string const text = value.scalar.get<std::string>();
    if (text == "true" || text == "True") return Value::of(true, value.place);
    if (text == "false" || text == "False") return Value::of(false, value.place);
    return value;
  }

  Value const& experiment_;
  Problems& problems_;
  experiments::Condition condition_{};
};

}  // namespace dynvision::config
