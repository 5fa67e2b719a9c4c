// The numbers of a model: everything that can be swept without recompiling. Structure is in the type.
//
// Names and defaults are those of the Python toolbox; times in milliseconds. What is given goes before the numbers of a
// publication (Model::published()), and these before the defaults here. A number can be given for single layers:
//   Options{.tau = 5, .layers = {{"IT", {.tau = 9, .t_feedforward = 0}}}}
#pragma once
#include <dynvision/concepts/option.hpp>
#include <dynvision/core/inline.hpp>

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

// Weights of feedforward convolutions at the start: normal with std sqrt(2/(C_in k^2)), or with std 0.004, or uniform
// within 1/sqrt(C_in k^2) (as in PyTorch; then their biases and those of the head too, which are 0 otherwise).
enum class FeedforwardInit { kaiming_normal, truncated_normal, kaiming_uniform };

// Numbers by the name that a part of the model gives them (concepts/part_number.hpp); of two of one name the first counts.
using GivenNumbers = std::vector<std::pair<std::string, double>>;

// Numbers that a single layer may have for itself; what is not given is the model's.
struct LayerOptions {
  std::optional<double> tau{};            // [ms]
  std::optional<double> t_feedforward{};  // [ms] the layer's own delay towards the next layer
  std::optional<double> t_recurrence{};   // [ms]
  std::optional<double> t_feedback{};     // [ms] of feedback arriving in this layer
  std::optional<double> t_skip{};         // [ms] of skips arriving in this layer
  std::optional<double> sigma{};          // of Noise
  std::optional<double> longest_delay{};  // [ms] of connections arriving in this layer, and of its own, that learn
  GivenNumbers numbers{};                 // of parts of one's own, or any of the above
};

// input_dims of a model without places: (B,N) and (B,T,N) in place of images (docs/concepts/without_images.md).
constexpr std::array<int, 3> features(int n) { return {n, 1, 1}; }

struct Options {
  Option<int> n_classes{by_default, 10};
  Option<std::array<int, 3>> input_dims{by_default, {3, 0, 0}};  // (C,H,W); H = W = 0: any size

  Option<double> dt{by_default, 2};             // [ms] > 0
  Option<double> tau{by_default, 5};            // [ms] > 0, time constant of every layer
  Option<double> t_feedforward{by_default, 0};  // [ms] from a layer to the next; 0: engineering time
  Option<double> t_recurrence{by_default, 6};   // [ms] lateral; 0 means one step
  Option<double> t_feedback{by_default, 30};    // [ms] 0 means one step
  Option<double> t_skip{by_default, 0};         // [ms] 0 means the same step
  Option<double> longest_delay{by_default, 0};  // [ms] that a learned delay may reach; 0: twice its start
  std::vector<std::pair<std::string, LayerOptions>> layers{};  // exceptions, by layer name; the first one counts

  Option<bool> bias{by_default, true};  // of convolutions and lateral connections; skips, feedback and head keep theirs
  Option<bool> train_tau{by_default, false};
  Option<bool> feedforward_only{by_default, false};     // no lateral, skip and feedback input, nor their parameters
  Option<double> supralinearity{by_default, 1};         // exponent n; 1: none
  Option<double> input_adaption_weight{by_default, 0};  // factor per step that a frame stays on; 0: none
  Option<std::optional<double>> fixed_self_weight{by_default, {}};  // `Self` recurrence: this weight, not learned
  Option<std::optional<double>> max_weight_init{by_default,
                                                {}};  // bound of recurrent weights at the start; 0.001 in a layer
  Option<double> sigma{by_default, 0.1};              // of Noise, in the unit that its scaling says
  Option<bool> train_sigma{by_default, false};
  Option<double> dropout{by_default, 0.5};  // probability, of models with Dropout, while they are trained
  Option<FeedforwardInit> feedforward_init{by_default, FeedforwardInit::kaiming_normal};

  GivenNumbers numbers{};  // of parts of one's own, or any of the above: a number here goes before its field

  std::optional<std::uint64_t> seed{};  // of the initialisation; without one: LibTorch's global generator
  at::ScalarType dtype = at::kFloat;    // kFloat or kDouble
  at::Device device = at::kCPU;

  // These numbers, and where one was not given that of `own`: CorNetRT<> model({.n_classes = 10}) has the other numbers of
  // the publication. Of `own`, exceptions for single layers and numbers by name come second; seed, dtype and device have no part.
  [[gnu::cold]] Options over(Options const& own) const;
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/options.ipp>
#endif
