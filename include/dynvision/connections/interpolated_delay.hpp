// InterpolatedDelay: the delay of a connection, or of a layer to the next, that need be no multiple of dt, and may learn.
//
//   r(t - d) = sum over k of w_k r(t - k)      w_k = max(0, 1 - |d - k|)      d = delay/dt, k [steps]
//   dr(t - d)/dd = r(t - n - 1) - r(t - n)     n = floor(d): for a whole d the derivative to the right
//
// between two steps the state is a straight line. An absent state counts as zero; nothing arrives while all are absent.
//
//   Recur<Full<36>, Interpolated>              any t_recurrence of at least dt
//   Recur<Full<36>, LearnedDelay<>>            the parameter V1.recurrence.delay [ms], at t_recurrence in the beginning
//   AddFeedback<"V4", LearnedDelay<Feature>>   one delay for each channel of V4, (C,1,1)
//   DelayBy<LearnedDelay<>>                    of the feedforward way: operations/delay_by.hpp
//
// A learned delay may reach from one step (a skip, DelayBy: from 0) to Options::longest_delay, twice its start unless given: so many
// states the source keeps. One that has left this range is an error when a run starts; clamp_delays(model) takes it back.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/moment.hpp>
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/concepts/policy.hpp>
#include <dynvision/concepts/sharing.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/list.hpp>

#include <string_view>
#include <type_traits>
#include <vector>

namespace dynvision {

// Policies of Recur, AddSkip, AddFeedback and DelayBy.
struct Interpolated {  // not learned
  using policy = policies::Delay;
};
template <class Kind = Uniform>
struct LearnedDelay {  // Uniform: of the connection. Feature: of each channel of the source
  using policy = policies::Delay;
};

template <class T>
using IsInterpolation =
    std::bool_constant<std::is_same_v<T, Interpolated> || std::is_same_v<T, LearnedDelay<Uniform>> ||
                       std::is_same_v<T, LearnedDelay<Feature>>>;
template <class... With> inline constexpr bool interpolates = (IsInterpolation<With>::value || ...);

template <class T>
using IsLearnedDelay = std::bool_constant<IsInterpolation<T>::value && !std::is_same_v<T, Interpolated>>;

struct LongestDelay {  // a number of what has a delay that learns
  static constexpr PartNumber numbers[]{{.name = "longest_delay",
                                         .unit = "ms",
                                         .range = at_least(0),
                                         .help = "what the learned delays of connections arriving here, and to the "
                                                 "next layer, may reach; 0: twice their start",
                                         .field = {&Options::longest_delay, &LayerOptions::longest_delay}}};
};
template <class... With>
using LongestDelayOf = std::conditional_t<(IsLearnedDelay<With>::value || ...), LongestDelay, List<>>;

inline constexpr std::string_view or_interpolated = ", or the policy Interpolated for this connection";

// Delays at their present values, in steps.
struct DelayTaps {
  std::vector<double> delays{};  // one, or one for each channel of the source
  int newest = 0, oldest = 0;    // the states that count

  // floor(d), where a delay within rounding of a whole one is that
  int whole(std::size_t i) const;
  double weight(std::size_t i, int k) const;  // w_k
  int slope(std::size_t i, int k) const;      // dw_k/dd: -1, 0 or 1
};

class InterpolatedDelay {
 public:
  bool on = false;
  Tensor delay{};  // [ms], [] or (C,1,1), if it is learned

  // `t` [ms], the option `what` of the layer; `least` [steps].
  template <class... With>
  void compose(Composition& at, double t, std::string_view what, int least, int channels_of_source) {
    if constexpr ((std::is_same_v<LearnedDelay<Uniform>, With> || ...)) return compose(at, t, what, least, {}, true);
    if constexpr ((std::is_same_v<LearnedDelay<Feature>, With> || ...))
      return compose(at, t, what, least, {channels_of_source, 1, 1}, true);
    return compose(at, t, what, least, {}, false);
  }
  void parameters(auto&& visit) {
    if (delay.defined()) visit("delay", delay);
  }

  double dt() const { return dt_; }       // [ms]
  int oldest() const { return oldest_; }  // [steps] that it can look back
  DelayTaps taps() const;                 // fails where a delay has left its range
  [[gnu::cold]] void clamp() const;       // into its range

  // r(t - d) of a layer, or absent.
  Signal operator()(Moment const& now, int layer) const;

 private:
  void compose(Composition& at, double t, std::string_view what, int least, std::vector<std::int64_t> const& shape,
               bool learned);
  std::vector<double> milliseconds() const;
  Tensor weight(DelayTaps const& taps, int k) const;

  double dt_ = 2, fixed_ = 0;          // [ms]
  double shortest_ = 0, longest_ = 0;  // [ms] its range, if it learns
  int oldest_ = 0;
  std::string_view what_{}, layer_{};
};

// That of an operation with a connection; null: its delay is a whole number of steps.
template <class Op> InterpolatedDelay const* interpolated_delay(Op const& op) {
  if constexpr (requires { op.incoming.interpolated; }) {
    if (op.incoming.interpolated.on) return &op.incoming.interpolated;
  } else if constexpr (requires { op.interpolated; }) {
    if (op.interpolated.on) return &op.interpolated;
  }
  return nullptr;
}

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/interpolated_delay.ipp>
#endif
