#include "experiment_study.hpp"

#include <dynvision/config/experiments/read_experiments.hpp>
#include <dynvision/config/layers/catalog.hpp>
#include <dynvision/config/resolve.hpp>
#include <dynvision/io/weights.hpp>

#include "prepare.hpp"
#include "run_of_study.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace program {

namespace config = dynvision::config;
namespace experiments = dynvision::experiments;
using dynvision::AnyModel, dynvision::expected_one_of, dynvision::fail, dynvision::number_text;

namespace {

std::string options_text(experiments::ModelSide const& side) {
  std::string all;
  for (auto const& [key, value] : side.options) all += key + "=" + value + "\n";
  return all;
}

// Names of weights that a run has kept, as a condition's status names them.
std::vector<std::string> statuses(std::filesystem::path const& run) {
  std::vector<std::string> all;
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(run, ignored)) {
    std::string const name = entry.path().filename().string();
    std::string const ending = ".safetensors";
    if (!name.ends_with(ending)) continue;
    std::string const stem = name.substr(0, name.size() - ending.size());
    if (stem == "weights") all.emplace_back("trained");
    if (stem.starts_with("trained-epoch=")) all.push_back(stem);
    if (stem.starts_with("best-epoch=")) all.emplace_back("trained-best");
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::filesystem::path best_of(std::filesystem::path const& run) {
  std::vector<std::filesystem::path> all;
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(run, ignored)) {
    if (entry.path().filename().string().starts_with("best-epoch=")) all.push_back(entry.path());
  }
  return all.size() == 1 ? all.front() : std::filesystem::path();
}

StudyWords with_options(StudyWords words, experiments::ModelSide const& side) {
  for (auto const& [key, value] : side.options) {
    Json const json = Json::parse(value);
    words.keys.push_back("--" + key);
    words.keys.push_back(json.is_string() ? json.get<std::string>() : value);
  }
  return words;
}

StudyWords words_with_run(std::filesystem::path const& run, StudyWords const& words) {
  return run.empty() ? words : words_of_run(run, words);
}

// Keys in which models are compared, and how their names are written in a model's identity.
constexpr std::pair<char const*, char const*> identity_keys[]{{"rctype", "model.recurrence_type"},
                                                              {"rctarget", "model.recurrence_target"},
                                                              {"skip", "model.skip"},
                                                              {"feedback", "model.feedback"},
                                                              {"solver", "model.dynamics_solver"},
                                                              {"tau", "model.tau"},
                                                              {"dt", "model.dt"},
                                                              {"tff", "model.t_feedforward"},
                                                              {"trc", "model.t_recurrence"},
                                                              {"tsk", "model.t_skip"},
                                                              {"tfb", "model.t_feedback"},
                                                              {"bias", "model.bias"},
                                                              {"supralin", "model.supralinearity"},
                                                              {"inadapt", "model.input_adaption_weight"},
                                                              {"tsteps", "model.n_timesteps"},
                                                              {"idle", "model.idle_timesteps"},
                                                              {"lossrt", "model.loss_reaction_time"},
                                                              {"pattern", "model.data_presentation_pattern"},
                                                              {"activityloss", "model.activity_loss_weight"},
                                                              {"dloader", "data.data_loader"}};

std::string plain(Json const& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

config::Value experiments_of(StudyWords const& words) {
  config::Request request;
  for (std::string const& file : words.files) request.files.emplace_back(file);
  request.own_model = !words.own_model.empty();
  config::Resolved const resolved = config::resolve(request);
  resolved.problems.require_none();
  auto const found = resolved.sections.find("experiments");
  return found == resolved.sections.end() ? config::Value{} : found->second;
}

std::vector<experiments::Experiment> read_experiments(config::Value const& section,
                                                      std::vector<std::string> const& names, double dt) {
  std::vector<experiments::Experiment> all;
  config::Problems problems;
  for (std::string const& name : names) {
    for (experiments::Experiment& one : config::read_experiments(section, name, dt, problems)) {
      bool const there = std::any_of(all.begin(), all.end(), [&](auto const& e) { return e.name == one.name; });
      if (!there) all.push_back(std::move(one));
    }
  }
  problems.require_none();
  return all;
}

ExperimentStudy::ExperimentStudy(std::filesystem::path run, std::filesystem::path weights, StudyWords const& words)
    : run_(std::move(run)), weights_(std::move(weights)), words_(words_with_run(run_, words)), study_(words_, "test") {
  if (weights_.empty()) weights_ = run_ / "weights.safetensors";
}

std::filesystem::path ExperimentStudy::weights_of(std::string const& status) const {
  std::error_code ignored;
  if (status.empty() || status == "trained") {
    if (std::filesystem::is_regular_file(weights_, ignored)) return weights_;
    fail("program", 150, {weights_.string(), ": expected the weights of the model, found none"});
  }
  std::filesystem::path const file = status == "trained-best" ? best_of(run_) : run_ / (status + ".safetensors");
  bool const a_name = status.find_first_of("/\\") == std::string::npos;
  if (a_name && !file.empty() && std::filesystem::is_regular_file(file, ignored)) return file;
  std::vector<std::string> const there = statuses(run_);
  fail("program", 150,
       {"weights of status \"", status, "\": there are none in ", run_.empty() ? "no run" : run_.string(), ": ",
        expected_one_of(status, there),
        "; a training keeps those of every trainer.every_n_epochs epochs, and dynvision experiment run leaves out an "
        "experiment that is not named"});
}

AnyModel ExperimentStudy::model_without_weights(experiments::ModelSide const& side) const {
  if (side.options.empty()) return program::model_of(study_);
  Study changed(with_options(words_, side), "test");
  for (char const* const key : {"model.n_classes", "model.input_dims"}) {
    if (!changed.given(key)) changed.take(key, study_.value(key), "the images");
  }
  return program::model_of(changed);
}

AnyModel const& ExperimentStudy::kept_model(experiments::ModelSide const& side) const {
  std::string const options = options_text(side);
  auto found = models_.find(options);
  if (found == models_.end()) found = models_.emplace(options, model_without_weights(side)).first;
  return found->second;
}

AnyModel ExperimentStudy::model_of(experiments::ModelSide const& side) const {
  AnyModel model = model_without_weights(side);
  std::filesystem::path const file = weights_of(side.status);
  auto const numbers = numbers_of_options(model, side);
  load_file(model, file);
  at::AutoGradMode const no_gradient(false);
  for (auto const& [parameter, value] : numbers) parameter.copy_(value);
  return model;
}

// Files hold tau and other numbers beside the weights; those that the condition sets are its own. They are the ones that differ from the
// model's without the options, as both begin with the same seed.
std::vector<std::pair<dynvision::Tensor, dynvision::Tensor>> ExperimentStudy::numbers_of_options(
    AnyModel const& model, experiments::ModelSide const& side) const {
  std::vector<std::pair<dynvision::Tensor, dynvision::Tensor>> all;
  if (side.options.empty()) return all;
  dynvision::Parameters const usual = kept_model({}).parameters();
  for (dynvision::Parameter const& one : model.parameters()) {
    auto const same =
        std::find_if(usual.begin(), usual.end(), [&](auto const& other) { return other.name == one.name; });
    if (same == usual.end() || same->tensor.sizes() != one.tensor.sizes() || same->tensor.equal(one.tensor)) continue;
    all.emplace_back(one.tensor.detach(), one.tensor.detach().clone());
  }
  return all;
}

void ExperimentStudy::load_file(AnyModel const& model, std::filesystem::path const& file) const {
  if (file == weights_) return load_into(model, file);
  // A checkpoint: the optimiser's tensors stand beside the weights.
  dynvision::WeightsReport const report = dynvision::load_weights(file, model.parameters(), false);
  if (!report.missing.empty() || !report.misshapen.empty()) load_into(model, file);  // says what does not fit
}

experiments::PlanSettings ExperimentStudy::plan_settings(experiments::ModelSide const& side) const {
  AnyModel const& model = kept_model(side);
  return {.dt = model.options.dt,
          .idle_timesteps = study_.values.run.idle_timesteps,
          .n_residual_timesteps = model.n_residual_timesteps()};
}

void ExperimentStudy::check(std::vector<experiments::Experiment> const& all) const {
  for (experiments::Experiment const& experiment : all) {
    for (experiments::Condition const& condition : experiment.conditions) {
      weights_of(condition.model.status);
      AnyModel const& model = kept_model(condition.model);
      dynvision::Facts const facts = facts_of(model);
      auto const has = [&](dynvision::Way way) {
        return std::any_of(facts.connections.begin(), facts.connections.end(),
                           [&](dynvision::ConnectionFacts const& one) { return one.way == way; });
      };
      auto const need = [&](std::string const& key, bool there, char const* what) {
        if (there) return;
        fail("program", 151,
             {"experiment \"", experiment.name, "\", ", condition.id, ": it sets ", key, ", and ", model.type(),
              " has no ", what, ": expected a model that has some, or an experiment without ", key});
      };
      using dynvision::Way;
      for (auto const& [key, value] : condition.model.options) {
        if (key == "model.t_recurrence") need(key, has(Way::lateral), "lateral connections");
        if (key == "model.t_skip") need(key, has(Way::skip), "skip connections");
        if (key == "model.t_feedback") need(key, has(Way::feedback), "feedback connections");
      }
      if (condition.model.feedforward_only) {
        need("feedforward_only", !facts.connections.empty(), "lateral, skip or feedback connections");
      }
    }
  }
}

experiments::TableKeys ExperimentStudy::keys(std::string const& category) const {
  experiments::TableKeys keys;
  std::string options;
  config::Study const defaults;
  for (auto const& [name, whole] : identity_keys) {
    config::Key const* const key = config::catalog().find(whole);
    if (key == nullptr) continue;
    Json const value = key->get(study_.values);
    bool const differs = study_.given(whole) && !value.is_null() && value != key->get(defaults);
    if (differs) options += (options.empty() ? ":" : "+") + std::string(name) + "=" + plain(value);
    if (category == name || category == whole || category == key->name) {
      keys.category = category, keys.category_value = plain(value);
    }
  }
  if (!category.empty() && keys.category.empty()) {
    std::vector<std::string> names;
    for (auto const& [name, whole] : identity_keys) names.emplace_back(name);
    fail("program", 153, {"--category \"", category, "\": ", expected_one_of(category, names)});
  }
  keys.seed = static_cast<std::int64_t>(study_.values.options.seed.value_or(0));
  std::string const& family = study_.own_model.empty() ? study_.values.structure.model_name : study_.own_model;
  keys.model = family + options + "_" + number_text(keys.seed);
  Json const summary = run_.empty() ? Json::object() : read_summary(run_);
  if (summary.contains("epochs") && summary["epochs"].is_number()) keys.epoch = summary["epochs"].get<double>();
  keys.activity_loss = study_.values.loss.activity_loss_weight.value_or(std::numeric_limits<double>::quiet_NaN());
  return keys;
}

}  // namespace program
