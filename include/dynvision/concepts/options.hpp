// The numbers of a model: everything that can be swept without recompiling. Structure is in the type.
//
// Names and defaults are those of the Python toolbox; times in milliseconds. A number can be given for single layers:
//   Options{.tau = 5, .layers = {{"IT", {.tau = 9, .t_feedforward = 0}}}}
#pragma once
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dynvision {

// Weights of feedforward convolutions at the start: normal with std sqrt(2/(C_in k^2)), or with std 0.004, or uniform
// within 1/sqrt(C_in k^2) (as in PyTorch; then their biases and those of the head too, which are 0 otherwise).
enum class FeedforwardInit { kaiming_normal, truncated_normal, kaiming_uniform };

// Numbers that a single layer may have for itself; what is not given is the model's.
struct LayerOptions {
  std::optional<double> tau{};            // [ms]
  std::optional<double> t_feedforward{};  // [ms] the layer's own delay towards the next layer
  std::optional<double> t_recurrence{};   // [ms]
  std::optional<double> t_feedback{};     // [ms] of feedback arriving in this layer
  std::optional<double> t_skip{};         // [ms] of skips arriving in this layer
};

struct Options {
  int n_classes = 10;
  std::array<int, 3> input_dims = {3, 0, 0};  // (C,H,W); H = W = 0: any size

  double dt = 2;                                               // [ms] > 0
  double tau = 5;                                              // [ms] > 0, time constant of every layer
  double t_feedforward = 0;                                    // [ms] from a layer to the next; 0: engineering time
  double t_recurrence = 6;                                     // [ms] lateral; 0 means one step
  double t_feedback = 30;                                      // [ms] 0 means one step
  double t_skip = 0;                                           // [ms] 0 means the same step
  std::vector<std::pair<std::string, LayerOptions>> layers{};  // exceptions, by layer name

  bool bias = true;
  bool train_tau = false;
  bool feedforward_only = false;              // no lateral, skip and feedback input, nor their parameters
  double supralinearity = 1;                  // exponent n; 1: none
  double input_adaption_weight = 0;           // factor per step that a frame stays on; 0: none
  std::optional<double> fixed_self_weight{};  // `Self` recurrence: this weight, not learned
  std::optional<double> max_weight_init{};    // bound of recurrent weights at the start; 0.001 in a layer
  double dropout = 0.5;                       // probability, of models with Dropout, while they are trained
  FeedforwardInit feedforward_init = FeedforwardInit::kaiming_normal;

  std::optional<std::uint64_t> seed{};  // of the initialisation; without one: LibTorch's global generator
  at::ScalarType dtype = at::kFloat;    // kFloat or kDouble
  at::Device device = at::kCPU;
};

}  // namespace dynvision
