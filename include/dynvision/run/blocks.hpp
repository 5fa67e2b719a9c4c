// Blocks: the time loop in strides of d steps, with every convolution over a whole stride.
//
//   d = min of the lateral and feedback delays [steps] (no such connection: all steps at once)
//
// Within d steps nothing feeds back on itself but the solver's own state. So in each block a layer does its convolutions
// (feedforward, lateral, skip and feedback adapters), and all else that does not read its newest state, on (d B, C, H, W);
// only the operations from Evolve to Delay walk through the d steps one by one. Frames that repeat are convolved once.
// The results are those of run/unroll.hpp, to rounding, if every operation treats the samples of a batch separately;
// autograd differentiates both.
#pragma once
#include <dynvision/model/model.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/block_signal.hpp>
#include <dynvision/run/monitors.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

template <class Op>
concept RecurrenceOperation = requires {
  Op::is_recurrence;
};
template <class Op>
concept IncomingOperation = requires {
  Op::comes_from_later;
};

// Whether an operation must see single steps, in order: the solver, the store, and what may read the store.
template <class Op> constexpr bool goes_step_by_step() {
  if constexpr (RecurrenceOperation<Op> || IncomingOperation<Op> || requires { Op::forgets_state; }) {
    return false;
  } else {
    return MomentOperation<Op>;
  }
}

// Steps that can be computed at once; `all` if nothing feeds back.
template <class Model> int block_length(Model& model, bool feedforward_only, int all) {
  int length = all;
  if (feedforward_only) return length;
  model.each_layer([&](auto& layer, int) {
    layer.each([&]<class Op>(Op& op, int) {
      if constexpr (RecurrenceOperation<Op>) {
        if (op.on) length = std::min(length, op.delay);
      } else if constexpr (IncomingOperation<Op>) {
        if (Op::comes_from_later && op.incoming.on) length = std::min(length, op.incoming.delay);
      } else if constexpr (
          goes_step_by_step<Op>() && !requires { Op::is_evolution; } && !requires { Op::is_memory; }) {
        length = 1;  // it may read the newest state of any layer
      }
    });
  });
  return std::max(length, 1);
}

// What the operations of a block see.
struct BlockMoment {
  Moment& now;    // of the step that is being computed, for operations that see single steps
  int first = 0;  // step of the block's first one
  std::int64_t batch = 0;
  std::vector<int> const& ages;  // [n] steps since the shown frame came on
  BlockSignal const& external;   // to this layer

  void at(int i) const {  // makes `now` the moment of step i of the block
    now.step = first + i;
    now.frame_age = ages[static_cast<std::size_t>(i)];
    now.external = external.nowhere() ? Signal{} : external.step(i, batch);
  }
};

template <class Op> BlockSignal apply_block(Op& op, BlockSignal const& x, BlockMoment const& block) {
  Moment& now = block.now;
  if constexpr (RecurrenceOperation<Op>) {
    if (!op.on || now.feedforward_only) return x;
    BlockSignal h = block_of(now.memory(), block.first - op.delay, x.n_steps());
    if (h.nowhere()) return x;
    Size const target = x.nowhere() ? now.size : Size{x.data.size(2), x.data.size(3)};
    h.data = nearest(op.lateral(h.data), target.height, target.width);
    return integrate<typename Op::integration>(x, h, block.batch);
  } else if constexpr (IncomingOperation<Op>) {
    if (!op.incoming.on || now.feedforward_only) return x;
    BlockSignal h = block_of(now.memory_of(op.incoming.from), block.first - op.incoming.delay, x.n_steps());
    if (h.nowhere()) return x;
    h.data = op.incoming.adapter(h.data, x.nowhere() ? now.size : Size{x.data.size(2), x.data.size(3)});
    return integrate<typename Op::integration>(x, h, block.batch);
  } else if constexpr (MomentOperation<Op>) {
    return each_step(x, block.batch, [&](Signal const& one, int i) {
      block.at(i);
      return op(one, now);
    });
  } else {
    return x.nowhere() ? x : BlockSignal{op(x.data), x.slot};
  }
}

// First and last operation of a layer that must go step by step; what lies between goes with them.
template <class... Ops> constexpr std::pair<int, int> stepwise(List<Ops...>) {
  bool const each[] = {goes_step_by_step<Ops>()..., false};
  int const n = static_cast<int>(sizeof...(Ops));
  int first = n, last = -1;
  for (int i = 0; i < n; ++i) {
    if (each[i]) first = std::min(first, i), last = i;
  }
  return {first, last};
}

template <class Model> Activity blocks(Model& model, Stimulus const& stimulus, Settings const& settings = {}) {
  check_input(model.options, stimulus, settings);
  Parts const parts = model.parts();
  std::vector<Size> const sizes = sizes_of(parts, {stimulus.frames.size(3), stimulus.frames.size(4)});
  int const idle = settings.idle_timesteps, n_all = idle + stimulus.n_timesteps(),
            k = settings.truncated_bptt_timesteps;
  int const longest = block_length(model, settings.feedforward_only, n_all);
  std::int64_t const batch = stimulus.frames.size(0);
  std::vector<DelayLine> memories;
  for (int const steps : model.memory) memories.emplace_back(steps + longest);
  std::vector<Signal> responses(memories.size());
  std::vector<std::vector<Signal>> block_responses(memories.size());
  Monitors monitors(parts, settings);
  std::vector<Tensor> outputs;
  Moment now{.feedforward_only = settings.feedforward_only,
             .memories = memories,
             .responses = responses,
             .batch = batch,
             .options = stimulus.frames.options()};

  std::vector<int> shown(static_cast<std::size_t>(idle), blank), ages;
  shown.insert(shown.end(), stimulus.shown.begin(), stimulus.shown.end());
  for (int t = 0; t < n_all; ++t) {
    std::size_t const i = static_cast<std::size_t>(t);
    bool const stays = t > 0 && t != idle && shown[i] == shown[i - 1];
    ages.push_back(stays ? ages.back() + 1 : 0);
  }

  for (int first = 0; first < n_all;) {
    bool const is_idle = first < idle;
    int n = std::min(longest, (is_idle ? idle : n_all) - first);
    if (!is_idle && k > 0) n = std::min(n, k - (first - idle) % k);
    at::AutoGradMode const gradient(at::GradMode::is_enabled() && !is_idle);
    std::vector<int> const block_ages(ages.begin() + first, ages.begin() + first + n);

    BlockSignal x;  // the frames, each once
    std::vector<int> frames;
    for (int i = 0; i < n; ++i) {
      int const frame = shown[static_cast<std::size_t>(first + i)];
      auto const known = std::find(frames.begin(), frames.end(), frame);
      x.slot.push_back(frame == nothing ? absent : static_cast<int>(known - frames.begin()));
      if (frame != nothing && known == frames.end()) frames.push_back(frame);
    }
    std::vector<Tensor> pixels;
    for (int const frame : frames) pixels.push_back(stimulus.frame(frame));
    if (!pixels.empty()) x.data = pixels.size() == 1 ? pixels[0] : cat(pixels, 0);

    auto const keep = [&](std::size_t place, BlockSignal const& signal) {
      for (int i = 0; i < n && !is_idle && monitors.wants(place); ++i) monitors.after(place, signal.step(i, batch));
    };
    std::size_t place = 0;  // of the operation in the model
    model.each_layer([&]<class L>(L& layer, int l) {
      now.layer = l;
      BlockSignal external;
      if (monitors.has_external(l)) {
        std::vector<Signal> steps;
        for (int i = 0; i < n; ++i) steps.push_back(monitors.external(l, first + i - idle));
        external = block_of(steps);
      }
      BlockMoment const block{now, first, batch, block_ages, external};
      auto& recorded = block_responses[static_cast<std::size_t>(l)];
      recorded.assign(static_cast<std::size_t>(n), {});
      auto const enter = [&]<class Op>(Op& op) {
        now.size = sizes[place];
        x = apply_block(op, x, block);
        if constexpr (std::is_same_v<Op, Record>) {
          for (int i = 0; i < n; ++i) recorded[static_cast<std::size_t>(i)] = x.step(i, batch);
        }
        keep(place++, x);
      };
      constexpr int together_first = stepwise(typename L::operations{}).first;
      constexpr int together_last = stepwise(typename L::operations{}).second;
      layer.each([&]<class Op>(Op& op, int position) {
        if (position < together_first || position > together_last) enter(op);
        if (position == together_first) {
          std::size_t const from = place;
          std::vector<BlockSignal> kept(static_cast<std::size_t>(together_last - together_first + 1));
          x = each_step(x, batch, [&](Signal one, int i) {
            block.at(i);
            std::size_t at = from;
            layer.each([&](auto& inner, int p) {
              if (p < together_first || p > together_last) return;
              now.size = sizes[at];
              one = apply(inner, one, now);
              if (!is_idle) monitors.after(at, one);
              if constexpr (std::is_same_v<std::remove_cvref_t<decltype(inner)>, Record>) {
                recorded[static_cast<std::size_t>(i)] = one;
              }
              ++at;
            });
            return one;
          });
          place = from + kept.size();
        }
      });
    });

    for (int i = 0; i < n && !is_idle; ++i) {
      for (std::size_t l = 0; l < responses.size(); ++l) responses[l] = block_responses[l][static_cast<std::size_t>(i)];
      monitors.record(responses);
    }
    if constexpr (requires { model.head(x.data); }) {
      if (!is_idle) {
        Tensor const z = x.nowhere() ? Tensor{} : model.head(x.data);  // (S B,K)
        for (int i = 0; i < n; ++i) {
          int const s = x.slot[static_cast<std::size_t>(i)];
          outputs.push_back(s == absent
                                ? zeros({batch, model.head.classes()}, stimulus.frames.options().requires_grad(false))
                                : z.narrow(0, s * batch, batch));
        }
      }
    }
    first += n;
    if (first == idle || (!is_idle && k > 0 && (first - idle) % k == 0)) {
      for (DelayLine& memory : memories) memory.detach();
    }
  }
  return monitors.activity(outputs.empty() ? Tensor{} : stack(outputs, 1));
}

// From images: see present().
template <class Model> Activity blocks(Model& model, Tensor const& images, Settings const& settings = {}) {
  return blocks(model, present(images, settings.n_timesteps, settings.non_input_value), settings);
}

}  // namespace dynvision::run
