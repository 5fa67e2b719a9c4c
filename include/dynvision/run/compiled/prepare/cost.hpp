// Cost: what a run will keep, need and convolve, from its PreparedRun alone.
//
// Kept bytes are those that the reverse sweep finds when it starts; operations those of convolutions, a
// multiplication and an addition are two.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

class Cost {
  PreparedRun const& run_;

 public:
  explicit Cost(PreparedRun const& prepared) : run_(prepared) {}

  double bytes(kernels::Shape const& shape, double rows) const;

  // The same as it is kept.
  double kept_bytes(kernels::Shape const& shape, double rows) const;

  // Of one sample.
  double tape(Segment const& segment, bool has_past) const;

  // Of so many samples, of which some keep a segment.
  double kept(double all, double waiting) const { return longest_segment(waiting) + checkpoints(all); }
  double longest_segment(double samples) const;
  double checkpoints(double samples) const;

  // About what the backward pass needs at its highest beside what is kept, where so many samples go together: gradients of
  // the states of a block and of the one before it, one more signal, the gradients of the parameters, and their weights
  // once more in the order of a convolution.
  double beside_kept(double samples) const;

  // Of the convolutions of one sample: as the plan has it, and one step at a time.
  Flops flops() const;

 private:
  std::pair<int, int> run_of(Block const& block) const;  // the runs of equal frames that it begins and ends with

  double of_node(PreparedNode const& prepared, Block const& block, int run_before) const;

  // Whether what enters a stage is kept anyway: a frame, a state, the result of a role; or is computed again.
  bool is_elsewhere(std::size_t p) const;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/prepare/cost.ipp>
#endif
