// The compiled path: a whole run planned before it starts, and one node of autograd's graph.
//
//   run::compiled(model, images, settings)       gives what run::unroll gives, to rounding
//
// Blocks of steps between which nothing feeds back are computed at once, frames that stay are convolved
// once, neighbouring pointwise operations are one loop, biological time runs through its equivalent in engineering time
// (docs/numerics.md). The reverse sweep (run/compiled/sweep/reverse.hpp) keeps the states, or the states at checkpoints
// (Settings::checkpoint_timesteps), and computes the rest again. Samples run together, or in groups
// (Settings::samples_at_once). Outputs, responses and monitored signals are differentiable, once, for parameters and inputs;
// not for each other: outputs do not depend on recorded responses (run::unroll). Parameters must not change between a run
// and its backward.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/own_dtype.hpp>
#include <dynvision/core/warning.hpp>
#include <dynvision/kernels/device/crowded_operators.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>
#include <dynvision/run/compiled/prepare/prepare.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision::run {

class GivenSignals;  // run/compiled/autograd.hpp

class CompiledRun {
 public:
  [[gnu::cold]] explicit CompiledRun(std::shared_ptr<PreparedRun> prepared,
                                     std::shared_ptr<GivenSignals const> given = {});
  bool keeps() const { return keeps_; }
  std::vector<Tensor> const& inputs() const { return run_.gradients.tensors(); }
  PreparedRun const& prepared() const { return run_; }

  // outputs (B,T,K), then the responses of the layers (T B,C,H,W), then what is monitored, then the last states of the
  // layers. Undefined: not asked for.
  [[gnu::cold]] std::vector<Tensor> forward();

  // Gradients of forward()'s results in; those of inputs() out.
  [[gnu::cold]] std::vector<Tensor> reverse(std::vector<Tensor> const& gradients);
  void release();

 private:
  void forward(Group& group, kernels::CrowdedOperators& operators);
  void reverse(Group& group, ResultGradients const& given, Tensor& frames, bool& frames_found,
               kernels::CrowdedOperators& operators);
  // The gradients of the last states come in, those of the given ones go out, of the samples of a group.
  void add_last_states(ResultGradients const& given, std::vector<StateGradient>& states) const;
  void take_given_states(std::vector<StateGradient> const& states);
  void remember(Tensor const& x, std::string_view what);
  void check_versions() const;
  void release_forward_weights();

  [[gnu::cold]] ResultGradients result_gradients(std::vector<Tensor> const& gradients);

  std::shared_ptr<PreparedRun> prepared_;
  PreparedRun& run_ = *prepared_;
  std::shared_ptr<GivenSignals const> given_;
  bool keeps_;
  std::vector<std::pair<Tensor, std::int64_t>> versions_{};  // of all that the reverse sweep reads again
};

[[gnu::cold]] Activity run_compiled(std::shared_ptr<PreparedRun> prepared, Monitors& monitors);

// The dtype of the signals of a run.
at::ScalarType signal_dtype(Options const& options, Settings const& settings);

[[gnu::cold]] void warn_of_bfloat16();

// By a backend of one's choice, for tests.
template <class Model>
Activity compiled_by(kernels::Backend backend, Model const& model, Stimulus const& stimulus,
                     Settings const& given = {}) {
  OwnDtype const dtype;
  Settings const settings = settled(model, given);
  check_input(model.parts(), model.memory, model.options, stimulus, settings);
  model.check_dynamics();
  kernels::Engine const engine{signal_dtype(model.options, settings), stimulus.frames.device(), backend};
  if (bfloat16_is_emulated(engine)) warn_of_bfloat16();
  Monitors monitors(model.parts(), settings, model.options, stimulus);
  return completed(
      run_compiled(std::make_shared<PreparedRunOf<Model>>(model, stimulus, settings, monitors, engine), monitors),
      model, settings);
}

template <class Model> Activity compiled(Model const& model, Stimulus const& stimulus, Settings const& settings = {}) {
  // Operations that draw numbers or follow statistics must be computed once, in the order of the steps.
  if constexpr (Model::is_different_in_training) {
    if (model.in_training) return unroll(model, stimulus, settings);
  }
  return compiled_by(kernels::backend_for(model.options.device), model, stimulus, settings);
}

// From images, or features (B,N), (B,T,N): see present(), run/features.hpp.
template <class Model> Activity compiled(Model const& model, Tensor const& images, Settings const& settings = {}) {
  return compiled(model, present_to(model.options, images, settings.n_timesteps, settings.non_input_value), settings);
}

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled.ipp>
#endif
