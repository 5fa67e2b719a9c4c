#include "study.hpp"

#include <dynvision/config/check.hpp>
#include <dynvision/config/resolve.hpp>
#include <dynvision/io/file/input_file.hpp>

#include <filesystem>
#include <iostream>

namespace program {

namespace config = dynvision::config;

struct Study::Inside {
  config::Resolved resolved;
};

void take_study(CommandLine& line, StudyWords& words) {
  line.values("--config", words.files, "configuration files; a later one goes before an earlier one", "FILE");
  line.value(
      "--model", words.own_model,
      "a model of your own: the type in a C++ header, compiled on first use; TYPE<...>: a template, with what the "
      "configuration says of its structure",
      "FILE:TYPE");
  line.keys(words.keys);
}

Study::Study(StudyWords const& words, std::string const& scope) : own_model(words.own_model) {
  config::Request request;
  for (std::string const& file : words.files) request.files.emplace_back(file);
  request.arguments = words.keys;
  request.scope = scope;
  request.own_model = !words.own_model.empty() && !is_family(words.own_model);
  inside_ = std::make_shared<Inside>(Inside{config::resolve(request)});
  inside_->resolved.problems.require_none();
  values = inside_->resolved.study;
  if (!values.options.seed) take("model.seed", 0, "a study has a seed");
  if (!values.run.seed) take("trainer.seed", *values.options.seed, "model.seed");
  for (std::string const& note : inside_->resolved.notes) std::cerr << "note: " << note << "\n";
}

bool Study::given(std::string const& key) const { return inside_->resolved.given(key); }

namespace {

// Of a file that is itself a resolved configuration, such as that of a run of a sweep: what it says of where a value came from.
bool shipped_before(std::string const& file, std::string const& key) {
  if (!std::filesystem::is_regular_file(file)) return false;  // an argument
  Json const json = Json::parse(dynvision::InputFile(file).text(), nullptr, false, true);
  if (!json.is_object() || !json.contains("provenance") || !json["provenance"].contains(key)) return false;
  std::string const text = json["provenance"][key].get<std::string>();
  for (config::Layer const layer : {config::Layer::structs, config::Layer::defaults, config::Layer::data,
                                    config::Layer::workflow, config::Layer::experiments}) {
    if (text == name_of(layer) || text.ends_with("(" + name_of(layer) + ")")) return true;
  }
  return false;
}

}  // namespace

bool Study::asked(std::string const& key) const {
  config::Setting const* const setting = inside_->resolved.find(key);
  return setting != nullptr && setting->origin.layer >= config::Layer::study &&
         !shipped_before(setting->origin.place.source, key);
}

void Study::take(std::string const& key, Json const& value, std::string const& from) {
  for (config::Setting& setting : inside_->resolved.settings) {
    if (setting.key->whole_name() != key) continue;
    setting.overrode.insert(setting.overrode.begin(), setting.origin);
    setting.value = config::Value::of(value, {});
    setting.origin = {config::Layer::data, {}, {from}, value};
    setting.key->set(inside_->resolved.study, setting.value);
    setting.key->set(values, setting.value);
  }
}

void Study::check(dynvision::Facts const& model, std::int64_t n_classes, std::array<int, 3> image,
                  std::int64_t n_training) {
  config::check(inside_->resolved, model,
                {.n_classes = static_cast<int>(n_classes), .image = image, .n_training = n_training});
}

Json Study::json() const { return inside_->resolved.json(); }

Json Study::value(std::string const& key) const {
  config::Setting const* const setting = inside_->resolved.find(key);
  return setting == nullptr ? Json() : setting->key->get(values);
}

std::map<std::string, std::string> Study::identity() const {
  std::map<std::string, std::string> all;
  for (config::Setting const& setting : inside_->resolved.settings) {
    if (!setting.key->without_effect.empty() || setting.key->section == "modes") continue;
    all[setting.key->whole_name()] = setting.key->get(values).dump();
  }
  if (!own_model.empty()) all["own_model"] = own_model;
  return all;
}

std::vector<std::string> harmless_keys() {
  return {"trainer.epochs",
          "trainer.max_seconds",
          "trainer.checkpoint_seconds",
          "trainer.enable_progress_bar",
          "trainer.log_level",
          "trainer.threads",
          "trainer.save_top_k",
          "trainer.save_last",
          "trainer.every_n_epochs",
          "trainer.monitor_checkpoint",
          "trainer.checkpoint_mode",
          "trainer.experiment",
          "trainer.memory_budget",
          "trainer.share_cpus",
          "data.data_path",
          "data.test_images",
          "data.test_batch_size",
          "model.store_test_responses",
          "model.response_resolution",
          "model.target_dtype"};
}

std::string joined_words(std::vector<std::string> const& words) {
  std::string all;
  for (std::string const& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

}  // namespace program
