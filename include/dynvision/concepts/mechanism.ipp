// States that were stored, or not.
#pragma once
#include <dynvision/concepts/mechanism.hpp>
#include <dynvision/core/error.hpp>

namespace dynvision {

DYNVISION_INLINE void check_response(at::IntArrayRef response, at::IntArrayRef signal, std::string_view label) {
  if (response == signal) return;
  fail("run", 196,
       {"operation \"", label, "\" reads the layer's response, of shape ", shape_text(response), ", where signals are ",
        shape_text(signal), ": expected a place behind the layer's convolutions and pooling"});
}

DYNVISION_INLINE void close_states(Moment& now, std::span<std::string_view const> states, std::string_view label,
                                   bool has_signal) {
  for (std::size_t k = 0; k < states.size(); ++k) {
    DelayLine& line = now.state(static_cast<int>(k));
    int const stored = line.stored() - now.step;
    if (stored == 1) continue;
    if (stored == 0 && !has_signal) {
      line.store({});
      continue;
    }
    fail("run", 195,
         {"operation \"", label, "\" stored its state \"", states[k], "\" ", stored,
          " times in one step: expected once, now.state(", k, ").store(...), wherever it gives a signal"});
  }
}

}  // namespace dynvision
