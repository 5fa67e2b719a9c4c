// Short-term depression of synapses: what has been transmitted lately is missing (Tsodyks & Markram 1997, for rates).
//
//   dR/dt = (1 - R)/tau - use R x          R: the fraction of resources that is there, 0 to 1
//   y = R x
//
// x: a rate, at least 0; use: the fraction that a rate of one uses up [1/ms]. Stands before Record, or behind Delay, where it
// works on what the next layer gets alone. State: R (1 at first). Parameters: use, tau [ms].
//
//   SynapticDepression<>     SynapticDepression<Feature>
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>

namespace dynvision {

template <class Kind = Uniform> struct SynapticDepression {
  static constexpr std::string_view label = "depression";
  static constexpr std::string_view path = "depression_{}";
  static constexpr std::array<std::string_view, 1> states{"R"};
  static constexpr std::array<double, 1> initial{1};
  static constexpr Fault fault = has<Kind, Spatial, Feature, Uniform> ? Fault::none : Fault::policy;

  struct Equation {
    template <class V> DYNVISION_BOTH auto step(V const& x, V const& R, V const& use, V const& recovery) const {
      using T = kernels::Number<V>;
      V const sent = R * x;
      V const next = R + recovery * (T(1) - R) - use * sent;
      return kernels::Updated{sent, kernels::clamped(next, T(0), T(1))};
    }
  };

  static constexpr PartNumber numbers[]{{.name = "depression_use",
                                         .unit = "1/ms",
                                         .default_value = 0.005,
                                         .range = at_least(0),
                                         .help = "fraction of resources that a rate of one uses up"},
                                        {.name = "tau_depression",
                                         .unit = "ms",
                                         .default_value = 200,
                                         .range = above(0),
                                         .help = "time constant of recovery"}};

  Tensor use, tau;
  double dt = 2;  // [ms]
  bool learns_tau = false;

  void compose(Composition& at) {
    dt = at.clock.dt, learns_tau = at.options.train_tau;
    use = at.constant(numbers_of<Kind>(at, "depression"), at.number<"depression_use">(*this));
    tau = at.constant(numbers_of<Kind>(at, "depression"), at.number<"tau_depression">(*this));
  }
  void parameters(auto&& visit) {
    visit("use", use);
    visit_parameter(visit, "tau", tau, learns_tau);
  }

  Equation equation() const { return {}; }
  std::array<Tensor, 2> unit_numbers() const { return {use.mul(dt), tau.reciprocal().mul(dt)}; }
};

}  // namespace dynvision
