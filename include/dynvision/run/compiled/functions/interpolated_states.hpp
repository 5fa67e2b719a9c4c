// InterpolatedStates: what arrives through a connection whose delay is no whole number of steps, or learns.
//
//   h(t) = sum over k of w_k r(t - k)                           connections/interpolated_delay.hpp
//   g_r(t - k) += w_k g(t)       g_d += sum over t of < g(t), r(t - n - 1) - r(t - n) >
//
// for all steps of a block at once: the states of k steps ago lie side by side in memory, those of k + 1 steps ago are the
// same, one step before. Whether a state is there is the same for a whole block (Timetable::cut).
#pragma once
#include <dynvision/connections/interpolated_delay.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

#include <c10/util/SmallVector.h>

namespace dynvision::run {

class InterpolatedStates {
 public:
  [[gnu::cold]] InterpolatedStates(InterpolatedDelay const& delay, PreparedRun& run);

  struct Use {
    int state;  // which
    int first;  // index of the newest one that counts, for the first step of a block
    int step;   // that step
  };
  // By a node, of the states of its source.
  static Use by(PreparedRun const& run, Node const& node, Block const& block) {
    return {node.source.layer, block.first - run.table.lag(node.index, node.source),
            run.table.step(node.index, block.first)};
  }

  bool learns() const { return learns_; }
  // (n B,C,H,W) of the source; undefined: nothing arrives.
  Tensor forward(ForwardContext const& at, Use const& use) const;
  Tensor forward(ReverseContext& at, Use const& use) const { return mixed(at.run, states(at, use)); }
  // Whether a state looks for a gradient.
  bool reaches_states(ReverseContext const& at, Use const& use) const;
  // g: of what arrived. `is_free`: nothing else looks at it.
  void adjoint(ReverseContext& at, Use const& use, Tensor const& g, bool is_free = false);
  void finish(GradientSums& sums);

 private:
  using States = c10::SmallVector<Tensor, 4>;  // from the newest to the oldest, undefined: absent

  struct Tap {
    double weight = 1;  // of all channels
    Tensor weights{};   // (1,C,1,1), or undefined: they are the same
    Tensor is_whole{};  // (C) 1 for the channels whose d lies between this state and the next older one
  };

  int n_taps() const { return static_cast<int>(taps_.size()); }
  States states(ReverseContext& at, Use const& use) const;
  Tensor mixed(PreparedRun const& run, States const& states) const;
  void add_delay_gradient(States const& states, Tensor const& g);

  Tensor delay_;  // [ms], if it is a parameter
  double dt_;
  bool learns_;
  std::vector<Tap> taps_;
  Tensor sum_{};  // [] or (C), float64: the gradient of d, in steps
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/interpolated_states.ipp>
#endif
