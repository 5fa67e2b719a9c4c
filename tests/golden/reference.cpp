// Every golden file of a reference model (CORnet-RT, CordsNet, AlexNet, ResNet), as the toolbox has it and as the original
// publication's own code has it: outputs, responses, loss, gradients of all parameters and of the input.
#include "reference.hpp"

#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/trial.hpp>

#include <ATen/core/grad_mode.h>

#include "deviations.hpp"
#include "golden_file.hpp"
#include "responses.hpp"

#include <iostream>

using namespace dynvision;

namespace {

struct Setup {
  Options options;
  run::Settings settings{.record = true};
  run::TrialSettings trial;
};

// The toolbox's options, or what is said of a run of the original code.
Setup setup_of(golden::File const& file, golden::Json const& ctor, golden::Family family, at::ScalarType dtype) {
  file.only_options(ctor, {"dt", "tau", "input_dims", "n_classes", "n_timesteps", "shuffle_presentation_pattern",
                           "t_feedforward", "t_recurrence", "t_skip", "idle_timesteps", "init_with_pretrained",
                           "dropout", "non_input_value", "non_label_index", "loss_reaction_time"});
  Setup s;
  if (family == golden::Family::cornet_rt) s.options = CorNetRT<>::published();
  if (family == golden::Family::cordsnet) s.options = CordsNet<>::published();
  s.options.n_classes = 10;
  auto const number = [](golden::Json const& from, char const* key, auto& field) {
    if (from.contains(key)) from.at(key).get_to(field);
  };
  number(ctor, "dt", s.options.dt);
  number(ctor, "tau", s.options.tau);
  number(ctor, "n_classes", s.options.n_classes);
  number(ctor, "t_feedforward", s.options.t_feedforward);
  number(ctor, "t_recurrence", s.options.t_recurrence);
  number(ctor, "t_skip", s.options.t_skip);
  number(ctor, "dropout", s.options.dropout);
  number(ctor, "n_timesteps", s.trial.n_timesteps);
  number(ctor, "non_input_value", s.trial.non_input_value);
  number(ctor, "non_label_index", s.trial.presentation.non_label_index);
  number(ctor, "loss_reaction_time", s.trial.presentation.loss_reaction_time);
  number(ctor, "idle_timesteps", s.settings.idle_timesteps);
  number(file.config, "T", s.trial.n_timesteps);
  number(file.config, "times", s.trial.n_timesteps);
  number(file.config, "idle", s.settings.idle_timesteps);
  if (file.config.contains("alpha")) s.options.tau = s.options.dt / file.config.at("alpha").get<double>();
  s.options.dtype = dtype;
  s.trial.dt = s.options.dt;
  return s;
}

// Stored, or made by the recipe; absent where another file has it.
Tensor input_of(golden::File const& file, at::ScalarType dtype) {
  if (file.contains("x")) return file.leaf("x", dtype);
  if (!file.config.contains("input_recipe")) return {};
  golden::Json recipe = file.config.at("input_recipe");
  recipe["init"] = "recipe";
  return golden::from_recipe(recipe, golden::shape_of(recipe.at("shape")), dtype).set_requires_grad(true);
}

golden::AnyReference model_of(golden::Family family, golden::File const& file, Options const& options,
                              std::vector<golden::Parameter> const& parameters) {
  switch (family) {
    case golden::Family::cornet_rt:
      return golden::any(std::make_shared<CorNetRT<>>(options));
    case golden::Family::cordsnet:
      return golden::any(std::make_shared<CordsNet<>>(options));
    case golden::Family::alexnet:
      if (golden::deviation::no_nonlinearity(file))
        return golden::any(std::make_shared<AlexNet<NoRecurrence, NoNonlinearity>>(options));
      return golden::any(std::make_shared<AlexNet<>>(options));
    case golden::Family::resnet:
      break;
  }
  if (file.config.contains("batchnorm")) {
    BatchNorm<> const own;
    golden::Json const& norm = file.config.at("batchnorm");
    if (norm.value("eps", own.eps) != own.eps || norm.value("momentum", own.momentum) != own.momentum) {
      golden::unknown(file.name + ": a batch normalisation with other numbers");
    }
  }
  return golden::resnet_with(parameters, options);
}

// States after so many updates, idle ones counted: "r2.step10.sample" is of layer3 after ten.
void same_snapshots(golden::Check& check, golden::File const& file, run::Activity const& activity) {
  for (int const step : file.config.at("snapshot_steps").get<std::vector<int>>()) {
    for (int area = 0; area < 8; ++area) {
      auto const& steps = activity.response("layer" + std::to_string(area + 1)).steps;
      Tensor const r = steps.at(static_cast<std::size_t>(step - 1)).detach().to(at::kDouble);
      std::string const name = "r" + std::to_string(area) + ".step" + std::to_string(step);
      check.same(name + ".l2", r.norm(2));
      check.same(name + ".sample", golden::sample(r, file.stored(name + ".sample").numel()));
    }
  }
}

void same_idle(golden::Check& check, golden::File const& file, golden::AnyReference const& model, Tensor const& frames,
               Setup const& setup) {
  run::Stimulus idle{frames.detach(), {}, setup.trial.non_input_value};
  idle.then_blank(setup.settings.idle_timesteps);
  run::Activity const activity = model.unroll(idle, {.record = true});
  golden::same_responses(check, file, "idle_", activity);
  for (std::string const& name : file.names("idle_last_sample.")) {
    Tensor const last = activity.response(name.substr(name.find('.') + 1)).steps.back();
    std::int64_t const b = last.size(0), n = file.stored(name).size(1);
    std::vector<Tensor> rows;
    for (std::int64_t i = 0; i < b; ++i) rows.push_back(golden::sample(last.select(0, i), n));
    check.same(name, stack_along(rows, 0));
  }
}

void in_training(golden::Check& check, golden::File const& file, golden::AnyReference const& model,
                 run::Trial const& trial) {
  model.train(true);
  Tensor const outputs = model.unroll(trial.stimulus, {}).outputs;
  check.same("out_trainmode", outputs);
  check.same("loss_trainmode", CrossEntropy{}(outputs, trial.labels));
  for (std::string const& name : file.names()) {
    std::string const end = "_after_train";
    std::size_t const at = name.find("_running_");
    if (!name.ends_with(end) || at == std::string::npos) continue;
    std::string const own = name.substr(0, at) + "." + name.substr(at + 1, name.size() - end.size() - at - 1);
    for (Parameter const& p : model.parameters) {
      if (p.name == own) check.same(name, p.tensor);
    }
  }
}

// All gradients that the file has are of a parameter here, and all that is learned here has one in the file.
void same_gradients(golden::Check& check, golden::File const& file, golden::Family family,
                    golden::AnyReference const& model, Tensor const& x) {
  if (file.contains("grad.x") || file.contains("grad_sample.x")) check.gradient("x", x);
  std::set<std::string> names;
  for (std::string const& name : file.names("grad")) names.insert(name.substr(name.find('.') + 1));
  names.erase("x");
  std::set<std::string> not_compared;
  for (Parameter const& p : model.parameters) {
    if (p.learned) not_compared.insert(p.name);
  }
  for (std::string const& name : names) {
    std::string const own = file.config.contains("cls") ? name : golden::own_name(family, name);
    CAPTURE(file.name, name, own);
    auto const found = std::find_if(model.parameters.begin(), model.parameters.end(),
                                    [&](Parameter const& p) { return p.name == own; });
    if (found == model.parameters.end()) {
      FAIL_CHECK("the model has no parameter for this gradient");
      continue;
    }
    check.gradient(name, found->tensor);
    not_compared.erase(own);
  }
  CHECK(not_compared == std::set<std::string>{});
}

void reference_file(std::filesystem::path const& path, at::ScalarType dtype) {
  golden::File const file(path);
  golden::Check check(file, dtype);
  CAPTURE(file.name, dtype);
  std::optional<golden::File> const other =
      file.config.contains("same_parameters_as")
          ? std::optional<golden::File>(path.parent_path() /
                                        (file.config.at("same_parameters_as").get<std::string>() + ".safetensors"))
          : std::nullopt;
  golden::File const& source = other ? *other : file;
  std::vector<golden::Parameter> parameters = source.parameters(dtype);
  golden::Family const family = golden::family_of(source.config.value("cls", ""), parameters);
  for (golden::Parameter& p : parameters) p.name = golden::own_name(family, p.name);
  bool const original = !file.config.contains("cls");  // of the publication's own code

  Setup setup = setup_of(file, original ? golden::Json::object() : file.config.value("ctor", golden::Json::object()),
                         family, dtype);
  bool const snapshots = file.config.contains("snapshot_steps");
  Tensor x = input_of(file, dtype);
  if (!x.defined()) x = input_of(source, dtype);
  if (!x.defined()) golden::unknown(file.name + ": neither x nor how it is made");
  std::int64_t const axes = x.dim();
  setup.options.input_dims = {static_cast<int>(x.size(axes - 3)), static_cast<int>(x.size(axes - 2)),
                              static_cast<int>(x.size(axes - 1))};
  if (axes == 5) setup.trial.n_timesteps = static_cast<int>(x.size(1));

  golden::AnyReference const model = model_of(family, file, setup.options, parameters);
  Parameters own = model.parameters;
  std::erase_if(own, [&](Parameter const& p) {  // the original has one number for all
    return p.name.starts_with("tau_") && std::none_of(parameters.begin(), parameters.end(),
                                                      [&](golden::Parameter const& q) { return q.name == p.name; });
  });
  golden::put(parameters, own);
  if (file.config.contains("param_check")) {
    auto const name = file.config.at("param_check").get<std::string>();
    auto const p = std::find_if(parameters.begin(), parameters.end(),
                                [&](golden::Parameter const& q) { return q.name == name.substr(0, name.find('[')); });
    REQUIRE(p != parameters.end());
    check.same("param_check", p->tensor.reshape({-1}).narrow(0, 0, 16));
  }
  for (Parameter const& p : own) {  // compared although it is not learned
    if (golden::deviation::learns_fixed_weight(file, p.name)) p.tensor.set_requires_grad(true);
  }

  if (snapshots) {
    at::AutoGradMode const no_gradient(false);
    run::Stimulus stimulus{x.unsqueeze(1), std::vector<int>(100, run::blank), 0};
    stimulus.shown.insert(stimulus.shown.end(), 100, 0);
    run::Activity const activity = model.unroll(stimulus, setup.settings);
    same_snapshots(check, file, activity);
    check.same("out", activity.outputs.select(1, -1));
    check.finish();
    return;
  }

  if (file.config.contains("derived")) {
    CHECK(model.n_residual_timesteps == file.config.at("derived").at("n_residual_timesteps").get<int>());
  }
  setup.trial.n_residual_timesteps = model.n_residual_timesteps;
  Tensor const labels = file.stored("labels");
  run::Trial const trial = run::make_trial(x, labels, setup.trial);
  if (file.contains("proc_labels")) check.same("proc_labels", trial.labels);

  run::Activity const activity = model.unroll(trial.stimulus, setup.settings);
  Tensor const last = activity.outputs.select(1, -1);
  check.same("out", file.stored("out").dim() == 2 ? last : activity.outputs);
  // The original code scores a still image by what it gives in the end.
  bool const last_only = original && labels.dim() == 1;
  Tensor const loss = last_only ? CrossEntropy{}(last, labels) : CrossEntropy{}(activity.outputs, trial.labels);
  check.same("loss", loss);
  golden::same_responses(check, file, "", activity);
  loss.backward();
  same_gradients(check, file, family, model, x);
  if (setup.settings.idle_timesteps > 0) same_idle(check, file, model, trial.stimulus.frames, setup);
  {  // the compiled path: the same outputs, loss and gradients
    x.mutable_grad() = Tensor{};
    for (Parameter const& p : model.parameters) {
      Tensor tensor = p.tensor;
      tensor.mutable_grad() = Tensor{};
    }
    run::Activity const compiled = model.compiled(trial.stimulus, setup.settings);
    check.same("out, compiled", compiled.outputs, activity.outputs);
    golden::same_responses(check, file, "", compiled);
    (last_only ? CrossEntropy{}(compiled.outputs.select(1, -1), labels)
               : CrossEntropy{}(compiled.outputs, trial.labels))
        .backward();
    same_gradients(check, file, family, model, x);
  }
  if (file.contains("out_trainmode")) in_training(check, file, model, trial);
  check.finish();
  std::cout << file.name << " (" << c10::toString(dtype) << "): largest relative error " << check.worst() << " at "
            << check.worst_at() << "\n";
}

}  // namespace

TEST_CASE("reference models equal the golden numbers", "[golden]") {
  for (auto const& path : golden::files("reference")) {
    DYNAMIC_SECTION(path.stem().string()) {
      reference_file(path, at::kDouble);
      reference_file(path, at::kFloat);
    }
  }
}
