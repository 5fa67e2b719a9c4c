// Moment: what an operation sees of the running model, beside its signal.
#pragma once
#include <dynvision/concepts/noise_source.hpp>
#include <dynvision/core/size.hpp>
#include <dynvision/dynamics/delay_line.hpp>

#include <span>

namespace dynvision {

struct Moment {
  int step = 0;                        // steps since the start, idle steps included
  int frame_age = 0;                   // steps since the shown frame came on
  bool feedforward_only = false;       // leave out lateral, skip and feedback input
  std::span<DelayLine> memories{};     // stored responses of every layer, then named states
  std::span<Signal> responses{};       // where Record puts this step's response of every layer
  int layer = 0;                       // index of the layer that is being computed
  int first_state = 0;                 // index of the first named state of the operation, if it has any
  Size size{};                         // (H,W) of a signal at this operation, also while it is absent
  Signal external{};                   // external input to this layer at this step, or absent
  Signal modulation{};                 // gain of this layer at this step, or absent: 1
  std::int64_t batch = 1;              // samples of a signal that starts here, from nothing
  at::TensorOptions options{};         // its dtype and device
  NoiseSource const* noise = nullptr;  // where random numbers come from; null: there are none in this run
  std::int64_t first_sample = 0;       // of these samples in the run's batch
  Tensor tau{};                        // [ms] of this layer's equation (Evolve); undefined: it has none
  double tau_factor = 1;               // of tau in this step: Settings::tau_factors

  // Standard normal numbers (B,C,H,W) of this step, for a place of Composition::noise_place(); absent in a run without
  // noise. n_members: of networks beside each other.
  Signal normal_numbers(int place, at::IntArrayRef sizes, int n_members = 1) const {
    if (noise == nullptr || !noise->is_on()) return {};
    return noise->numbers(place, step, sizes, options, first_sample, n_members);
  }

  // The response of a layer n steps ago; 0: of this step, where it has been computed. Absent before the start.
  [[gnu::noinline]] Signal past(int of_layer, int n) const {
    return memories[static_cast<std::size_t>(of_layer)].at_step(step - n);
  }
  DelayLine& memory() { return memories[static_cast<std::size_t>(layer)]; }
  // State k of the operation, in the order in which it names them.
  DelayLine& state(int k = 0) { return memories[static_cast<std::size_t>(first_state + k)]; }
  Signal& response() { return responses[static_cast<std::size_t>(layer)]; }
};

}  // namespace dynvision
