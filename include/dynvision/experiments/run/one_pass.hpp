// One pass through a tree of conditions: every branch is run once, from the state that its parent has left.
//
//   one_pass(model, tree, {.images = x}, {.path = RunPath::compiled}, sink);
//
//   sink.wants(b)                  whether what branch b gives is asked for; a branch is run if it, or one after it, is
//   sink.take(b, from, activity)   what it gave: Activity of its steps from `from` on, with the responses of all layers
//   sink.stop_requested()          if there is such a function: whether no further branch is to be begun
//
// Law: what a condition is given equals a run of its own: bit for bit with run::unroll and the same batch, to rounding with
// run::compiled, whose blocks of steps begin elsewhere. A run of its own shows idle steps as blanks that are not recorded.
// Branches share the states before them: tensors are not copied. As many states are held as branches with further children lie
// on the way to the one that is run. With `share_blank` steps before the first image are run for one image, not for each of the
// batch, and are equal to rounding; what a sink takes of them has a batch of one. Where the model has noise of its own, which is
// another one for each image, they are run for each image all the same. With `record_steps` a branch is run in pieces of at most so many
// steps: what is held of responses does not grow with the length of a branch; equal to rounding, with run::unroll bit for bit.
#pragma once
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/experiments/protocol/render.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>
#include <dynvision/train/present_with.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct OnePassSettings {
  RunPath path = RunPath::compiled;
  bool share_blank = false;
  int record_steps = 0;  // [steps] whose responses are held at once; 0: those of a branch
  run::Settings run{};   // how a step is computed, noise of the model; what is shown and kept is the plan's
};

namespace passing {

// Frames [from, end) of a branch as they are shown to the model, in its dtype on its device.
inline run::Stimulus stimulus_of(std::vector<Frame> const& frames, std::size_t from, std::size_t end,
                                 Pictures const& pictures, double non_input_value, bool one_image) {
  Tensor const images = one_image ? pictures.images.narrow(0, 0, 1) : pictures.images;
  run::Stimulus shown{images.unsqueeze(1), {}, non_input_value};  // of blanks the frames are the shape alone
  std::vector<Frame> distinct;
  for (std::size_t t = from; t < end; ++t) {
    if (frames[t].is_blank()) {
      shown.shown.push_back(run::blank);
      continue;
    }
    auto const same = std::find(distinct.begin(), distinct.end(), frames[t]);
    shown.shown.push_back(static_cast<int>(same - distinct.begin()));
    if (same == distinct.end()) distinct.push_back(frames[t]);
  }
  bool const image_alone = distinct.size() == 1 && distinct[0] == Frame{.show = Show::image};
  if (distinct.empty() || image_alone) return shown;
  auto const n = static_cast<std::int64_t>(distinct.size());
  std::vector<Tensor> rendered;
  for (std::int64_t i = 0; i < n; ++i) {
    rendered.push_back(at::empty(images.sizes(), images.options()));
    render(distinct[static_cast<std::size_t>(i)], pictures, rendered.back(), non_input_value);
  }
  shown.frames = n == 1 ? rendered[0].unsqueeze(1) : stack_along(rendered, 1);
  return shown;
}

template <class Model> bool has_noise(Model const& model) {
  auto const parts = model.parts();
  return std::any_of(parts.begin(), parts.end(), [](auto const& part) { return part.label() == "noise"; });
}

template <class Model, class Sink> class Pass {
 public:
  Pass(Model const& model, Tree const& tree, Pictures const& pictures, OnePassSettings const& settings, Sink& sink)
      : model_(model), tree_(tree), pictures_(pictures), settings_(settings), sink_(sink) {
    bool const is_noisy = has_noise(model) && settings.run.noise;
    share_blank_ = settings.share_blank && !is_noisy;
    std::size_t const n = tree.branches.size();
    wanted_.resize(n), needed_.resize(n);
    for (std::size_t b = n; b-- > 0;) {
      Branch const& branch = tree.branches[b];
      wanted_[b] = branch.is_recorded() && sink.wants(b);
      needed_[b] = wanted_[b] || std::any_of(branch.children.begin(), branch.children.end(),
                                             [&](std::size_t child) { return needed_[child]; });
    }
  }

  void all() {
    at::AutoGradMode const no_gradient(false);
    for (std::size_t b = 0; b < tree_.branches.size(); ++b) {
      if (tree_.branches[b].parent == Branch::none && needed_[b]) branch(b, {});
    }
  }

 private:
  void branch(std::size_t b, run::State state) {
    if constexpr (requires { sink_.stop_requested(); }) {
      if (sink_.stop_requested()) return;
    }
    Branch const& one = tree_.branches[b];
    std::vector<std::size_t> next;
    std::copy_if(one.children.begin(), one.children.end(), std::back_inserter(next),
                 [&](std::size_t child) { return needed_[child]; });
    std::size_t const n = one.frames.size(), shared = share_blank_ ? one.image_from : 0;
    std::array<std::size_t, 4> cuts{0, one.recorded_from, shared, n};
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      std::size_t const from = cuts[i], end = cuts[i + 1];
      bool const recorded = wanted_[b] && from >= one.recorded_from;
      if (from == end || (end == n && next.empty() && !recorded)) continue;
      std::size_t const most =
          recorded && settings_.record_steps > 0 ? static_cast<std::size_t>(settings_.record_steps) : end - from;
      for (std::size_t at = from; at < end; at += most) {
        std::size_t const stop = std::min(end, at + most);
        state = piece(b, at, stop, std::move(state), recorded, stop < n || !next.empty(), stop <= shared);
      }
    }
    for (std::size_t i = 0; i < next.size(); ++i) {  // the last one takes the state, so that it is not held longer
      branch(next[i], i + 1 == next.size() ? std::move(state) : state);
    }
  }

  run::State piece(std::size_t b, std::size_t from, std::size_t end, run::State start, bool recorded, bool goes_on,
                   bool one_image) {
    run::Settings own = settings_.run;
    own.start = std::move(start), own.keep_state = goes_on, own.record = recorded;
    own.idle_timesteps = 0, own.truncated_bptt_timesteps = 0, own.non_input_value = tree_.non_input_value;
    own.feedforward_only = tree_.model.feedforward_only.value_or(own.feedforward_only);
    run::Stimulus const shown =
        stimulus_of(tree_.branches[b].frames, from, end, pictures_, tree_.non_input_value, one_image);
    using run::run;  // with those of the model's name space: AnyModel
    using run::unroll;
    run::Activity activity = settings_.path == RunPath::unroll ? unroll(model_, shown, own) : run(model_, shown, own);
    run::State after = std::move(activity.state);
    activity.state = {};
    if (recorded) sink_.take(b, from, activity);
    return after;
  }

  Model const& model_;
  Tree const& tree_;
  Pictures const& pictures_;
  OnePassSettings const& settings_;
  Sink& sink_;
  bool share_blank_ = false;
  std::vector<bool> wanted_{}, needed_{};
};

}  // namespace passing

// `pictures`: in the model's dtype, on its device. `model`: of a type, or AnyModel.
template <class Model, class Sink>
void one_pass(Model const& model, Tree const& tree, Pictures const& pictures, OnePassSettings const& settings,
              Sink& sink) {
  passing::Pass<Model, Sink>(model, tree, pictures, settings, sink).all();
}

}  // namespace dynvision::experiments
