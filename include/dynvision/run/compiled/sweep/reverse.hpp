// The reverse sweep of the compiled path: the adjoint of run/compiled/sweep/forward.hpp.
//
// Blocks last to first, stages last to first. A stage that read state r_l(s) adds its share of dL/dr_l(s) to
// StateGradients[l][s]; the pipeline that stored r_l(s) sums them when its turn comes. Every reader lies later in time, or
// later in the model, than the writer, so by then they are complete. Convolutions add up the gradients of their weights,
// one call a block.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/device/crowded_operators.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/sweep/head_of_steps.hpp>
#include <dynvision/run/compiled/sweep/reverse_pipeline.hpp>

#include <limits>

namespace dynvision::run {

class ReverseSweep {
  ReverseContext& at_;
  PreparedRun& run_;
  bool is_first_ = false;  // of the segments of the first group: nothing is reversed after it
  int index_before_ = 0;   // of the block before, if there is one in the segment

 public:
  explicit ReverseSweep(ReverseContext& context) : at_(context), run_(context.run) {}

  // `carry`: from the segment after, and to the one before, if there is one.
  void sweep(FrameCarry& carry, bool is_first, kernels::CrowdedOperators& operators);

 private:
  // --- stages

  void one_stage(Stage const& stage);
  void reverse_stage(Stage const& stage, bool in_prefix);
  // Nothing of a node is needed any more in this block, and perhaps in the run.
  void release(std::size_t p);
  void add_watched(std::size_t p);
  static void add(Tensor& sum, Tensor const& g) { sum = sum.defined() ? sum.add(g) : g; }

  // --- the static prefix: what depends on the frame alone

  bool stays_before(StaticPrefix const& source) const;
  void receive(FrameCarry& carry);

  // A gradient that has come all the way to the prefix belongs to its result.
  void add_to_prefix(StaticPrefix& source);
  void reverse_prefix(StaticPrefix& source);
  void add_to_frames(StaticPrefix const& source);
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/reverse.ipp>
#endif
