// What a segment of a run keeps, and the gradients of its states.
//
// Station: run. A segment is a range of indices (run/timetable.hpp) that is kept, or computed again, as a whole. The
// states of a layer lie side by side in memory, first those of the past that the segment starts from:
//
//   states[l]  ((head + length) B, C, H, W)       row of index s: (s - first + head) B;  head: see Sequence::held
#pragma once
#include <dynvision/kernels/layout.hpp>
#include <dynvision/run/timetable.hpp>

#include <c10/util/SmallVector.h>

#include <deque>
#include <memory>
#include <span>

namespace dynvision::run {

// What the reverse sweep needs of a block, by place; undefined where it needs nothing.
class Values {
  std::vector<Tensor> all_;

 public:
  std::span<Tensor> entry, value, operand;  // what enters a stage (last: the head); leaves an operation; arrives

  explicit Values(std::size_t n_places = 0) : all_(3 * n_places) {
    entry = {all_.data(), n_places}, value = {all_.data() + n_places, n_places};
    operand = {all_.data() + 2 * n_places, n_places};
  }
  Values(Values const& other) : Values(other.entry.size()) {
    std::copy(other.all_.begin(), other.all_.end(), all_.begin());
  }
  Values(Values&&) = default;  // the numbers stay where they are
  Values& operator=(Values other) {
    all_.swap(other.all_);
    entry = other.entry, value = other.value, operand = other.operand;
    return *this;
  }
  void clear() { std::fill(all_.begin(), all_.end(), Tensor{}); }
};

// Leading places that depend on the frame alone: computed once for as long as it stays.
struct Leading {
  int first_run = -1, n_runs = 0;  // runs of equal frames (Timetable::frame_run), one after the other
  Tensor out{};                    // (n_runs B,C,H,W), undefined: absent
  Values values{};
  Tensor gradient{};  // of out, in the arithmetic dtype, summed over the steps
};

struct BlockTape {
  Block block{};
  int leading = -1;  // index of its Leading
  Values values{};
};

struct Segment {
  int first = 0, last = 0;  // indices [first,last)
  std::size_t first_block = 0, n_blocks = 0;
  std::vector<Tensor> past{};    // [layer] (memory B, C, H, W): states that it starts from
  std::vector<int> head{};       // [layer] rows of `states` before index `first`
  std::vector<Tensor> states{};  // [layer]; empty: not kept
  std::deque<Leading> leading{};
  std::vector<BlockTape> blocks{};

  bool kept() const { return !states.empty(); }
  void drop() {
    states.clear();
    leading.clear();
    blocks.clear();
  }
};

// Gradients of the states of one layer: a few addends for each index, and at most one that may be written to.
class StateGradient {
 public:
  struct Addend {
    Tensor holder;
    void* data;
  };

  void start(kernels::Shape const& shape, kernels::Layout layout, at::TensorOptions options, std::int64_t batch,
             int first, int last) {
    bytes_ = batch * shape.size() * static_cast<std::int64_t>(options.dtype().itemsize());
    shape_ = shape, layout_ = layout, options_ = options, batch_ = batch, first_ = first;
    rows_.assign(static_cast<std::size_t>(last - first), {});
    open_.assign(static_cast<std::size_t>(last - first), nullptr);
  }
  auto const& at(int s) const { return rows_[static_cast<std::size_t>(s - first_)]; }
  void add(int s, Tensor const& holder, void const* data) {
    rows_[static_cast<std::size_t>(s - first_)].push_back({holder, const_cast<void*>(data)});
  }
  void clear(int s) {
    rows_[static_cast<std::size_t>(s - first_)].clear();
    open_[static_cast<std::size_t>(s - first_)] = nullptr;
  }
  // One that may be added to, zero at first: for gradients that touch few places.
  void open(int first, int n) {
    int missing = 0;
    for (int i = 0; i < n; ++i) missing += open_[static_cast<std::size_t>(first + i - first_)] == nullptr;
    if (missing == 0) return;
    Tensor const fresh = layout_.zeros(missing * batch_, shape_, options_);
    char* data = static_cast<char*>(fresh.mutable_data_ptr());
    for (int i = 0; i < n; ++i) {
      void*& to = open_[static_cast<std::size_t>(first + i - first_)];
      if (to != nullptr) continue;
      to = data;
      add(first + i, fresh, data);
      data += bytes_;
    }
  }
  void* opened(int s) const { return open_[static_cast<std::size_t>(s - first_)]; }

 private:
  kernels::Shape shape_{};
  kernels::Layout layout_{};
  at::TensorOptions options_{};
  std::int64_t batch_ = 0, bytes_ = 0;
  int first_ = 0;
  std::vector<c10::SmallVector<Addend, 6>> rows_;
  std::vector<void*> open_;
};

// Lists of addresses for the pipelines: taken piece by piece, given back all at once.
class AddressList {
 public:
  void** take(int n) {
    auto const need = static_cast<std::size_t>(std::max(n, 1));
    while (chunk_ < chunks_.size() && used_ + need > chunks_[chunk_].size()) ++chunk_, used_ = 0;
    if (chunk_ == chunks_.size()) chunks_.emplace_back(std::max<std::size_t>(need, 1024)), used_ = 0;
    void** const begin = chunks_[chunk_].data() + used_;
    used_ += need;
    return begin;
  }
  void give_back() { chunk_ = used_ = 0; }

 private:
  std::vector<std::vector<void*>> chunks_;
  std::size_t chunk_ = 0, used_ = 0;
};

}  // namespace dynvision::run
