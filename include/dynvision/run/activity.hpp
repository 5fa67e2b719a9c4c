// Activity: what a run gives.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/run/probed.hpp>
#include <dynvision/run/state.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::run {

// The signal at one place of the model over time; absent steps are marked, not dropped.
struct Trace {
  std::string layer;
  std::string operation;        // "record" for responses, else the label of the monitored operation
  std::vector<Signal> steps{};  // [T] of (B,C,H,W), or absent

  // Whether `name`, "tstep" or "V1.tstep", means an operation of a layer.
  static bool is_named(std::string_view name, std::string_view layer, std::string_view operation);
  bool is_named(std::string_view name) const { return is_named(name, layer, operation); }

  std::vector<bool> present() const;
  // (B,T,C,H,W), zero where the signal was absent; an undefined tensor if it always was. A signal that came before
  // there was a batch (a bias alone) is repeated for the whole batch.
  Tensor stacked() const;
  // The same of a layer without places (run/features.hpp): (B,T,N).
  Tensor series() const;
};

struct Activity {
  Tensor outputs;                       // (B,T,K): the classifier's, zero before a signal arrives
  std::vector<Trace> responses{};       // of every layer, if asked for
  std::vector<Trace> monitored{};       // of the monitored operations
  std::vector<Probed> probed{};         // by the probes
  State state{};                        // at the end, if asked for
  std::optional<std::uint64_t> seed{};  // of the noise that was drawn; none: there was none
  double dt = 0;                        // [ms]
  int first_step = 0;                   // of the recorded ones: idle steps, and those of earlier runs, come before
  int n_residual_timesteps = 0;         // [steps] of all feedforward delays: after so many the outputs have a signal

  double time(int t) const { return (first_step + t) * dt; }  // [ms] of recorded step t
  Trace const& response(std::string_view layer) const;
  Probed const& probe(std::string_view name) const;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/activity.ipp>
#endif
