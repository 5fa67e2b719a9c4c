// Every golden file of a reference model (CORnet-RT, CordsNet, AlexNet, ResNet), as the toolbox has it and as the original
// publication's own code has it: outputs, responses, loss, gradients of all parameters and of the input.
#include "reference.hpp"

#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/trial.hpp>

#include <ATen/core/grad_mode.h>

#include "judgement.hpp"
#include "responses.hpp"

using namespace dynvision;

namespace {

struct Setup {
  Options options;
  run::Settings settings{.record = true};
  run::TrialSettings trial;
  bool last_only = false;  // the loss is of the last step
};

// What the file says of itself, and of a run of the original code.
Setup setup_of(golden::File const& file, golden::Json const& ctor, golden::Family family, at::ScalarType dtype) {
  using golden::Family;
  bool const original = !file.config.contains("cls");  // of the publication's own code
  Setup s;
  if (family == Family::cornet_rt) s.options = CorNetRT<>::published();
  if (family == Family::cordsnet) s.options = CordsNet<>::published();

  golden::Keys keys(ctor, file.name);  // of the toolbox, with its defaults
  Options& o = s.options;
  o.dt = keys.number("dt", o.dt);
  o.tau = keys.number("tau", o.tau);
  o.t_feedforward = keys.number("t_feedforward", o.t_feedforward);
  o.t_recurrence = keys.number("t_recurrence", o.t_recurrence);
  o.t_skip = keys.number("t_skip", o.t_skip);
  o.dropout = keys.number("dropout", o.dropout);
  bool const cordsnet = family == Family::cordsnet;
  golden::Json const given = keys.get("input_dims");
  auto const dims = given.is_null() ? std::vector<int>{} : given.get<std::vector<int>>();
  s.trial.n_timesteps = golden::n_timesteps_of(keys, dims, cordsnet ? 100 : family == Family::cornet_rt ? 5 : 1);
  golden::read_trial(keys, s.trial, s.settings, false, cordsnet && !original ? 100 : 0);
  auto const only = [&](char const* key, std::string const& expected) {
    if (keys.text(key, expected) != expected) keys.refuse(key, expected);
  };
  only("recurrence_type", cordsnet ? "full" : family == Family::cornet_rt ? "self" : "none");
  only("recurrence_target", family == Family::cornet_rt ? "middle" : "output");
  for (char const* const key : {"feedforward_only", "feedback", "use_retina"}) {
    if (keys.flag(key, false)) keys.refuse(key, "false");
  }
  keys.pass_over({"n_classes", "init_with_pretrained", "fixed_self_weight", "dynamics_solver", "max_weight_init"});
  keys.finish();

  golden::Keys of_file(file.config, file.name);
  if (of_file.whole("format_version", 1) != 1) of_file.refuse("format_version", "1");
  if (of_file.text("kind", "reference") != "reference") of_file.refuse("kind", "reference");
  s.trial.n_timesteps = of_file.whole("T", s.trial.n_timesteps);
  s.trial.n_timesteps = of_file.whole("times", s.trial.n_timesteps);
  s.settings.idle_timesteps = of_file.whole("idle", s.settings.idle_timesteps);
  if (of_file.has("alpha")) o.tau = o.dt / of_file.number("alpha", 0);
  std::string const last = "cross entropy of the last step only";
  if (of_file.text("loss", last) != last) of_file.refuse("loss", last);
  // The original code scores a still image by what it gives in the end.
  s.last_only = original && (!file.contains("labels") || file.stored("labels").dim() == 1);
  of_file.pass_over({"cls",
                     "compute_dtype",
                     "ctor",
                     "derived",
                     "description",
                     "fp32_vs_fp64",
                     "grad_none",
                     "name",
                     "param_check",
                     "params",
                     "resp_shapes",
                     "seed",
                     "torch",
                     "name_map",
                     "param_order",
                     "same_parameters_as",
                     "measured_max_abs_difference",
                     "input_recipe",
                     "note",
                     "snapshot_steps",
                     "fixed_self_weight",
                     "out_shapes",
                     "batchnorm"});
  of_file.finish();
  o.n_classes = static_cast<int>(file.stored("out").size(-1));
  o.dtype = dtype;
  s.trial.dt = o.dt;
  return s;
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
               Setup const& setup, golden::Path path) {
  run::Stimulus idle{frames.detach(), {}, setup.trial.non_input_value};
  idle.then_blank(setup.settings.idle_timesteps);
  run::Activity const activity = model.run(idle, {.record = true}, path);
  golden::same_responses(check, file, "idle_", activity, false);
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
  Tensor const outputs = model.run(trial.stimulus, {}, golden::Path::unroll).outputs;
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
  bool const made =
      file.config.contains("input_recipe");  // files with less in them: no gradient of what they do not hold
  if (!made || file.contains("grad.x") || file.contains("grad_sample.x")) check.gradient("x", x);
  std::set<std::string> names;
  for (std::string const& name : file.names("grad")) names.insert(name.substr(name.find('.') + 1));
  names.erase("x");
  for (std::string const& name : file.strings("grad_none")) names.insert(name);
  std::set<std::string> not_compared;
  for (Parameter const& p : model.parameters) {
    if (p.learned) not_compared.insert(p.name);
  }
  for (std::string const& name : names) {
    std::string const own = file.config.contains("cls") ? name : golden::own_name(family, name);
    auto const found = std::find_if(model.parameters.begin(), model.parameters.end(),
                                    [&](Parameter const& p) { return p.name == own; });
    if (found == model.parameters.end()) {
      check.holds(name == "x", "the model has no parameter for the gradient of " + name);
      continue;
    }
    check.gradient(name, found->tensor);
    not_compared.erase(own);
  }
  for (std::string const& name : not_compared) check.holds(false, "the file has no gradient of " + name);
}

void reference_file(golden::File const& file, std::filesystem::path const& folder, at::ScalarType dtype,
                    golden::Check& check, golden::Path path, golden::Disturbance disturbance) {
  std::optional<golden::File> other;
  if (file.config.contains("same_parameters_as")) {
    other.emplace(folder / (file.config.at("same_parameters_as").get<std::string>() + ".safetensors"), disturbance);
  }
  golden::File const& source = other ? *other : file;
  std::vector<golden::Parameter> parameters = source.parameters(dtype);
  golden::Family const family = golden::family_of(source.config.value("cls", ""), parameters);
  for (golden::Parameter& p : parameters) p.name = golden::own_name(family, p.name);
  bool const original = !file.config.contains("cls");  // of the publication's own code

  Setup setup = setup_of(file, original ? golden::Json::object() : file.config.value("ctor", golden::Json::object()),
                         family, dtype);
  Tensor x = file.input(dtype);
  if (!x.defined()) x = source.input(dtype);
  if (!x.defined()) golden::unknown(file.name + ": neither x nor how it is made");
  std::int64_t const axes = x.dim();
  setup.options.input_dims = {static_cast<int>(x.size(axes - 3)), static_cast<int>(x.size(axes - 2)),
                              static_cast<int>(x.size(axes - 1))};
  bool const movie = axes == 5 && x.size(1) > 1;
  if (movie) setup.trial.n_timesteps = static_cast<int>(x.size(1));

  golden::AnyReference const model = model_of(family, file, setup.options, parameters);
  Parameters own = model.parameters;
  // The original has one number for all, and it is the file's own, not that of the file of the parameters: the step of
  // CordsNet, the self weight of CORnet-RT, which is 1.
  auto const is_number = [&](std::string const& name) {
    return (file.config.contains("alpha") && name.starts_with("tau_")) ||
           (original && family == golden::Family::cornet_rt && name.ends_with(".recurrence.weight"));
  };
  std::erase_if(parameters, [&](golden::Parameter const& p) { return is_number(p.name); });
  std::erase_if(own, [&](Parameter const& p) {
    bool const there =
        std::any_of(parameters.begin(), parameters.end(), [&](auto const& q) { return q.name == p.name; });
    return is_number(p.name) || (p.name.starts_with("tau_") && !there);
  });
  golden::put(parameters, own);
  if (file.config.contains("param_check")) {
    auto const name = file.config.at("param_check").get<std::string>();
    Tensor const values = file.undisturbed(name.substr(0, name.find('['))).reshape({-1});
    Tensor const expected = file.stored("param_check");
    check.same("param_check", values.narrow(0, 0, std::min<std::int64_t>(expected.numel(), values.numel())));
  }
  for (Parameter const& p : own) {  // compared although it is not learned
    if (golden::deviation::learns_fixed_weight(file, p.name)) p.tensor.set_requires_grad(true);
  }

  if (file.config.contains("snapshot_steps")) {
    at::AutoGradMode const no_gradient(false);
    int const idle = file.config.value("idle", 100), shown = file.config.value("T", 100);
    run::Stimulus stimulus{x.unsqueeze(1), std::vector<int>(static_cast<std::size_t>(idle), run::blank), 0};
    stimulus.shown.insert(stimulus.shown.end(), static_cast<std::size_t>(shown), 0);
    setup.settings.idle_timesteps = 0;  // they are looked at
    run::Activity const activity = model.run(stimulus, setup.settings, path);
    same_snapshots(check, file, activity);
    check.same("out", activity.outputs.select(1, -1));
    return;
  }

  if (file.config.contains("derived") && file.config.at("derived").contains("n_residual_timesteps")) {
    check.holds(file.config.at("derived").at("n_residual_timesteps") == model.n_residual_timesteps,
                "n_residual_timesteps");
  }
  setup.trial.n_residual_timesteps = model.n_residual_timesteps;
  Tensor const labels = file.stored("labels").to(at::kLong);
  run::Trial const trial = run::make_trial(x, labels, setup.trial);
  if (file.contains("proc_labels")) check.same("proc_labels", trial.labels);
  if (file.contains("proc_inputs")) check.same("proc_inputs", trial.stimulus.expanded());

  run::Activity const activity = model.run(trial.stimulus, setup.settings, path);
  Tensor const last = activity.outputs.select(1, -1);
  check.same("out", file.stored("out").dim() == 2 ? last : activity.outputs);
  CrossEntropy const cross_entropy{.ignore_index = setup.trial.presentation.non_label_index};
  Tensor const loss = setup.last_only ? cross_entropy(last, labels) : cross_entropy(activity.outputs, trial.labels);
  check.same("loss", loss);
  golden::same_responses(check, file, "", activity, false);
  loss.backward();
  same_gradients(check, file, family, model, x);
  if (setup.settings.idle_timesteps > 0) same_idle(check, file, model, trial.stimulus.frames, setup, path);
  if (file.contains("out_trainmode")) {
    if (path == golden::Path::unroll) {
      in_training(check, file, model, trial);
    } else {  // the compiled path gives such a run to the other
      for (std::string const& name : file.names()) {
        if (name.ends_with("_trainmode") || name.ends_with("_after_train")) file.passed_over(name);
      }
    }
  }
}

}  // namespace

TEST_CASE("reference models equal the golden numbers", "[golden]") {
  for (auto const& file_path : golden::files("reference")) {
    DYNAMIC_SECTION(file_path.stem().string()) {
      for (golden::Path const way : {golden::Path::unroll, golden::Path::compiled}) {
        golden::report(golden::judge(file_path, way == golden::Path::unroll ? "unroll" : "compiled",
                                     [&](golden::File const& file, at::ScalarType dtype, golden::Check& check) {
                                       reference_file(file, file_path.parent_path(), dtype, check, way,
                                                      file.disturbance());
                                     }));
      }
    }
  }
}
