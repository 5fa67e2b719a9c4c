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
#include <dynvision/run/compiled/sweep/storage.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

class ForwardSweep {
  PreparedRun& run_;
  Segment& segment_;
  bool keeps_;    // for the reverse sweep
  bool results_;  // fills outputs, responses and what is monitored as well
  ForwardContext at_;
  Values* values_ = nullptr;  // of the block, or of the static prefix
  std::vector<std::pair<std::size_t, Tensor>> to_record_;
  std::optional<Storage> storage_{};  // if what is kept is kept in bfloat16

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
  void leave_prefix(std::size_t p, Wave const& x, bool fresh);

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

  // --- results

  void record_results(int l);
  void watch(std::size_t p, Tensor const& value);
  void watch_delayed(int l, Node const& node);  // at the time of Delay
  void watch_states(Node const& node);          // its own
  // Runs what makes node p take what arrives at it, for the probes that look at that.
  template <class F> void asking_arrival(std::size_t p, bool in_prefix, F const& run);

  void head(Wave const& x);
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/forward.ipp>
#endif
