// Stepper: a model one step at a time, for closed loops and online use, where what is shown depends on what came out.
//
//   run::Stepper stepper(model);
//   for (...) frame = world(stepper.step(frame));          frame (B,C,H,W) -> outputs (B,K)
//
// Gives what one run of all these frames gives, to rounding, without gradients: a run in pieces (Settings::start) has those.
// A tensor that is shown again, unchanged, is a frame that stays on. Parameters may change between steps. Steps are
// computed on the compiled path, their states kept in memory for a while, so that a step costs about what it costs in a run.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled.hpp>

#include <memory>
#include <optional>

namespace dynvision::run {

class ForwardSweep;

// A stepper without the type of its model.
class LiveRun {
 public:
  // What is prepared for a chunk of steps.
  using Prepare = std::shared_ptr<PreparedRun> (*)(void const* model, Stimulus const&, Settings const&);

  [[gnu::cold]] LiveRun(void const* model, Prepare prepare, Parts parts, std::vector<int> capacity,
                        Options const& options, Settings const& settings);
  LiveRun(LiveRun const&) = delete;
  LiveRun& operator=(LiveRun const&) = delete;
  ~LiveRun();

  // shown: 0, `blank` or `nothing`; the frame (B,C,H,W), if it is 0. Outputs (B,K), undefined without a head.
  Tensor step(int shown, Tensor const& frame);
  Signal response(std::string_view layer) const;
  State state() const;
  int steps() const { return next_ + before_; }

 private:
  [[gnu::cold]] void begin(std::int64_t batch, std::int64_t height, std::int64_t width);
  [[gnu::cold]] void go_on();
  int longest_chunk() const;  // whose states still take little memory
  bool parameters_have_changed() const;
  Tensor outputs(int t) const;
  Tensor handed_out(Tensor const& x) const;  // in memory of its own: that of the run is written again

  void const* model_;
  Prepare prepare_;
  Parts parts_;
  std::vector<int> capacity_;
  Options options_;
  Settings settings_;
  int shortest_chunk_;                 // [steps]
  int chunk_, next_ = 0, before_ = 0;  // [steps] of a chunk, twice the one before; done in this one; before it
  std::shared_ptr<PreparedRun> run_{};
  Segment segment_{};
  std::unique_ptr<ForwardSweep> sweep_;
  Tensor last_{};  // the frame shown last, as it was given
  std::int64_t last_version_ = 0;
  Tensor shown_frame_{};  // the same, as it was shown
  static constexpr int never_shown = -3;
  int last_shown_ = never_shown, last_index_ = -1, age_ = 0;
  std::vector<std::pair<Tensor, std::int64_t>> versions_{};  // of the parameters
};

template <class Model> class Stepper {
 public:
  // Of the settings those that say how a step is computed, `record`, `start`, `non_input_value` and `idle_timesteps`.
  explicit Stepper(Model const& model, Settings const& settings = {})
      : model_(model), run_(&model_, prepare, model_.parts(), model_.memory, model_.options, settled(model, settings)) {
    model.check_dynamics();
    if constexpr (Model::is_different_in_training) {
      if (model.in_training)
        fail("run", 161, "a stepper of a model in training, some operation of which is then different");
    }
  }

  // A frame (B,C,H,W), or features (B,N), for one step; outputs (B,K).
  Tensor step(Tensor const& frame) { return run_.step(0, frame); }
  Tensor step_blank() { return run_.step(blank, {}); }
  Tensor step_nothing() { return run_.step(nothing, {}); }
  // Of the last step, (B,C,H,W) or absent, where Settings::record is set.
  Signal response(std::string_view layer) const { return run_.response(layer); }
  // From here a run, or another stepper, can go on.
  State state() const { return run_.state(); }
  int steps() const { return run_.steps(); }

 private:
  static std::shared_ptr<PreparedRun> prepare(void const* one, Stimulus const& shown, Settings const& settings) {
    Model const& model = *static_cast<Model const*>(one);
    kernels::Engine const engine{signal_dtype(model.options, settings), shown.frames.device(),
                                 kernels::backend_for(shown.frames.device())};
    return std::make_shared<PreparedRunOf<Model>>(model, shown, settings, Monitors(model.parts(), settings), engine,
                                                  true);
  }

  Model model_;  // shares its parameters with the user's
  LiveRun run_;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/stepper.ipp>
#endif
