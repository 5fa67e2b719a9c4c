// What the configuration of a model file asks for, in the library's terms.
//
// Every key is read by somebody or refused: one that nobody knows could change the numbers. Times are as many steps as the
// original makes of them (deviations.hpp).
#pragma once
#include <dynvision/run/trial.hpp>

#include "model_deviations.hpp"

namespace golden {

// The entries of a JSON object; those that nobody read are an error. null is as good as not there.
class Keys {
 public:
  Keys(Json const& from, std::string where) : from_(from), where_(std::move(where)) {}

  bool has(std::string const& key) {
    read_.insert(key);
    return from_.contains(key) && !from_.at(key).is_null();
  }
  Json get(std::string const& key) { return has(key) ? from_.at(key) : Json(); }
  double number(std::string const& key, double otherwise) {
    Json const found = get(key);
    if (found.is_null()) return otherwise;
    if (!found.is_number()) refuse(key, "a number");
    return found.get<double>();
  }
  int whole(std::string const& key, int otherwise) {
    double const found = number(key, otherwise);
    if (found != std::floor(found)) refuse(key, "a whole number");
    return static_cast<int>(found);
  }
  bool flag(std::string const& key, bool otherwise) {
    Json const found = get(key);
    if (found.is_null()) return otherwise;
    if (found.is_boolean()) return found.get<bool>();
    if (found == 0 || found == "false" || found == "False") return false;
    if (found == 1 || found == "true" || found == "True") return true;
    refuse(key, "true or false");
  }
  std::string text(std::string const& key, std::string const& otherwise) {
    Json const found = get(key);
    if (found.is_null()) return otherwise;
    if (!found.is_string()) refuse(key, "a text");
    return found.get<std::string>();
  }
  // Known, and without a bearing on the numbers.
  void pass_over(std::initializer_list<char const*> keys) {
    for (char const* const key : keys) read_.insert(key);
  }
  void finish() const {
    for (auto const& [key, value] : from_.items()) {
      if (!read_.contains(key)) unknown(where_ + ": option \"" + key + "\" = " + value.dump() + " is not known here");
    }
  }
  [[noreturn]] void refuse(std::string const& key, std::string const& expected) const {
    unknown(where_ + ": option \"" + key + "\" = " + from_.at(key).dump() + ": expected " + expected);
  }

 private:
  Json const& from_;
  std::string where_;
  std::set<std::string> read_;
};

// true, false, or the strategy itself
inline std::optional<Meeting> connection(Keys& keys, std::string const& key, bool otherwise,
                                         std::string const& strategy) {
  Json const found = keys.get(key);
  std::string mode = strategy;
  bool on = otherwise;
  if (found.is_string() && found != "true" && found != "True" && found != "false" && found != "False") {
    on = true;
    mode = found.get<std::string>();
  } else if (!found.is_null()) {
    on = keys.flag(key, otherwise);
  }
  if (!on) return std::nullopt;
  if (mode == "add" || mode == "additive") return Meeting::additive;
  if (mode == "mul" || mode == "multiplicative") return Meeting::multiplicative;
  keys.refuse(key, "true, false, add or mul");
}

struct Configuration {
  std::string model, recurrence, target;
  Switches switches;
  Options options;
  run::Settings settings{.record = true};
  run::TrialSettings trial;
  double activity_loss_weight = 0;
  Deviations deviations;
};

// "0110", or a list of 0, 1, true, false, "0" and "1"
inline std::string pattern_of(Keys& keys) {
  Json const found = keys.get("data_presentation_pattern");
  if (found.is_null()) return "1";
  if (found.is_string()) return found.get<std::string>();
  if (found.is_number()) return std::to_string(found.get<int>());
  std::string pattern;
  for (Json const& shown : found) {
    bool const on = shown == true || shown == 1 || shown == "1", off = shown == false || shown == 0 || shown == "0";
    if (!on && !off) keys.refuse("data_presentation_pattern", "zeros and ones");
    pattern += on ? '1' : '0';
  }
  return pattern;
}

// Steps of a run: of the option, or as many as the data have.
inline int n_timesteps_of(Keys& keys, std::vector<int> const& input_dims, int otherwise = 1) {
  int const option = keys.whole("n_timesteps", otherwise), shown = input_dims.size() == 4 ? input_dims[0] : 1;
  return shown == 1 ? option : option == 1 ? shown : std::max(option, shown);
}

// How it is presented and scored, and what comes before.
inline void read_trial(Keys& keys, run::TrialSettings& trial, run::Settings& settings, bool movie,
                       int idle_otherwise = 0) {
  trial.presentation.pattern = pattern_of(keys);
  trial.presentation.loss_reaction_time = keys.number("loss_reaction_time", 0);
  trial.presentation.non_label_index = keys.whole("non_label_index", -1);
  trial.non_input_value = settings.non_input_value = keys.number("non_input_value", 0);
  settings.truncated_bptt_timesteps = keys.whole("truncated_bptt_timesteps", 0);
  settings.idle_timesteps = keys.whole("idle_timesteps", idle_otherwise);
  bool const shuffles = keys.flag("shuffle_presentation_pattern", true);
  auto const& pattern = trial.presentation.pattern;
  bool const mixed = pattern.find('0') != std::string::npos && pattern.find('1') != std::string::npos;
  if (shuffles && mixed && !movie) keys.refuse("data_presentation_pattern", "an order that is not shuffled");
  Json const losses = keys.get("loss_configs");
  if (!losses.is_null() && !losses.empty()) keys.refuse("loss_configs", "none: which losses these are is not known");
}

// How many steps a layer keeps, where the file says it of all layers alike.
inline std::optional<int> history_of(File const& file, Json const& derived) {
  std::optional<int> history;
  Json const layers = derived.value("layers", Json::object());
  for (auto const& [layer, numbers] : layers.items()) {
    if (!numbers.contains("n_hidden_states")) continue;
    int const own = numbers.at("n_hidden_states").get<int>();
    if (history && *history != own) unknown(file.name + ": layers with histories of different lengths");
    history = own;
  }
  return history;
}

// The options of a DyRCNN model (`ctor`), what follows from them (`derived`) and the file's other entries; `movie`: the
// input has several steps.
inline Configuration configuration_of(File const& file, Json const& ctor, Json const& derived, at::ScalarType dtype,
                                      bool movie) {
  Configuration c;
  Keys keys(ctor, file.name);
  c.model = file.config.at("cls").get<std::string>();
  Options& o = c.options;
  o.dt = keys.number("dt", 2);
  o.tau = keys.number("tau", 5);
  o.bias = keys.flag("bias", true);
  o.train_tau = keys.flag("train_tau", false);
  o.feedforward_only = keys.flag("feedforward_only", false);
  o.supralinearity = keys.number("supralinearity", 1);
  o.input_adaption_weight = keys.number("input_adaption_weight", 0);
  o.dtype = dtype;
  o.n_classes = keys.whole("n_classes", 1000);
  auto const dims = keys.get("input_dims").get<std::vector<int>>();
  if (dims.size() != 3 && dims.size() != 4) keys.refuse("input_dims", "(T,C,H,W) or (C,H,W)");
  o.input_dims = {dims[dims.size() - 3], dims[dims.size() - 2], dims[dims.size() - 1]};

  c.recurrence = keys.text("recurrence_type", "full");
  c.target = keys.text("recurrence_target", "output");
  if (c.recurrence == "none") c.target = "output";
  std::string const strategy = keys.text("feedback_mode", "additive");
  c.switches.skip = connection(keys, "skip", true, "additive");
  c.switches.feedback = connection(keys, "feedback", false, strategy);
  // The option that names the solver has no effect in the original: what was exchanged by hand is an entry of the file.
  keys.pass_over({"dynamics_solver", "max_weight_init"});
  std::string const solver = file.config.value("solver", std::string("euler"));
  if (solver != "euler" && solver != "rk4") unknown(file.name + ": solver \"" + solver + "\"");
  c.switches.runge_kutta = solver == "rk4";

  c.trial.n_timesteps = n_timesteps_of(keys, dims);
  c.trial.dt = o.dt;
  read_trial(keys, c.trial, c.settings, movie);
  c.activity_loss_weight = keys.number("activity_loss_weight", file.config.value("activity_loss_weight", 0.0));
  if (file.config.value("activity_loss_weight", c.activity_loss_weight) != c.activity_loss_weight) {
    unknown(file.name + ": two different activity_loss_weight");
  }

  Times times{keys.number("t_feedforward", 0), keys.number("t_recurrence", 6), keys.number("t_feedback", 30),
              keys.number("t_skip", 0)};
  keys.finish();
  c.deviations = deviations_of(times, c.options, c.switches, c.settings, c.trial, movie, history_of(file, derived));
  return c;
}

// What the original derived from its options, beside what the library does.
inline void check_derived(Check& check, File const& file, Json const& derived, Configuration const& c,
                          AnyModel const& model) {
  Keys keys(derived, file.name + ", derived");
  Deviations const& d = c.deviations;
  if (keys.has("layer_names")) {
    check.holds(derived.at("layer_names").get<std::vector<std::string>>() == layer_names_of(c.model),
                "other layer_names: " + derived.at("layer_names").dump());
  }
  if (keys.has("layer_operations")) {  // those that do something in these models
    static std::set<std::string> const effective{"layer",    "addskip", "addfeedback", "tstep", "nonlin",
                                                 "supralin", "record",  "delay",       "pool"};
    std::vector<std::string> order;
    for (Json const& operation : derived.at("layer_operations")) {
      auto const name = operation.get<std::string>();
      if (effective.contains(name)) order.push_back(name);
      if (!effective.contains(name) && name != "addext" && name != "norm") unknown(file.name + ": operation " + name);
    }
    check.holds(order == std::vector<std::string>{"layer", "addskip", "addfeedback", "tstep", "nonlin", "supralin",
                                                  "record", "delay", "pool"},
                "operations in another order: " + derived.at("layer_operations").dump());
  }
  auto const equals = [&](std::string const& key, double expected) {
    if (keys.has(key) && derived.at(key).get<double>() != expected) {
      check.holds(false, key + " = " + derived.at(key).dump() + ": expected " + std::to_string(expected));
    }
  };
  equals("n_timesteps", c.trial.n_timesteps);
  equals("delay_index_skip", d.skip_index);
  equals("delay_index_feedback", d.feedback_index);
  equals("n_residual_timesteps", model.n_residual_timesteps);
  keys.pass_over({"history_length_ms"});  // how many steps it makes is what counts: n_hidden_states
  if (keys.has("layers")) {
    for (auto const& [layer, numbers] : derived.at("layers").items()) {
      Keys of_layer(numbers, file.name + ", derived, " + layer);
      std::string const where = "derived of " + layer + ": ";
      check.holds(of_layer.whole("delay_recurrence", d.recurrence) == d.recurrence, where + "delay_recurrence");
      check.holds(of_layer.number("t_feedforward", d.times.feedforward) == d.times.feedforward,
                  where + "t_feedforward");
      of_layer.pass_over({"n_hidden_states", "dim_x", "dim_y", "recurrence", "upsample"});
      of_layer.finish();
    }
  }
  keys.finish();
}

}  // namespace golden
