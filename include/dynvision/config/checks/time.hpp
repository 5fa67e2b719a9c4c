// Times: delays are multiples of dt where their connection needs it, dt is short enough for tau, and some label counts.
//
// Errors: config.141, config.142, config.143.
#pragma once
#include <dynvision/config/checks/rules.hpp>
#include <dynvision/dynamics/clock.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/dynamics/solver.hpp>
#include <dynvision/run/presentation.hpp>

#include <cmath>
#include <optional>
#include <string>

namespace dynvision::config {

namespace checks {

inline void delay(Rules& rules, std::string_view name, std::optional<double> t, std::string const& layer,
                  Place const& place) {
  if (!t) return;
  try {
    Clock{rules.study().options.dt}.steps(*t, name, layer);
  } catch (Error const& error) {
    rules.problems().report("config", 141, place, {message_of(error)});
  }
}

inline void delays(Rules& rules) {
  if (!rules.known("model.dt")) return;
  Study const& study = rules.study();
  Structure const& s = study.structure;
  bool const lateral = rules.has_recurrence() && s.lateral_delay == "whole_steps";
  struct One {
    std::string_view key;
    bool needs_steps;
    double t;
    std::optional<double> LayerOptions::*of_layer;
  };
  Options const& o = study.options;
  One const all[]{
      {"t_feedforward", s.feedforward_delay == "whole_steps", o.t_feedforward, &LayerOptions::t_feedforward},
      {"t_recurrence", lateral, o.t_recurrence, &LayerOptions::t_recurrence},
      {"t_feedback", rules.has(variants::PolicyKind::feedback, s.feedback), o.t_feedback, &LayerOptions::t_feedback},
      {"t_skip", rules.has(variants::PolicyKind::skip, s.skip), o.t_skip, &LayerOptions::t_skip}};
  for (One const& one : all) {
    std::string const key = "model." + std::string(one.key);
    if (!one.needs_steps) continue;
    if (rules.known(key)) delay(rules, one.key, one.t, "", rules.place({key, "model.dt"}));
    if (!rules.sound({"model.layers"})) continue;
    for (auto const& [layer, own] : o.layers)
      delay(rules, one.key, own.*one.of_layer, layer, rules.place({"model.layers"}));
  }
}

template <Solver S> void stable(Rules& rules, double tau, std::string const& of, Place const& place) {
  double const dt = rules.study().options.dt, left = decay<S>(tau, dt);
  if (!(std::abs(left) < 1)) {
    rules.problems().report("config", 142, place,
                            {"tau", of, " = ", tau, " ms with dt = ", dt, " ms: a step without drive multiplies r by ",
                             number_text(left, 4), ", so that it never decays: expected a tau above ",
                             number_text(shortest_tau<S>(tau, dt), 4), " ms, or a smaller dt"});
  } else if (left < 0) {
    rules.note(place, joined({"tau", of, " = ", tau, " ms is so short for dt = ", dt,
                              " ms that a step goes beyond the drive and swings around it"}));
  }
}

inline void steps_of_equation(Rules& rules) {
  if (!rules.known("model.dt") || !rules.known("model.tau")) return;
  Options const& o = rules.study().options;
  auto const check = [&](double tau, std::string const& of, Place const& place) {
    if (rules.has_solver("euler")) stable<Euler>(rules, tau, of, place);
    if (rules.has_solver("rk4")) stable<RungeKutta4>(rules, tau, of, place);
  };
  check(o.tau, "", rules.place({"model.tau", "model.dt"}));
  for (auto const& [layer, own] : o.layers) {
    if (own.tau) check(*own.tau, " of " + layer, rules.place({"model.layers"}));
  }
}

// At some step the image is shown, and its label counts. (A test may look at responses alone.)
inline void labels(Rules& rules) {
  if (rules.scope() != "train" ||
      !rules.sound({"model.n_timesteps", "model.data_presentation_pattern", "model.loss_reaction_time"}) ||
      !rules.known("model.dt")) {
    return;
  }
  Study const& study = rules.study();
  Presentation const& p = study.trial.presentation;
  int const n = study.trial.n_timesteps;
  if (some_label_counts(p, n, study.options.dt)) return;
  std::vector<bool> const shown = stretch_pattern(p.pattern, n);
  bool const never = std::find(shown.begin(), shown.end(), true) == shown.end();
  rules.problems().report(
      "config", 143,
      rules.place({"model.loss_reaction_time", "model.data_presentation_pattern", "model.n_timesteps", "model.dt"}),
      {"no label counts in the ", n, " steps of a trial", never ? ": the pattern never shows the image" : "",
       ": expected more n_timesteps than the loss_reaction_time of ", p.loss_reaction_time,
       " ms takes with dt = ", study.options.dt.value(), " ms, and a pattern with a 1"});
}

}  // namespace checks

inline void check_times(Rules& rules) {
  checks::delays(rules);
  checks::steps_of_equation(rules);
  checks::labels(rules);
}

}  // namespace dynvision::config
