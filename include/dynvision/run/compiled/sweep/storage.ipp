// States in bfloat16.
#pragma once
#include <dynvision/run/compiled/sweep/storage.hpp>

namespace dynvision::run {

DYNVISION_INLINE Storage::Storage(PreparedRun const& run, Segment& segment) : run_(run), segment_(segment) {
  segment.stored.resize(run.state_shape.size());
  segment.stored_begin = segment.begin;
}

DYNVISION_INLINE void Storage::open(std::size_t l, int first, int last, Tensor const& past) {
  segment_.stored[l] =
      run_.layout.empty(run_.rows(last - first), run_.state_shape[l], run_.options.dtype(at::kBFloat16));
  segment_.stored_begin[l] = segment_.begin[l] = first;
  segment_.states[l] = past.defined() ? past : Tensor{};
  if (past.defined()) stored_rows(l, first, first + of_window(l)).copy_(past);
}

DYNVISION_INLINE void Storage::move_to(Block const& block) {
  for (std::size_t l = 0; l < segment_.states.size(); ++l) {
    if (!segment_.stored[l].defined()) continue;
    int const begin = std::max(segment_.stored_begin[l], block.first - run_.table.memory[l]);
    int const end = std::min(block.first + block.n, end_of_stored(l));
    if (begin >= end) continue;
    Tensor const window = run_.state_buffer(l, begin, end - begin);
    int const overlap = segment_.begin[l] + of_window(l) - begin;  // states of the last window, its last ones
    if (overlap > 0) {
      Tensor const known = run_.state_rows(segment_, static_cast<int>(l), begin, overlap);
      kernels::rows_of(window, 0, run_.rows(overlap)).copy_(known);
    }
    segment_.states[l] = window, segment_.begin[l] = begin;
  }
}

DYNVISION_INLINE void Storage::store(BlockTape& tape, Tensor const& of_frame) {
  tape.values.replace([&](Tensor& x, StateReference& reference) {
    int const l = layer_of(x);
    if (l >= 0) {
      reference = reference_to(l, x);
      x = Tensor{};
    } else if (!is_of_frame(x, of_frame)) {
      x = in_bfloat16(x);
    }
  });
  done_.clear();
  for (std::size_t l = 0; l < segment_.states.size(); ++l) {
    if (!segment_.stored[l].defined()) continue;
    int const begin = std::max(segment_.begin[l], tape.block.first);
    int const end = std::min(segment_.begin[l] + of_window(l), tape.block.first + tape.block.n);
    if (begin >= end) continue;
    stored_rows(l, begin, end).copy_(run_.state_rows(segment_, static_cast<int>(l), begin, end - begin));
  }
}

DYNVISION_INLINE int Storage::of_window(std::size_t l) const {
  return segment_.states[l].defined() ? static_cast<int>(segment_.states[l].size(0) / run_.batch) : 0;
}

DYNVISION_INLINE int Storage::end_of_stored(std::size_t l) const {
  return segment_.stored_begin[l] + static_cast<int>(segment_.stored[l].size(0) / run_.batch);
}

DYNVISION_INLINE Tensor Storage::stored_rows(std::size_t l, int begin, int end) const {
  return kernels::rows_of(segment_.stored[l], run_.rows(begin - segment_.stored_begin[l]), run_.rows(end - begin));
}

DYNVISION_INLINE int Storage::layer_of(Tensor const& x) const {
  for (std::size_t l = 0; l < segment_.states.size(); ++l) {
    Tensor const& states = segment_.states[l];
    if (states.defined() && states.storage().data() == x.storage().data()) return static_cast<int>(l);
  }
  return -1;
}

DYNVISION_INLINE StateReference Storage::reference_to(int layer, Tensor const& x) const {
  auto const l = static_cast<std::size_t>(layer);
  std::int64_t const before = x.storage_offset() - segment_.states[l].storage_offset();
  int const s = segment_.begin[l] + static_cast<int>(before / (run_.batch * run_.state_shape[l].size()));
  return {layer, s, static_cast<int>(x.size(0) / run_.batch)};
}

DYNVISION_INLINE bool Storage::is_of_frame(Tensor const& x, Tensor const& of_frame) const {
  auto const same = [&](Tensor const& one) { return one.defined() && one.storage().data() == x.storage().data(); };
  return same(of_frame) || same(run_.stimulus.frames);
}

DYNVISION_INLINE Tensor Storage::in_bfloat16(Tensor const& x) {
  for (auto const& [from, to] : done_) {
    if (from.is_same(x)) return to;
  }
  done_.emplace_back(x, x.to(at::kBFloat16));
  return done_.back().second;
}

}  // namespace dynvision::run
