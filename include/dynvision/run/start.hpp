// How a run goes on from a state, and leaves one: the part that both paths share.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/dynamics/delay_line.hpp>
#include <dynvision/run/features.hpp>
#include <dynvision/run/state.hpp>
#include <dynvision/run/stimulus.hpp>

namespace dynvision::run {

// What a run is given, with external inputs that have places, and its start: a model may have one of its own, start().
template <class Model> Settings settled(Model const& model, Settings const& given) {
  Settings all = with_places(given);
  if constexpr (requires { model.start(); }) {
    if (!all.start.defined()) all.start = model.start();
  }
  return all;
}

// Whether a run can go on from it; one without a state can start.
[[gnu::cold]] void check_start(State const& start, Parts const& parts, std::vector<int> const& capacity,
                               Options const& options, Stimulus const& stimulus);

// The delay lines at the first step. Steps count on.
std::vector<DelayLine> delay_lines(State const& start, std::vector<int> const& capacity);

// [steps] that the first frame has been on already.
int age_of_first_frame(State const& start, Stimulus const& stimulus);

// The seed and the trial with which a run goes on.
void keep_noise(State& state, NoiseSource const& noise);

// What a run has shown last, for the state that it leaves; it has been on for `age` steps.
void keep_last_frame(State& state, Stimulus const& stimulus, int age);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/start.ipp>
#endif
