// Structure and training as a whole: choices that fit each other.
//
// Errors: config.144 ... config.149.
#pragma once
#include <dynvision/config/checks/rules.hpp>
#include <dynvision/train/fit_settings.hpp>

#include <string>

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
    if (there || !rules.given(delay) || !rules.sound({delay, connection})) return;
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
    check_settings(rules.study().fit, 0);
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

}  // namespace checks

inline void check_composition(Rules& rules) {
  checks::structure(rules);
  checks::delays_of_nothing(rules);
  checks::updates(rules);
  checks::training(rules);
}

}  // namespace dynvision::config
