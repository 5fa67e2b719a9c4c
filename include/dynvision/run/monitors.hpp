// Monitors: what a run keeps: responses, the results of monitored operations, and what probes have seen.
//
// Names ("V1.tstep") are resolved once, before the first step; within the loop there are only indices.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/model/part.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/probing.hpp>
#include <dynvision/run/settings.hpp>

namespace dynvision::run {

class Monitors {
 public:
  Probing probes{};  // without those of settings where there is nothing to look at yet

  [[gnu::cold]] Monitors(Parts const& parts, Settings const& settings);
  // With its probes.
  [[gnu::cold]] Monitors(Parts const& parts, Settings const& settings, Options const& options,
                         Stimulus const& stimulus);

  // `place`: index of the operation in the model; t: recorded step, or idle: t < 0
  void after(std::size_t place, int t, Signal const& x);

  bool wants(std::size_t place) const;
  // Whether anybody looks at what it gives, step by step.
  bool looks_at(std::size_t place) const { return wants(place) || probes.sees(place); }

  void record(std::vector<Signal> const& responses);

  // (B,C,H,W) for a layer at a recorded step, or absent
  Signal external(int layer, int t) const { return of_step(external_[static_cast<std::size_t>(layer)], t); }
  Signal modulation(int layer, int t) const { return of_step(modulation_[static_cast<std::size_t>(layer)], t); }

  Activity activity(Tensor outputs) {
    return {std::move(outputs), std::move(responses_), std::move(monitored_), probes.probed()};
  }

 private:
  static bool contains(std::vector<std::string_view> const& names, std::string_view name);

  static void add(std::vector<Trace>& traces, Part const& part, std::string_view label);

  [[gnu::cold]] void watch_if_wanted(Settings const& settings, Part const& part, std::string_view label,
                                     std::size_t place);

  [[gnu::cold]] void check_monitored(Parts const& parts, Settings const& settings) const;

  [[gnu::cold]] void check_external(Parts const& parts, std::string_view name, Tensor const& input) const;

  std::vector<int> watched_;  // [i]: place of monitored_[i]
  static Signal of_step(Tensor const& input, int t);

  std::vector<Tensor> external_, modulation_;  // [layer]
  std::vector<Trace> responses_, monitored_;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/monitors.ipp>
#endif
