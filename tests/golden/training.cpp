// Files of training steps: losses, gradient norms, accuracies and parameters after each step, on both paths.
#include <dynvision/records/metrics.hpp>
#include <dynvision/train/optimizer.hpp>

#include "judgement.hpp"
#include "model_file.hpp"

using namespace golden;

namespace {

OptimizerSettings settings_of(Keys& keys) {
  OptimizerSettings settings{.optimizer = keys.text("optimizer", "Adam"),
                             .learning_rate = keys.number("learning_rate", 2e-4),
                             .optimizer_kwargs = {{"weight_decay", keys.number("weight_decay", 0)}}};
  settings.lr_parameter_groups.clear();
  Json const groups = keys.get("lr_parameter_groups");
  for (auto const& [key, group] : groups.items()) {
    Keys of_group(group, "lr_parameter_groups, " + key);
    settings.lr_parameter_groups.push_back({key, of_group.number("lr_factor", 1)});
    of_group.finish();
  }
  if (groups.is_null()) settings.lr_parameter_groups = {{"regular", 1.0}};
  return settings;
}

void check_groups(Check& check, File const& file, Optimizer const& optimizer) {
  if (!file.config.contains("groups")) return;
  for (auto const& group : optimizer.groups()) {
    bool found = false;
    for (Json const& expected : file.config.at("groups")) {
      if (expected.at("name") != group.name) continue;
      found = true;
      double const rate = optimizer.learning_rate() * group.lr_factor;
      check.holds(std::abs(expected.at("lr").get<double>() - rate) < 1e-12, "learning rate of group " + group.name);
      auto const names = expected.at("params").get<std::vector<std::string>>();
      for (dynvision::Parameter const& p : group.parameters) {
        check.holds(std::find(names.begin(), names.end(), p.name) != names.end(), p.name + " in another group");
      }
    }
    check.holds(found, "no group \"" + group.name + "\" in the file");
  }
}

void training_file(File const& file, at::ScalarType dtype, Check& check, Path path) {
  know_entries(file);
  Keys keys(file.config, file.name);
  auto const x_of = [&](std::int64_t k) { return file.leaf("x" + std::to_string(k), dtype); };
  Composed const composed = compose(check, file, "", dtype, x_of(0));
  Configuration const& c = composed.configuration;
  Parameters const& parameters = composed.model.parameters;
  Optimizer optimizer(parameters, settings_of(keys));
  check_groups(check, file, optimizer);
  double const clip = keys.number("clip_norm", 0);
  std::vector<Module> modules;
  if (c.activity_loss_weight > 0) modules = modules_of(file, c);
  run::Settings settings = c.settings;
  settings.record = false;
  settings.monitor = monitored(modules);

  for (std::int64_t k = 0; k < keys.whole("steps", 0); ++k) {
    run::Trial const trial = run::make_trial(x_of(k), file.stored("labels" + std::to_string(k)).to(at::kLong), c.trial);
    run::Activity const activity = composed.model.run(trial.stimulus, settings, path);
    Tensor loss = CrossEntropy{.ignore_index = c.trial.presentation.non_label_index}(activity.outputs, trial.labels);
    if (!modules.empty()) {
      Tensor const cost = activity_cost(check, modules, file.config.value("ord", 1.0), activity.monitored);
      loss = loss.add(cost.mul(c.activity_loss_weight));
    }
    optimizer.zero_grad();
    loss.backward();
    double const norm = optimizer.step(clip);
    auto const number = [&](char const* name, double value) {
      if (!file.contains(name)) return;
      check.same(std::string(name) + "[" + std::to_string(k) + "]", full({}, value, at::kDouble),
                 file.stored(name).select(0, k));
    };
    number("losses", loss.item<double>());
    number("grad_norm_before_clip", norm);
    number("accuracy", accuracy(activity.outputs.detach(), trial.labels));
    std::string const step = "step" + std::to_string(k + 1);
    for (dynvision::Parameter const& p : parameters) {
      std::string const samples = step + ".param_sample." + p.name, all = step + ".param_stats." + p.name;
      if (!file.contains(samples)) {
        check.holds(!p.learned, samples + " is not there");
        continue;
      }
      check.same(samples, sample(p.tensor, file.stored(samples).numel()));
      if (!file.contains(all)) continue;
      Tensor const stored = file.stored(all);
      auto const found = statistics(p.tensor);
      for (std::size_t i = 0; i < found.size(); ++i) {
        bool const a_size = i == 1 || i == 2 || i == 3;
        check.same(all + "[" + std::to_string(i) + "]", full({}, found[i], at::kDouble),
                   stored.select(0, static_cast<std::int64_t>(i)), a_size ? 0.0 : stored.select(0, 1).item<double>());
      }
    }
  }
}

}  // namespace

TEST_CASE("training steps are those of the Python toolbox", "[golden][train]") {
  for (auto const& path : files("model")) {
    if (!File(path).config.contains("steps")) continue;
    DYNAMIC_SECTION(path.stem().string()) {
      for (Path const way : {Path::unroll, Path::compiled}) {
        report(
            judge(path, way == Path::unroll ? "unroll" : "compiled",
                  [&](File const& it, at::ScalarType dtype, Check& check) { training_file(it, dtype, check, way); }));
      }
    }
  }
}
