// State: what a run goes on from: for every layer the newest responses that its delays can still ask for, and the named
// states of its operations ("V1.a").
//
//   run::Activity const first = run::run(model, images, {.n_timesteps = 10, .keep_state = true});
//   run::Activity const second = run::run(model, images, {.n_timesteps = 10, .start = first.state});   steps 10 to 19
//
// Two halves of a run are the run: outputs, responses and gradients, on both paths, to rounding. A run without a start
// begins with nothing: no layer has a response before the first step. Initial conditions are a state, too:
//
//   State const rest = run::initial_state(model, {{"V1", r0}});          V1 has been at r0 (B,C,H,W), or (B,N), all the time
//
// io/state.hpp writes and reads states.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/model/part.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::run {

struct LayerState {
  std::string layer{};
  std::vector<Signal>
      past{};  // (B,C,H,W) or absent, one a step of the layer's longest delay; the last one is the newest
};

struct State {
  int step = 0;                      // steps that have passed, idle ones included
  double dt = 0;                     // [ms]
  std::vector<LayerState> layers{};  // in the order of the model, then the named states; empty: no state
  int shown = -2;                    // at the last step: a frame (0), `blank` (-1) or `nothing` (-2)
  Tensor frame{};                    // that frame, (B,C,H,W)
  int frame_age = 0;                 // [steps] that it has been on before the last step

  std::optional<std::uint64_t> seed{};  // of the noise that was drawn; none: there was none
  std::uint64_t trial = 0;

  bool defined() const { return !layers.empty(); }
  LayerState const& layer(std::string_view name) const;
  // The newest response of a layer (B,C,H,W), or absent.
  Signal response(std::string_view of_layer) const { return layer(of_layer).past.back(); }
  // f(response) for each that is there.
  template <class F> void each_response(F const& f) const {
    for (LayerState const& one : layers) {
      for (Signal const& r : one.past) {
        if (r.defined()) f(r);
      }
    }
  }
  // Without its history: the next run is not differentiated for what was before.
  State detached() const;
};

// After so many steps, without responses; states: state_names(); capacity[state]: steps of its longest delay.
State empty_state(std::vector<std::string> const& states, std::vector<int> const& capacity, int step);

// Every layer, or named state, that is named has been there all the time before the run; the others had none.
[[gnu::cold]] State initial_state(Parts const& parts, std::vector<int> const& capacity, double dt,
                                  std::vector<std::pair<std::string, Tensor>> const& responses);
template <class Model>
State initial_state(Model const& model, std::vector<std::pair<std::string, Tensor>> const& responses) {
  return initial_state(model.parts(), model.memory, model.options.dt.value(), responses);
}

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/state.ipp>
#endif
