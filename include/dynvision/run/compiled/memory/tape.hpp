// Tape: what a segment of a run keeps.
//
// A segment is a range of indices (run/compiled/graph/timetable.hpp) that is kept, or computed again, as a whole. The
// states of a layer lie side by side in memory, first those of the past that the segment starts from:
//
//   states[l]  (n B, C, H, W)       row of index s: (s - begin[l]) B;  see PreparedRun::held
//
// Where they are kept in bfloat16 they lie in `stored`, likewise: sweep/storage.hpp.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/run/compiled/graph/timetable.hpp>

#include <deque>
#include <memory>
#include <span>

namespace dynvision::run {

struct StateReference {  // in place of n states of a layer from index s on; n = 0: none
  int layer = 0, s = 0, n = 0;
};

// What the reverse sweep needs of a block, by node; undefined where it needs nothing.
class Values {
  std::vector<Tensor> all_;
  std::vector<StateReference> references_{};  // where it is not kept as it is, in place of a tensor

 public:
  std::span<Tensor> input, output, operand;  // of a stage (the last one: of the head); of a role; beside the signal

  explicit Values(std::size_t n_nodes = 0);
  Values(Values const& other);
  Values(Values&&) = default;  // the numbers stay where they are
  Values& operator=(Values other);
  void clear() { std::fill(all_.begin(), all_.end(), Tensor{}); }

  // f(tensor, reference) for each that is there: it may replace one by the other.
  template <class F> void replace(F const& f) {
    references_.resize(all_.size());
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].defined()) f(all_[i], references_[i]);
    }
  }
  // What stands in place of input[p], output[p] or operand[p].
  StateReference reference(Tensor const& of) const;
};

// What the static prefix, the first nodes, which are functions of the frame alone, has made of a frame: computed once for
// as long as it stays.
struct StaticPrefix {
  int first_run = -1, n_runs = 0;  // runs of equal frames (Timetable::frame_run), one after the other
  Tensor out{};                    // (n_runs B,C,H,W), undefined: absent, or not needed any more
  Values values{};
  Tensor gradient{};     // of out, in the arithmetic dtype, summed over the steps
  bool by_step = false;  // runs of one step each, all that follow in the run: a block takes the rows of its own
};

struct BlockTape {
  Block block{};
  int prefix = -1;  // index of its StaticPrefix
  Values values{};
};

struct Segment {
  int first = 0, last = 0;  // indices [first,last)
  std::size_t first_block = 0, n_blocks = 0;
  std::vector<Tensor> past{};    // [state] (memory B, C, H, W): states that it starts from
  std::vector<int> begin{};      // [state] index of the first row
  std::vector<Tensor> states{};  // [state]; empty: not kept
  std::vector<int> stored_begin{};
  std::vector<Tensor> stored{};  // [state] in bfloat16; empty: states are kept as they are
  std::deque<StaticPrefix> prefixes{};
  std::vector<BlockTape> blocks{};

  bool kept() const { return !states.empty(); }
  void drop();
};

// A group of samples: it goes through the whole run by itself, one group after the other.
struct Group {
  std::int64_t first = 0, n = 0;    // samples [first, first + n)
  bool waits = true;                // its last segment is kept from the forward sweep on
  std::vector<Segment> segments{};  // PreparedRun::segments, with what they keep
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/tape.ipp>
#endif
