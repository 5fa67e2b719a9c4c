// What a segment keeps, in bfloat16: half the bytes of float32, each number rounded to nearest once.
//
// The forward sweep computes with states in the dtype of the run: a window of them goes along, the `memory` last indices
// and those of the block. Behind it they lie in Segment::stored. What else a block keeps is stored when the block is done,
// but for what belongs to a frame, which stays as it is: that is once for all steps.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>

#include <algorithm>
#include <utility>

namespace dynvision::run {

class Storage {
 public:
  Storage(PreparedRun const& run, Segment& segment);

  // Room for states of a layer from index `first` on; `past`: the first of them, or undefined.
  void open(std::size_t l, int first, int last, Tensor const& past);

  // The window moves to a block.
  void move_to(Block const& block);

  // Stores what the block has computed. `of_frame`: what the static prefix has made of its frame.
  void store(BlockTape& tape, Tensor const& of_frame);
  void close() { std::fill(segment_.states.begin(), segment_.states.end(), Tensor{}); }

 private:
  int of_window(std::size_t l) const;
  int end_of_stored(std::size_t l) const;
  Tensor stored_rows(std::size_t l, int begin, int end) const;

  // The layer of whose states x is a part; -1: it is none.
  int layer_of(Tensor const& x) const;
  StateReference reference_to(int layer, Tensor const& x) const;
  bool is_of_frame(Tensor const& x, Tensor const& of_frame) const;
  // Several nodes may look at one signal.
  Tensor in_bfloat16(Tensor const& x);

  PreparedRun const& run_;
  Segment& segment_;
  std::vector<std::pair<Tensor, Tensor>> done_{};  // of this block
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/storage.ipp>
#endif
