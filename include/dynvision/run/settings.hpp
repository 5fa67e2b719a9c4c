// How a model is run through time: numbers of a run, not of the model.
//
// What is recorded or monitored can be differentiated for parameters and inputs on both paths; what probes have seen cannot.
// Outputs can be differentiated for a recorded response by run::unroll alone: docs/concepts/paths.md.
#pragma once
#include <dynvision/concepts/noise_source.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/run/probe.hpp>
#include <dynvision/run/state.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::run {

struct Settings {
  int n_timesteps = 1;               // [steps] a still image is shown
  int idle_timesteps = 0;            // [steps] of blank input before, not recorded, without gradient
  int truncated_bptt_timesteps = 0;  // [steps] after every so many the states are detached; 0: never
  double non_input_value = 0;        // of every pixel of a blank frame
  bool feedforward_only = false;     // without lateral, skip and feedback input
  bool record = false;               // keep the responses of all layers
  std::vector<std::string>
      monitor{};  // keep what these operations give: "tstep" (all layers), "V1.tstep", "V1.layer", "*" (all)
  std::vector<Probe> probes{};       // look at layers, operations and connections, and reduce what they see
  int checkpoint_timesteps = 0;      // run::compiled: keep the states of every so many steps only; 0: of all
  std::int64_t samples_at_once = 0;  // run::compiled: one group of samples after the other; 0: all together
  std::int64_t memory_budget = 0;    // [bytes] run::compiled: chooses these two, so that it keeps no more; 0: no budget
  bool compute_bfloat16 = false;     // run::compiled: signals in bfloat16, arithmetic of neurons in float
  bool store_bfloat16 = false;  // run::compiled: what is kept for the gradient in bfloat16; outputs stay what they are
  bool share_cpus = true;       // run::compiled: while other programs take CPU time, LibTorch's operators have one
                                // thread, as the library's own loops have. Their sums may then differ in the last
                                // bits; not where LibTorch's deterministic algorithms are asked for
  State start{};                // where the run goes on; none: before it there was nothing
  bool keep_state = false;      // what the next run can go on from: Activity::state
  std::optional<std::uint64_t> seed{};   // of noise; none: that of `start`, or one of LibTorch's generator
  std::optional<std::uint64_t> trial{};  // another one is another run of the same seed; none: that of `start`, or 0
  bool noise = true;                     // false: operations that draw random numbers do nothing
  std::vector<std::pair<std::string, Tensor>> external{};  // ("V1", input): (B,T,C,H,W) or (B,T,N), for AddInput;
                                                           // ("V1.modulation", gain): for Modulate
  // (layer, [T]): tau of the layer is multiplied by this number in each recorded step; in others it is what it is.
  std::vector<std::pair<std::string, std::vector<double>>> tau_factors{};

  NoiseSource noise_source() const { return NoiseSource(seed ? seed : start.seed, trial.value_or(start.trial), noise); }
  Tensor modulation_of(std::string_view layer) const { return external_to(layer, ".modulation"); }
  double tau_factor(std::string_view layer, int t) const {  // t: recorded step, or idle: t < 0
    for (auto const& [name, factors] : tau_factors) {
      if (name == layer && t >= 0 && t < static_cast<int>(factors.size())) return factors[static_cast<std::size_t>(t)];
    }
    return 1;
  }
  // `what`: of the layer, ".modulation"; undefined: nothing.
  Tensor external_to(std::string_view layer, std::string_view what = {}) const {
    for (auto const& [name, input] : external) {
      if (name.starts_with(layer) && std::string_view(name).substr(layer.size()) == what) return input;
    }
    return {};
  }
};

}  // namespace dynvision::run
