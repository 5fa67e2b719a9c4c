// Node: an operation of the model as the compiled path plans it. What is known of it before a run starts; its kind
// (run/compiled/roles, run/compiled/stages) fills it in.
#pragma once
#include <dynvision/kernels/device/layout.hpp>

#include <cstddef>

namespace dynvision::run {

// When a signal leaves a node.
enum class Presence {
  as_it_enters,
  with_source,    // also where the state of its source exists
  with_external,  // also while external input is given
  always,
  never,
};

struct Source {         // of an operand, or of the solver's r
  int layer = -1;       // -1: none
  int delay = 0;        // [steps]
  bool stored = false;  // whether that layer has stored its state of a step before this node is reached
  int span = 0;  // [steps] an interpolated delay: the states of `delay` to `delay + span` steps ago arrive together
};

struct Node {
  std::size_t index = 0;        // in the model
  int layer = 0, position = 0;  // position: in the layer
  kernels::Shape in{}, out{};

  int slot = 0, slots = 1;            // of the arguments of its pipeline: the first, and how many
  int first_state = 0, n_states = 0;  // its named states: indices behind those of the layers' responses

  // What its kind is.
  bool is_role = false;      // works on single numbers: neighbouring ones of a layer are one pipeline, one loop
  bool stores = false;       // its signal becomes the layer's state, and leaves t_feedforward later; the last role
  bool records = false;      // its signal is the layer's response
  bool evolves = false;      // its source is the layer's own newest state, which the pipeline carries from step to step
  bool is_stepwise = false;  // sees single steps: what it gives is known only when it has run
  bool is_static = false;    // a function of its signal alone: computed once while a frame stays
  bool sees_time = false;    // what it does depends on the step: behind Delay its layer cannot be retimed
  bool is_recomputed = false;  // its result is not kept: what follows has it computed again
  Presence presence = Presence::as_it_enters;

  // How this one is set.
  bool on = true;            // a connection or a factor that exists
  int t_feedforward = 0;     // [steps] of Delay
  int feedforward_span = 0;  // [steps] of DelayBy: what it hands on are states of so many more steps, mixed
  Source source{};

  // What its adjoint looks at, and what passes through it unchanged.
  bool reads_input = false, reads_output = false, reads_operand = false;
  bool passes_signal = false;    // y = x
  bool passes_gradient = false;  // gx = g
  bool wants_operand_gradient = true;
};

}  // namespace dynvision::run
