// Tape: what a segment of a run keeps.
//
// A segment is a range of indices (run/compiled/graph/timetable.hpp) that is kept, or computed again, as a whole. The
// states of a layer lie side by side in memory, first those of the past that the segment starts from:
//
//   states[l]  ((head + length) B, C, H, W)       row of index s: (s - first + head) B;  head: see PreparedRun::held
#pragma once
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/run/compiled/graph/timetable.hpp>

#include <deque>
#include <memory>
#include <span>

namespace dynvision::run {

// What the reverse sweep needs of a block, by node; undefined where it needs nothing.
class Values {
  std::vector<Tensor> all_;

 public:
  std::span<Tensor> input, output, operand;  // of a stage (the last one: of the head); of a role; beside the signal

  explicit Values(std::size_t n_nodes = 0) : all_(3 * n_nodes) {
    input = {all_.data(), n_nodes}, output = {all_.data() + n_nodes, n_nodes};
    operand = {all_.data() + 2 * n_nodes, n_nodes};
  }
  Values(Values const& other) : Values(other.input.size()) {
    std::copy(other.all_.begin(), other.all_.end(), all_.begin());
  }
  Values(Values&&) = default;  // the numbers stay where they are
  Values& operator=(Values other) {
    all_.swap(other.all_);
    input = other.input, output = other.output, operand = other.operand;
    return *this;
  }
  void clear() { std::fill(all_.begin(), all_.end(), Tensor{}); }
};

// What the static prefix, the first nodes, which are functions of the frame alone, has made of a frame: computed once for
// as long as it stays.
struct StaticPrefix {
  int first_run = -1, n_runs = 0;  // runs of equal frames (Timetable::frame_run), one after the other
  Tensor out{};                    // (n_runs B,C,H,W), undefined: absent
  Values values{};
  Tensor gradient{};  // of out, in the arithmetic dtype, summed over the steps
};

struct BlockTape {
  Block block{};
  int prefix = -1;  // index of its StaticPrefix
  Values values{};
};

struct Segment {
  int first = 0, last = 0;  // indices [first,last)
  std::size_t first_block = 0, n_blocks = 0;
  std::vector<Tensor> past{};    // [layer] (memory B, C, H, W): states that it starts from
  std::vector<int> head{};       // [layer] rows of `states` before index `first`
  std::vector<Tensor> states{};  // [layer]; empty: not kept
  std::deque<StaticPrefix> prefixes{};
  std::vector<BlockTape> blocks{};

  bool kept() const { return !states.empty(); }
  void drop() {
    states.clear();
    prefixes.clear();
    blocks.clear();
  }
};

}  // namespace dynvision::run
