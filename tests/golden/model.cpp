// Every golden file of a DyRCNN model: responses, outputs, loss, gradients of all parameters and of the input.
#include <dynvision/losses/weighted_sum.hpp>
#include <dynvision/run/trial.hpp>

#include "deviations.hpp"
#include "golden_file.hpp"
#include "responses.hpp"
#include "variants.hpp"

#include <iostream>

using namespace dynvision;

namespace {

golden::Variants const& variants() {
  static golden::Variants const all = [] {
    golden::Variants v;
    golden::add_x2(v);
    golden::add_x4(v);
    golden::add_x8(v);
    return v;
  }();
  return all;
}

struct Setup {  // what a configuration asks for
  std::string variant;
  Options options;
  run::Settings settings;
  run::TrialSettings trial;
  double activity_loss_weight = 0;
};

std::string feedback_of(golden::Json const& ctor) {
  golden::Json const feedback = ctor.value("feedback", golden::Json(false));
  std::string const mode = feedback.is_string() ? feedback.get<std::string>() : ctor.value("feedback_mode", "additive");
  if (feedback.is_boolean() && !feedback.get<bool>()) return "off";
  return mode.starts_with("mul") ? "mul" : "add";
}

Setup setup_of(golden::File const& file, golden::Json const& ctor, at::ScalarType dtype) {
  file.only_options(ctor, {"dt",
                           "tau",
                           "input_dims",
                           "n_classes",
                           "n_timesteps",
                           "shuffle_presentation_pattern",
                           "t_feedforward",
                           "t_recurrence",
                           "t_feedback",
                           "t_skip",
                           "feedback",
                           "feedback_mode",
                           "skip",
                           "feedforward_only",
                           "input_adaption_weight",
                           "data_presentation_pattern",
                           "loss_reaction_time",
                           "supralinearity",
                           "truncated_bptt_timesteps",
                           "activity_loss_weight",
                           "idle_timesteps",
                           "non_input_value",
                           "non_label_index",
                           "recurrence_type",
                           "recurrence_target",
                           "train_tau",
                           "bias",
                           "max_weight_init",
                           "dynamics_solver",
                           "loss_configs"});
  REQUIRE_FALSE(ctor.value("shuffle_presentation_pattern", true));
  Setup s;
  auto const number = [&](char const* key, auto& field) {
    if (ctor.contains(key)) ctor.at(key).get_to(field);
  };
  number("dt", s.options.dt);
  number("tau", s.options.tau);
  number("n_classes", s.options.n_classes);
  number("t_feedforward", s.options.t_feedforward);
  number("t_recurrence", s.options.t_recurrence);
  number("t_feedback", s.options.t_feedback);
  number("t_skip", s.options.t_skip);
  number("feedforward_only", s.options.feedforward_only);
  number("input_adaption_weight", s.options.input_adaption_weight);
  number("supralinearity", s.options.supralinearity);
  number("train_tau", s.options.train_tau);
  number("bias", s.options.bias);
  auto const dims = ctor.at("input_dims").get<std::vector<int>>();
  std::array<int, 3> image{};  // (C,H,W)
  std::copy(dims.end() - 3, dims.end(), image.begin());
  s.options.input_dims = image;
  s.options.dtype = dtype;

  number("truncated_bptt_timesteps", s.settings.truncated_bptt_timesteps);
  number("idle_timesteps", s.settings.idle_timesteps);
  number("non_input_value", s.trial.non_input_value);
  number("n_timesteps", s.trial.n_timesteps);
  number("loss_reaction_time", s.trial.presentation.loss_reaction_time);
  number("non_label_index", s.trial.presentation.non_label_index);
  if (ctor.contains("data_presentation_pattern")) {
    golden::Json const& pattern = ctor.at("data_presentation_pattern");
    if (pattern.is_string()) {
      s.trial.presentation.pattern = pattern.get<std::string>();
    } else {
      s.trial.presentation.pattern.clear();
      for (int const shown : pattern.get<std::vector<int>>()) s.trial.presentation.pattern += shown ? '1' : '0';
    }
  }
  s.trial.dt = s.options.dt;
  s.settings.record = true;
  number("activity_loss_weight", s.activity_loss_weight);

  std::string const solver = file.config.value("solver", ctor.value("dynamics_solver", "euler"));
  if (solver != "euler" && solver != "rk4") golden::unknown(file.name + ": solver \"" + solver + "\"");
  std::string const feedback = feedback_of(ctor);
  golden::switches.runge_kutta = solver == "rk4";
  golden::switches.multiplicative_feedback = feedback == "mul";
  std::string const recurrence = ctor.value("recurrence_type", "full");
  std::string const target = recurrence == "none" ? "output" : ctor.value("recurrence_target", "output");
  s.variant =
      golden::variant_key(file.config.at("cls"), recurrence, target, ctor.value("skip", true), feedback != "off");
  return s;
}

// The file's parameters go into the model; each name must be there on both sides.
void load(golden::File const& file, golden::AnyModel const& model, at::ScalarType dtype) {
  std::set<std::string> missing;
  for (Parameter const& p : model.parameters) missing.insert(p.name);
  for (golden::Parameter const& p : file.parameters(dtype)) {
    CAPTURE(file.name, p.name);
    auto const own = std::find_if(model.parameters.begin(), model.parameters.end(),
                                  [&](Parameter const& known) { return known.name == p.name; });
    if (own == model.parameters.end()) {
      FAIL("the model has no parameter of this name");
    }
    REQUIRE(own->tensor.sizes() == p.tensor.sizes());
    own->tensor.detach().copy_(p.tensor.detach());
    missing.erase(p.name);
    if (file.config.contains("param_check") && file.config.at("param_check") == p.name + "[:16]") {
      CHECK(golden::largest(p.tensor.detach()
                                .reshape({-1})
                                .narrow(0, 0, 16)
                                .to(at::kDouble)
                                .sub(file.stored("param_check").to(at::kDouble))) == 0);
    }
  }
  CHECK(missing == std::set<std::string>{});
}

// One run of a file: `prefix` is "" or, for pairs of runs in one file, "eng." or "bio.".
Tensor run_file(golden::File const& file, golden::Check& check, golden::Json const& ctor, std::string const& prefix,
                at::ScalarType dtype, golden::AnyModel& model, Tensor const& x, Tensor const& labels) {
  Setup setup = setup_of(file, ctor, dtype);
  CAPTURE(setup.variant);
  REQUIRE(variants().contains(setup.variant));
  model = variants().at(setup.variant)(setup.options);
  load(file, model, dtype);
  std::string const derived_key = prefix.empty()     ? "derived"
                                  : prefix == "eng." ? "derived_engineering"
                                                     : "derived_biological";
  golden::Json const derived = file.config.value(derived_key, golden::Json::object());
  if (derived.contains("n_residual_timesteps")) {
    CHECK(model.n_residual_timesteps == derived.at("n_residual_timesteps").get<int>());
  }
  setup.trial.n_residual_timesteps = model.n_residual_timesteps;
  if (x.dim() == 5) setup.trial.n_timesteps = static_cast<int>(x.size(1));

  golden::Deviation const deviation = golden::deviation_of_model(file.config, ctor, x.dim() == 5);
  run::Trial trial = run::make_trial(x, labels, setup.trial);
  if (file.contains(prefix + "proc_labels")) check.same(prefix + "proc_labels", trial.labels);
  if (file.contains(prefix + "proc_inputs")) check.same(prefix + "proc_inputs", trial.stimulus.expanded());

  ActivityLoss activity_loss;
  if (setup.activity_loss_weight > 0) {
    activity_loss = {golden::monitors(file.config), file.config.value("ord", 1.0)};
    setup.settings.monitor = activity_loss.monitored();
  }
  run::Activity const activity = model.unroll(trial.stimulus, setup.settings);
  Tensor loss = CrossEntropy{}(activity.outputs, trial.labels);
  if (setup.activity_loss_weight > 0) {
    Tensor const cost = deviation == golden::Deviation::shared_activity
                            ? golden::activity_of_shared_module(activity.monitored, activity_loss.p)
                            : activity_loss(activity.monitored);
    loss = loss.add(cost.mul(setup.activity_loss_weight));
  }
  if (deviation == golden::Deviation::no_history || deviation == golden::Deviation::fading_first_frame) {
    if (setup.settings.idle_timesteps == 0) {  // the first step has no past, later ones differ on purpose
      check.same("out, first step", activity.outputs.select(1, 0), file.stored(prefix + "out").select(1, 0));
    }
    CHECK(golden::relative_error(activity.outputs, file.stored(prefix + "out")) > 1e-3);
    return loss;
  }
  if (file.contains(prefix + "out")) check.same(prefix + "out", activity.outputs);
  if (file.contains(prefix + "loss")) check.same(prefix + "loss", loss);
  golden::same_responses(check, file, prefix, activity);
  if (setup.settings.idle_timesteps > 0 && !file.names(prefix + "idle_resp").empty()) {
    run::Stimulus idle{trial.stimulus.frames.detach(), {}, setup.trial.non_input_value};
    idle.then_blank(setup.settings.idle_timesteps);
    golden::same_responses(check, file, prefix + "idle_", model.unroll(idle, {.record = true}));
  }
  return loss;
}

void check_gradients(golden::Check& check, golden::File const& file, golden::AnyModel const& model, Tensor const& x) {
  if (file.names("grad").empty()) return;
  check.gradient("x", x);
  for (golden::Parameter const& p : file.parameters(x.scalar_type())) {
    if (!p.requires_grad || p.buffer || golden::no_longer_learned(p.name)) continue;
    if (golden::learns_here_only(file, p)) continue;
    for (Parameter const& own : model.parameters) {
      if (own.name == p.name && own.learned) check.gradient(p.name, own.tensor);
    }
  }
}

void model_file(std::filesystem::path const& path, at::ScalarType dtype) {
  golden::File const file(path);
  golden::Check check(file, dtype);
  CAPTURE(file.name, dtype);
  golden::AnyModel model{{nullptr, [](void*) {}}, nullptr, {}, 0};

  if (file.config.contains("steps")) {  // optimiser steps: here the first loss; tests/train takes the rest
    Tensor const loss =
        run_file(file, check, file.config.at("ctor"), "", dtype, model, file.leaf("x0", dtype), file.stored("labels0"));
    check.same("losses[0]", loss, file.stored("losses").select(0, 0));
    return;
  }
  Tensor const x = file.leaf("x", dtype);
  Tensor const labels = file.stored("labels");
  if (file.config.contains("ctor_engineering")) {
    run_file(file, check, file.config.at("ctor_biological"), "bio.", dtype, model, x, labels).backward();
    check_gradients(check, file, model, x);
    x.mutable_grad() = Tensor{};
    run_file(file, check, file.config.at("ctor_engineering"), "eng.", dtype, model, x, labels).backward();
  } else {
    run_file(file, check, file.config.at("ctor"), "", dtype, model, x, labels).backward();
  }
  golden::Deviation const deviation =
      golden::deviation_of_model(file.config, file.config.value("ctor", golden::Json::object()), x.dim() == 5);
  if (deviation == golden::Deviation::no_history || deviation == golden::Deviation::fading_first_frame) return;
  check_gradients(check, file, model, x);
  golden::look_at_gradients_no_longer_learned(file);
  check.finish();
  std::cout << file.name << " (" << c10::toString(dtype) << "): largest relative error " << check.worst() << " at "
            << check.worst_at() << "\n";
}

}  // namespace

TEST_CASE("DyRCNN models equal the golden numbers", "[golden]") {
  for (auto const& path : golden::files("model")) {
    DYNAMIC_SECTION(path.stem().string()) {
      auto const cls = golden::File(path).config.at("cls").get<std::string>();
      if (!cls.starts_with("DyRCNN")) continue;
      golden::switches.compiled_path = false;
      model_file(path, at::kDouble);
      model_file(path, at::kFloat);
      golden::switches.compiled_path = true;
      model_file(path, at::kFloat);
    }
  }
}
