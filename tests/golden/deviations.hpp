// Where golden numbers show a defect that dynvision does not have: which files are concerned, and why.
//
// Chosen by the configuration of a file, never by its name. A test that meets one of these compares with a computation
// of its own that has the defect, or asserts what the library does instead. Everything else must agree.
#pragma once
#include "comparison.hpp"

// --- unit files ------------------------------------------------------------------------------------------------------

namespace golden::deviation {

inline Json const& constructor(File const& file) {
  static Json const none = Json::object();
  return file.config.contains("ctor") ? file.config.at("ctor") : none;
}

// History too short. The original sizes a layer's history once, in steps (`n_hidden_states`); a delay that is longer
// finds nothing, forever. Here a layer always keeps what its delays ask for, and at least its newest response.
inline bool lateral_never_arrives(File const& file) {
  return file.config.at("n_hidden_states").get<int>() < std::max(1, file.config.at("delay_recurrence").get<int>());
}
inline bool never_handed_on(File const& file) {  // a feedforward delay longer than the history
  Json const& options = constructor(file);
  double const steps = std::floor(options.value("t_feedforward", 0.0) / options.value("dt", 2.0));
  return file.config.at("n_hidden_states").get<double>() < steps;
}

// Times in steps. The original rounds down, also a time that is no multiple of dt (here an error) and a quotient that
// falls short by rounding (0.3/0.1, here 3).
inline bool no_multiple_of_dt(double t, double dt) {
  return std::abs(t - std::round(t / dt) * dt) > 1e-6 * std::max(t, dt);
}
inline double rounded_down(double t, double dt) { return std::floor(t / dt) * dt; }

// Input adaption. The original keeps the first frame of a trial and fades it, whatever is shown later; here what is
// shown now fades, and a new frame comes in full.
inline bool keeps_first_frame(File const& file) {
  return file.config.contains("fixed_weight") && file.contains("xs") && file.stored_unseen("xs").size(0) > 1;
}

// Fixed weights. In the original a weight that was called fixed is a parameter with a gradient (input adaption, a self
// connection with `fixed_self_weight`); here it is saved and not learned. The gradient is compared all the same.
inline bool learns_fixed_weight(File const& file, std::string const& parameter) {
  if (file.config.contains("fixed_self_weight") && parameter.ends_with(".recurrence.weight")) return true;
  if (parameter != "recurrence.weight") return false;
  if (file.config.contains("fixed_weight")) return true;
  Json const& options = constructor(file);
  return options.contains("fixed_self_weight") && !options.at("fixed_self_weight").is_null() &&
         options.value("recurrence_type", std::string()) == "self";
}

// The bias of a self connection. The original leaves it out of the computation where it is exactly 0, so that it never
// learns; here it always takes part.
inline bool bias_left_out(Tensor const& bias) { return bias.defined() && largest(bias) == 0; }

// Activity of a module that several layers share. The original divides every layer's cost by the number of units that
// the module saw first; here each activity is divided by its own.
inline bool shares_module(File const& file) {
  return file.contains("x0") && file.contains("x1") && file.config.contains("mode");
}
// (own size / size seen first)^(1/p): turns an own cost into the original's
inline double shared_module_factor(std::int64_t own, std::int64_t first, double p) {
  return std::pow(static_cast<double>(own) / static_cast<double>(first), 1 / p);
}

// Cross entropy. With class weights the original's mean divides by the number of labels that count, here by their
// weights (PyTorch's rule). With every label masked the original's loss has no gradient; here the gradient is zero.
inline bool mean_ignores_weights(File const& file) { return file.contains("class_weight"); }

// A signal that starts from a bias alone. In the original it has a batch of one until the input joins it (`resp_batch`); here
// it is there for every sample, with the same numbers.
inline void starts_as_one(File const& file, std::string const& batch_of_responses) {
  if (file.contains(batch_of_responses)) file.stored(batch_of_responses);
}

// AlexNet. The toolbox's class has no nonlinearity between its convolutions (the operation that its order asks for is not
// defined); here it has the published ones. The file is compared with AlexNet<NoRecurrence, NoNonlinearity>.
inline bool no_nonlinearity(File const& file) {
  return file.config.contains("cls") && file.config.contains("derived") &&
         file.config.at("cls").get<std::string>().find("AlexNet") != std::string::npos;
}

}  // namespace golden::deviation
