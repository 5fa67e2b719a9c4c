// Two streams of evidence, one of which is stronger: 0.5 (1 + coherence/100), the other 0.5 (1 - coherence/100).
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

namespace dynvision::rate {

struct TwoStreams {
  int choice = 1;        // the stronger one: 1 or 2
  double coherence = 0;  // [%]

  double strength(int stream) const { return 0.5 * (1 + (stream == choice ? coherence : -coherence) / 100); }
};

inline void check_coherences(std::vector<double> const& coherences) {
  if (coherences.empty()) fail("rate", 133, "no coherences: expected at least one");
}

// The first two draws of a trial.
inline TwoStreams draw_streams(analysis::DrawStream const& draws, std::vector<double> const& coherences) {
  return {draws.uniform(first_place_of_task) < 0.5 ? 1 : 2,
          coherences[draws.below(coherences.size(), first_place_of_task + 1)]};
}

}  // namespace dynvision::rate
