// The deviations of model files, by their configuration.
//
// Times in steps. The original rounds each delay in its own way, and sizes a history by the longest of them, in ms; here a
// time that is no multiple of dt is an error. The model gets the times that the original really uses.
// History too short. A connection whose delay is longer than the history never arrives in the original: the model here is
// one without it. Without any step in its history a layer integrates its own pre-activation: here a model whose operations
// remember the pre-activation.
// Input adaption. The original fades the first frame of a run, whatever is shown later: here that frame is shown.
// Movies. The original masks no input that has several steps; here a pattern and a reaction time apply to it as well.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/run/trial.hpp>

#include "deviations.hpp"
#include "variants.hpp"

#include <cmath>

namespace golden {

using namespace dynvision;

struct Times {  // [ms]
  double feedforward = 0, recurrence = 6, feedback = 30, skip = 0;
};

struct Deviations {
  Times times{};
  int feedforward = 0, recurrence = 0;     // [steps]
  int feedback_index = 0, skip_index = 0;  // of the state that is taken, the newest is 1
  int history = 0;                         // [steps] that a layer keeps
  bool no_history = false, fading_first_frame = false;
  bool silent_skip = false, silent_feedback = false;
};

// What the original makes of times and options, put into the numbers of the run. `history`: what the file says of it.
inline Deviations deviations_of(Times const& times, Options& o, Switches& switches, run::Settings& settings,
                                run::TrialSettings& trial, bool movie, std::optional<int> history) {
  Deviations d{.times = times};
  d.feedforward = static_cast<int>(times.feedforward / o.dt);
  d.recurrence = static_cast<int>(times.recurrence / o.dt);
  int const feedback = static_cast<int>(std::nearbyint(times.feedback / o.dt));  // half to even
  int const skip = static_cast<int>(std::nearbyint(times.skip / o.dt));
  d.feedback_index = feedback;
  d.skip_index = skip + 1;
  o.t_feedforward = d.feedforward * o.dt;
  o.t_recurrence = d.recurrence * o.dt;
  o.t_feedback = feedback * o.dt;
  o.t_skip = skip * o.dt;

  double longest = std::max(times.feedforward, times.recurrence);
  if (switches.feedback) longest = std::max(longest, times.feedback);
  if (switches.skip) longest = std::max(longest, times.skip + o.dt);
  d.history = history.value_or(static_cast<int>(longest / o.dt));
  if (d.history < d.feedforward) unknown("a history shorter than the feedforward delay");
  d.no_history = d.history == 0;
  if (!d.no_history && d.history < d.recurrence) unknown("a history shorter than the recurrence delay");
  d.silent_skip = switches.skip && d.skip_index > d.history;
  d.silent_feedback = switches.feedback && std::max(1, d.feedback_index) > d.history;
  if (d.silent_skip) switches.skip.reset();
  if (d.silent_feedback) switches.feedback.reset();
  // The solver's own state is not detached.
  if (d.no_history) settings.truncated_bptt_timesteps = 0;

  run::TrialSettings& t = trial;
  if (movie) {
    t.presentation.pattern = "1";
    t.presentation.loss_reaction_time = 0;
  } else if (t.presentation.loss_reaction_time > 0) {
    t.presentation.loss_reaction_time = std::max(1.0, std::ceil(t.presentation.loss_reaction_time / o.dt)) * o.dt;
  }
  bool const changes = movie || settings.idle_timesteps > 0 || d.feedforward > 0 ||
                       t.presentation.pattern.find('0') != std::string::npos;
  d.fading_first_frame = o.input_adaption_weight != 0 && changes;
  if (d.fading_first_frame && settings.idle_timesteps > 0 && trial.non_input_value != 0) {
    unknown("input adaption that fades a null value other than 0 through idle steps has no counterpart here");
  }
  return d;
}

// As a run with input adaption sees it in the original.
inline void keep_first_frame(run::Stimulus& stimulus, run::Settings const& settings) {
  int const first = settings.idle_timesteps > 0 ? run::blank : stimulus.shown.front();
  std::fill(stimulus.shown.begin(), stimulus.shown.end(), first);
}

// The bias of a self connection that is exactly 0 never learned in the original; here it does.
inline bool learns_here_only(File const& file, Parameter const& p) {
  return file.has_no_gradient(p.name) && p.name.ends_with("recurrence.bias") && p.tensor.numel() == 1 &&
         deviation::bias_left_out(p.tensor);
}

// A parameter that the original has and the model here does not: of a connection that never arrives there, a copy of another
// layer's, the stored number of residual steps.
inline bool only_in_file(std::string const& name, Deviations const& d) {
  return (d.silent_skip && name.starts_with("addskip_")) || (d.silent_feedback && name.starts_with("addfeedback_")) ||
         (d.no_history && name.find(".recurrence.") != std::string::npos) ||
         name.find(".source.") != std::string::npos || name == "n_residual_timesteps";
}

}  // namespace golden
