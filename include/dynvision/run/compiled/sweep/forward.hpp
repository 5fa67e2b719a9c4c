// The forward sweep of the compiled path: block after block, every layer once for all steps of a block.
//
// Within a block a signal is either there in every step or in none (run/compiled/graph/timetable.hpp). A stage is a
// pipeline of roles, or a single node; signals are (n B,C,H,W). What the adjoint reads is put into the block's Values.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/device/crowded_operators.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/sweep/frames.hpp>
#include <dynvision/run/compiled/sweep/head_of_steps.hpp>
#include <dynvision/run/compiled/sweep/recording.hpp>
#include <dynvision/run/compiled/sweep/storage.hpp>

#include <ATen/core/grad_mode.h>

#include <limits>

namespace dynvision::run {

class ForwardSweep {
  PreparedRun& run_;
  Segment& segment_;
  bool keeps_;    // for the reverse sweep
  bool results_;  // fills outputs, responses and what is monitored as well
  ForwardContext at_;
  Values* values_ = nullptr;  // of the block, or of the static prefix
  Recording recording_;
  std::optional<Storage> storage_{};                    // if what is kept is kept in bfloat16
  int by_step_from_ = std::numeric_limits<int>::max();  // first_frame_by_step, where all frames are known

 public:
  ForwardSweep(PreparedRun& run, Segment& segment, bool keeps, bool results);

  void sweep(kernels::CrowdedOperators& operators);
  void block(std::size_t b);  // one of them

  // The states that the next segment starts from.
  std::vector<Tensor> past_of_next() const;

 private:
  int n() const { return at_.block.n; }
  bool is_last_group() const { return run_.first_sample + run_.batch == run_.n_samples(); }
  void use(Values& values);

  // What is kept is not computed again: from an index on some nodes have nothing left to do.
  void release_forward_weights(int index, bool last);

  // What the next run may start from.
  void keep_last_states();

  void one_block();

  // --- the static prefix: what depends on the frame alone

  // What it has made of the frame, if that is known; else the frames, and it is `fresh`.
  Wave start_prefix(bool& fresh);
  Wave start_by_step(bool& fresh);  // the same for the frames of all steps
  Wave rows_of_block() const;       // of these, and of what was made of them
  void leave_prefix(std::size_t p, Wave& x, bool fresh);

  // --- stages

  void one_stage(Stage const& stage, Wave& x, bool fresh);

  // A signal that is the same in all steps, once for each.
  Wave spread(Wave const& x) const;

  void pipeline(Stage const& stage, Wave& x, bool in_prefix);

  // Where the result of a role goes: into the states, the responses, what is kept or watched, the next stage; or nowhere.
  kernels::Steps places_of_result(Stage const& stage, std::size_t p, bool in_prefix,
                                  kernels::Arguments const& arguments, Tensor& out);

  // What Delay gives, the last node of a stage: the state of t_feedforward steps ago.
  Wave delayed(Node const& node);
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/forward.ipp>
#endif
