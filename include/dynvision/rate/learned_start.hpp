// LearnedStart: where a run begins is learned, as a policy of a rate network.
//
//   v(0) = v0, r(0) = f(v0)       v0 (N), 0 at first        Potentials
//   r(0) = r0                     r0 (N)                    RatesAreState
//
//   CTRNN<3, 100, Tanh, LearnedStart>         parameter: rates.start
//   struct Frontal : RateLayer<"frontal", 20, 30, Tanh, LearnedStart> {};       frontal.start
//
// It is saved with the weights, and differentiated on both paths. A run that is given a start (Settings::start) begins there; a
// start for each sample is rate::from_potentials(net, {{"rates", v0}}) with v0 (B,N) (rate/rest.hpp).
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/operations/nonlinearity.hpp>

namespace dynvision {

namespace rate {

struct StartKind {};
template <class T> using IsStart = std::bool_constant<PolicyOf<T, StartKind>>;

// The operation that keeps it: the signal passes unchanged.
struct Start {
  static constexpr std::string_view label = "start", path = "{}.start";
  static constexpr bool only_once = true;

  Tensor values;  // (N)

  void compose(Composition& at) {
    if (at.size.height > 1 || at.size.width > 1) {
      fail("rate", 150,
           {"a learned start of ", at.here().name, ", which has ", at.size.height, "x", at.size.width,
            " places: expected a layer without places"});
    }
    values = at.constant({at.channels}, 0);
  }
  void parameters(auto&& visit) { visit("", values); }
  Tensor operator()(Tensor const& x) const { return x; }
  functors::Identity pointwise() const { return {}; }
};

}  // namespace rate

struct LearnedStart {
  using policy = rate::StartKind;
};

}  // namespace dynvision
