// Structure and training as a whole: choices that fit each other.
//
// Errors: config.144 ... config.149.
#pragma once
#include <dynvision/config/checks/rules.hpp>
#include <dynvision/rate/data/trial_data.hpp>
#include <dynvision/rate/penalties/named_penalties.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/optimizers/optimizer_kwargs.hpp>
#include <dynvision/train/schedulers/scheduler.hpp>

#include <initializer_list>
#include <string>
#include <vector>

namespace dynvision::config {

namespace checks {

// Words that the model's family has no use for, Middle with one convolution, ...: variants/structure.hpp knows them.
inline void structure(Rules& rules) {
  for (StructureProblem const& problem : problems_of(rules.study().structure)) {
    std::string const key = "model." + problem.key;
    if (!rules.sound({key})) continue;
    rules.problems().report("config", 144, rules.place({key, "model.model_name"}), {problem.message});
  }
}

inline void delays_of_nothing(Rules& rules) {
  Structure const& s = rules.study().structure;
  auto const check = [&](char const* delay, char const* connection, bool there) {
    if (there || rules.swept(connection) || !rules.given(delay) || !rules.sound({delay, connection})) return;
    rules.problems().report("config", 145, rules.place({delay}),
                            {delay, " is given, and the model has no such connection: expected another value of ",
                             connection, ", or no delay"});
  };
  check("model.t_feedback", "model.feedback", rules.has(variants::PolicyKind::feedback, s.feedback));
}

inline void updates(Rules& rules) {
  if (!rules.sound({"data.batch_size", "data.images_per_epoch", "trainer.accumulate_grad_batches"})) return;
  FitSettings const& fit = rules.study().fit;
  std::int64_t const images = rules.study().data.images_per_epoch, size = fit.batches.batch_size;
  if (images == 0) return;
  std::int64_t const batches = (images + size - 1) / size;
  if (size > images) {
    rules.problems().report("config", 146, rules.place({"data.batch_size", "data.images_per_epoch"}),
                            {"batch_size = ", size, ": expected at most images_per_epoch = ", images});
  } else if (fit.accumulate_grad_batches > batches) {
    rules.problems().report(
        "config", 146, rules.place({"trainer.accumulate_grad_batches", "data.batch_size"}),
        {"accumulate_grad_batches = ", fit.accumulate_grad_batches, ": an update of ", fit.accumulate_grad_batches,
         " x ", size, " images; expected at most the ", batches, " batches of an epoch"});
  }
}

// What the training itself would refuse: train/fit_settings.hpp knows it.
inline void training(Rules& rules) {
  try {
    check_settings(rules.study().fit);
  } catch (Error const& error) {
    std::string const text = message_of(error);
    std::string const name = text.substr(0, text.find_first_of(" :"));
    for (Key const* const key : catalog().find("", name)) {
      if (!rules.sound({key->whole_name()})) return;
    }
    Place place = rules.place({"trainer.epochs"});
    for (Key const& key : catalog().keys()) {
      bool const is = key.name == name || key.name.starts_with(name + "_kwargs");
      if (is && rules.given(key.whole_name())) place = rules.place({key.whole_name()});
    }
    rules.problems().report("config", 147, place, {text});
  }
}

// Arguments of what is chosen by name.
inline void named(Rules& rules) {
  Study const& study = rules.study();
  auto const report = [&](std::initializer_list<std::string_view> keys, std::vector<std::string> const& problems) {
    if (!rules.sound(keys)) return;
    for (std::string const& problem : problems) rules.problems().report("config", 147, rules.place(keys), {problem});
  };
  report({"model.optimizer_kwargs", "model.optimizer", "model.learning_rate"},
         optimizers::problems_of(study.optimizer));
  report({"model.loss_configs", "model.loss", "model.activity_loss_weight"},
         losses::problems_of(study.loss, rate::penalties::all));
  if (rate::tasks::find(study.data.data_name) != nullptr) {
    std::optional<double> dt;
    if (rules.given("model.dt")) dt = study.options.dt;
    report({"data.task", "model.dt", "data.data_name"},
           rate::problems_of_task(study.data.data_name, study.data.task, dt));
  } else if (rules.given("data.task") && !study.data.task.empty()) {
    report({"data.task", "data.data_name"}, {joined({"task: the data \"", study.data.data_name, "\" have no numbers: ",
                                                     expected_one_of(study.data.data_name, rate::tasks::names())})});
  }
  std::vector<std::string> of_scheduler = schedulers::problems_of(study.fit.scheduler);
  if (of_scheduler.empty()) {
    try {
      static constexpr std::int64_t some = 1000;  // updates of the training, which are not known here
      bool const by_epoch = study.fit.scheduler.scheduler_configs.interval == "epoch";
      check_rates(Scheduler(study.fit.scheduler, study.optimizer.learning_rate, by_epoch ? study.fit.epochs : some),
                  study.fit.epochs);
    } catch (Error const& error) {
      of_scheduler = {message_of(error)};
    }
  }
  report({"model.scheduler_kwargs", "model.scheduler", "model.scheduler_configs.interval",
          "model.scheduler_configs.frequency", "trainer.epochs"},
         of_scheduler);
}

}  // namespace checks

// `own_model`: the structure is a type of the user's, and the words of a structure say nothing of it.
inline void check_composition(Rules& rules, bool own_model) {
  if (!own_model) {
    checks::structure(rules);
    checks::delays_of_nothing(rules);
  }
  checks::updates(rules);
  checks::training(rules);
  checks::named(rules);
}

}  // namespace dynvision::config
