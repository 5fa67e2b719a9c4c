// Everything that a golden file of a DyRCNN model holds, compared: responses, outputs, loss, gradients of all parameters and
// of the input.
#pragma once
#include <dynvision/losses/cross_entropy.hpp>

#include "activity_cost.hpp"
#include "responses.hpp"

namespace golden {

// The file's parameters go into the model; each name must be there on both sides.
inline void load(Check& check, File const& file, Configuration const& c, AnyModel const& model, at::ScalarType dtype) {
  std::vector<Parameter> given;
  for (Parameter& p : file.parameters(dtype)) {
    if (!only_in_file(p.name, c.deviations)) given.push_back(std::move(p));
  }
  put(given, model.parameters);
  if (!file.config.contains("param_check")) return;
  auto const name = file.config.at("param_check").get<std::string>();
  Tensor const values = file.undisturbed(name.substr(0, name.find('['))).reshape({-1});
  Tensor const expected = file.stored("param_check");
  check.same("param_check", values.narrow(0, 0, std::min<std::int64_t>(expected.numel(), values.numel())));
}

// What the file says of itself beside the run's options.
inline void know_entries(File const& file) {
  Keys keys(file.config, file.name);
  if (keys.whole("format_version", 1) != 1) keys.refuse("format_version", "1");
  if (keys.text("kind", "model") != "model") keys.refuse("kind", "model");
  keys.pass_over({"cls",
                  "compute_dtype",
                  "ctor",
                  "ctor_biological",
                  "ctor_engineering",
                  "derived",
                  "derived_biological",
                  "derived_engineering",
                  "description",
                  "fp32_vs_fp64",
                  "grad_none",
                  "name",
                  "params",
                  "param_check",
                  "input_recipe",
                  "resp_shapes",
                  "seed",
                  "torch",
                  "solver",
                  "activity_loss_weight",
                  "monitors",
                  "ord",
                  "reduction",
                  "n_residual_timesteps",
                  "measured_max_abs_difference",
                  "note",
                  "relation"});
  // of training, see training_file.hpp
  keys.pass_over({"B", "clip_norm", "groups", "learning_rate", "lr_parameter_groups", "optimizer", "param_sample",
                  "steps", "weight_decay"});
  keys.finish();
}

struct Composed {
  Configuration configuration;
  AnyModel model;
};

// `which`: "", "_engineering" or "_biological"
inline Composed compose(Check& check, File const& file, std::string const& which, at::ScalarType dtype,
                        Tensor const& x) {
  bool const movie = x.dim() == 5 && x.size(1) > 1;
  Json const derived = file.config.value("derived" + which, Json::object());
  Composed made{configuration_of(file, file.config.at("ctor" + which), derived, dtype, movie), {}};
  Configuration& c = made.configuration;
  for (Parameter const& p : file.parameters(dtype)) {
    if (p.name == "classifier.2.weight") c.options.n_classes = static_cast<int>(p.tensor.size(0));
  }
  std::int64_t const axes = x.dim();  // (H,W) and (B,H,W) have one channel
  c.options.input_dims = {axes < 4 ? 1 : static_cast<int>(x.size(axes - 3)), static_cast<int>(x.size(axes - 2)),
                          static_cast<int>(x.size(axes - 1))};
  if (movie) c.trial.n_timesteps = static_cast<int>(x.size(1));

  std::string key = variant_key(c.model, c.recurrence, c.target);
  if (c.options.feedforward_only && !variants().contains(key)) key = variant_key(c.model, "none", "output");
  if (c.deviations.no_history) key = no_history_key(c.model);
  if (!variants().contains(key)) unknown(file.name + ": there is no model \"" + key + "\" here");
  made.model = variants().at(key)(c.options, c.switches);
  load(check, file, c, made.model, dtype);
  c.trial.n_residual_timesteps = made.model.n_residual_timesteps;
  check_derived(check, file, derived, c, made.model);
  return made;
}

// One run of a file and its loss: `prefix` is "" or, for pairs of runs in one file, "eng." or "bio.". Absent where the
// file has neither a loss nor labels.
inline Tensor run_file(Check& check, File const& file, Composed const& composed, std::string const& prefix, Path path,
                       Tensor const& x, Signal const& labels) {
  Configuration const& c = composed.configuration;
  run::Settings settings = c.settings;
  bool const scored = labels.defined();
  std::int64_t const batch = x.dim() == 2 ? 1 : x.size(0);
  Tensor given = scored ? labels.to(at::kLong) : zeros({batch}, at::kLong);
  if (given.dim() == 2 && given.size(1) == 1) given = given.select(1, 0);  // of a still image
  run::Trial trial = run::make_trial(x, given, c.trial);
  if (file.contains(prefix + "proc_labels")) check.same(prefix + "proc_labels", trial.labels);
  if (file.contains(prefix + "proc_inputs")) check.same(prefix + "proc_inputs", trial.stimulus.expanded());
  if (c.deviations.fading_first_frame) keep_first_frame(trial.stimulus, settings);

  std::vector<Module> modules;
  if (c.activity_loss_weight > 0) modules = modules_of(file, c);
  settings.monitor = monitored(modules);
  run::Activity const activity = composed.model.run(trial.stimulus, settings, path);
  if (file.contains(prefix + "out")) check.same(prefix + "out", activity.outputs);
  same_responses(check, file, prefix, activity, true);
  if (settings.idle_timesteps > 0) {
    run::Stimulus idle{trial.stimulus.frames.detach(), {}, c.trial.non_input_value};
    idle.then_blank(settings.idle_timesteps);
    bool const stored = !file.names(prefix + "idle_").empty();
    if (stored) {
      same_responses(check, file, prefix + "idle_", composed.model.run(idle, {.record = true}, path), true);
    }
  }

  Tensor loss;
  if (file.contains("loss_weight")) {
    loss = activity.outputs.mul(file.number("loss_weight", activity.outputs.scalar_type())).sum();
  } else if (scored) {
    loss = CrossEntropy{.ignore_index = c.trial.presentation.non_label_index}(activity.outputs, trial.labels);
  } else {
    check.holds(!file.contains(prefix + "loss"), "a loss without labels");
    return {};
  }
  if (c.activity_loss_weight > 0) {
    double const p = file.config.value("ord", 1.0);
    loss = loss.add(activity_cost(check, modules, p, activity.monitored).mul(c.activity_loss_weight));
  }
  if (file.contains(prefix + "loss")) check.same(prefix + "loss", loss);
  return loss;
}

inline void same_gradients(Check& check, File const& file, Composed const& composed, Path path, Tensor const& x) {
  if (file.names("grad").empty()) return;  // of none, or they are not stored
  check.gradient("x", x);
  for (Parameter const& p : file.parameters(x.scalar_type())) {
    auto const own = std::find_if(composed.model.parameters.begin(), composed.model.parameters.end(),
                                  [&](dynvision::Parameter const& known) { return known.name == p.name; });
    if (!p.requires_grad || p.buffer) continue;
    if (own == composed.model.parameters.end()) {
      check.gradient_of(p.name, {});
    } else if (own->learned) {
      if (!learns_here_only(file, p)) check.gradient(p.name, own->tensor);
    } else if (path == Path::unroll) {
      check.gradient(p.name, own->tensor);  // a number here, which was made a leaf
    } else {
      for (char const* const kind : {"grad.", "grad_sample.", "grad_stats."}) file.passed_over(kind + p.name);
    }
  }
}

inline void model_file(File const& file, at::ScalarType dtype, Check& check, Path path) {
  know_entries(file);
  if (file.config.contains("steps")) unknown(file.name + ": a file of training steps, see training_file.hpp");
  Tensor const x = file.input(dtype);
  if (!x.defined()) unknown(file.name + ": neither x nor how it is made");
  Signal const labels = file.contains("labels") ? file.stored("labels") : Signal{};
  bool const pair = file.config.contains("ctor_engineering");
  int residual = 0;
  for (std::string const& which :
       pair ? std::vector<std::string>{"_biological", "_engineering"} : std::vector<std::string>{""}) {
    Composed const composed = compose(check, file, which, dtype, x);
    for (dynvision::Parameter const& p : composed.model.parameters) {
      // Weights that the original kept as parameters and that are numbers here.
      if (path == Path::unroll && p.name.starts_with("input_adaption.")) p.tensor.set_requires_grad(true);
    }
    std::string const prefix = which.empty() ? "" : which == "_biological" ? "bio." : "eng.";
    Tensor const loss = run_file(check, file, composed, prefix, path, x, labels);
    residual = std::max(residual, composed.model.n_residual_timesteps);
    if (!loss.defined()) continue;
    x.mutable_grad() = Tensor{};
    if (loss.requires_grad()) loss.backward();
    same_gradients(check, file, composed, path, x);
  }
  if (file.config.contains("n_residual_timesteps")) {
    check.holds(file.config.at("n_residual_timesteps") == residual, "n_residual_timesteps");
  }
}

}  // namespace golden
