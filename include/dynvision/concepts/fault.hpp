// What can be wrong with a composition; model/explain.hpp says it.
#pragma once

namespace dynvision {

enum class Fault {
  none,
  no_layers,
  not_a_layer,
  same_name,
  not_an_operation,
  number,
  policy,
  channels,
  solver,
  lateral,
  parametrisation,
  parametrisation_order,
  state_channels,
  target_channels,
  twice,
  evolve_without_delay,
  recurrence_without_delay,
  unknown_source,
  skip_backwards,
  feedback_forwards,
  source_without_delay,
  groups,
  middle,
  inner,
  noise_scaling,
  noise_before_solver,
  noise_behind_solver,
  same_state,
  response_without_delay,
  response_channels,
};

}  // namespace dynvision
