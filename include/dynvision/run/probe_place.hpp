// ProbePlace: where a probe looks in one model, and at which steps of one run.
//
// Wrong places, times and units are errors (run.165 to run.169), before the first step.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/model/part.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <string>
#include <vector>

namespace dynvision::run {

// Of a layer the recurrent convolution, which "layer" stands for: its last convolution or recurrence.
bool is_last_convolution(Parts const& parts, std::size_t i);

struct ProbePlace {
  static constexpr int result = -2, arrival = -1;

  std::size_t part = 0;  // index of the operation in the model
  int what = result;     // of the operation: what it gives, what arrives there, or its own state k
  std::string layer, operation, source;
  std::string name{};                  // "V4", "V4.tstep", "V4 <- V1"; "V4.conv 2" of the second one of this label
  kernels::Shape shape{};              // of the signal
  int first = 0, end = 0, stride = 1;  // recorded steps: first, first + stride, ... before end

  int steps() const { return (end - first + stride - 1) / stride; }
};

// All that it means: "tstep" is one in each layer.
[[gnu::cold]] std::vector<ProbePlace> places_of(Probe const& probe, Parts const& parts, Options const& options,
                                                Stimulus const& stimulus, Settings const& settings);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/probe_place.ipp>
#endif
