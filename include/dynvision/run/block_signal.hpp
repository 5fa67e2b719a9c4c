// Block signal: the signal at one place of the model during a block of consecutive time steps.
//
//   data (S B, C, H, W): S slots of B samples;  slot[i]: where step i of the block is, or `absent`
//
// Steps may share a slot: a still image is one slot for all steps, and is convolved once.
#pragma once
#include <dynvision/connections/integration.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/dynamics/delay_line.hpp>

#include <numeric>
#include <vector>

namespace dynvision::run {

inline constexpr int absent = -1;

struct BlockSignal {
  Tensor data{};
  std::vector<int> slot{};  // [n]

  int n_steps() const { return static_cast<int>(slot.size()); }
  bool nowhere() const { return !data.defined(); }
  bool everywhere() const { return std::find(slot.begin(), slot.end(), absent) == slot.end(); }
  bool constant() const {  // the same in every step
    return everywhere() && std::adjacent_find(slot.begin(), slot.end(), std::not_equal_to<>()) == slot.end();
  }
  bool one_slot_a_step() const {  // step i in slot i
    for (std::size_t i = 0; i < slot.size(); ++i) {
      if (slot[i] != static_cast<int>(i)) return false;
    }
    return true;
  }

  // (B,C,H,W) of step i, or absent
  Signal step(int i, std::int64_t batch) const {
    int const s = slot[static_cast<std::size_t>(i)];
    return s == absent ? Signal{} : data.narrow(0, s * batch, batch);
  }
};

// From the signals of single steps.
inline BlockSignal block_of(std::vector<Signal> const& steps) {
  BlockSignal block;
  std::vector<Tensor> present;
  for (Signal const& x : steps) {
    block.slot.push_back(x.defined() ? static_cast<int>(present.size()) : absent);
    if (x.defined()) present.push_back(x);
  }
  if (!present.empty()) block.data = present.size() == 1 ? present[0] : cat(present, 0);
  return block;
}

// The states of steps first ... first + n - 1.
inline BlockSignal block_of(DelayLine const& memory, int first, int n) {
  std::vector<Signal> steps;
  for (int i = 0; i < n; ++i) steps.push_back(memory.at_step(first + i));
  return block_of(steps);
}

// Step by step, where presence differs or an operation must see single steps.
template <class F> BlockSignal each_step(BlockSignal const& x, std::int64_t batch, F&& f) {
  std::vector<Signal> steps;
  for (int i = 0; i < x.n_steps(); ++i) steps.push_back(f(x.step(i, batch), i));
  return block_of(steps);
}

template <Integration I> BlockSignal integrate(BlockSignal const& x, BlockSignal const& h, std::int64_t batch) {
  if (h.nowhere()) return x;
  if (x.nowhere()) return h;
  if (x.slot == h.slot) return {I{}(x.data, h.data), x.slot};
  bool const known = std::is_same_v<I, Additive> || std::is_same_v<I, Multiplicative>;
  if (known && x.constant() && h.one_slot_a_step()) {  // broadcast over the steps
    auto const by_step = [&](Tensor const& all) {
      std::vector<std::int64_t> shape = all.sizes().vec();
      shape[0] = batch;
      shape.insert(shape.begin(), -1);
      return all.reshape(shape);
    };
    Tensor const frame = x.data.narrow(0, x.slot[0] * batch, batch);
    return {I{}(by_step(frame), by_step(h.data)).flatten(0, 1), h.slot};
  }
  return each_step(x, batch, [&](Signal const& one, int i) { return dynvision::integrate<I>(one, h.step(i, batch)); });
}

}  // namespace dynvision::run
