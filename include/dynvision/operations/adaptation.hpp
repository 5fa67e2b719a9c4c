// Adaptation of the firing rate: what a unit has fired lately is subtracted from its drive (Benda & Herz 2003; Vinken, Boix
// & Kreiman 2020).
//
//   tau da/dt = -a + r          r: the layer's response, of the step before
//   y = x - strength a
//
// Stands before Evolve. State: a (0 at first). Parameters: strength, tau [ms], one for all, each channel or each unit.
//
//   Adaptation<>     Adaptation<Feature>
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>

namespace dynvision {

template <class Kind = Uniform> struct Adaptation {
  static constexpr std::string_view label = "adaptation";
  static constexpr std::string_view path = "adaptation_{}";
  static constexpr std::array<std::string_view, 1> states{"a"};
  static constexpr bool reads_response = true;
  static constexpr Fault fault = has<Kind, Spatial, Feature, Uniform> ? Fault::none : Fault::policy;

  struct Equation {
    template <class V>
    DYNVISION_BOTH auto step(V const& x, V const& r, V const& a, V const& strength, V const& gain) const {
      V const next = a + gain * (r - a);
      return kernels::Updated{x - strength * next, next};
    }
  };

  static constexpr PartNumber numbers[]{
      {.name = "adaptation_strength", .default_value = 0.5, .help = "what is subtracted, as a part of the adaptation"},
      {.name = "tau_adaptation",
       .unit = "ms",
       .default_value = 100,
       .range = above(0),
       .help = "time constant of adaptation"}};

  Tensor strength, tau;
  double dt = 2;  // [ms]
  bool learns_tau = false;

  void compose(Composition& at) {
    dt = at.clock.dt, learns_tau = at.options.train_tau;
    strength = at.constant(numbers_of<Kind>(at, "adaptation"), at.number<"adaptation_strength">(*this));
    tau = at.constant(numbers_of<Kind>(at, "adaptation"), at.number<"tau_adaptation">(*this));
  }
  void parameters(auto&& visit) {
    visit("strength", strength);
    visit_parameter(visit, "tau", tau, learns_tau);
  }

  Equation equation() const { return {}; }
  std::array<Tensor, 2> unit_numbers() const { return {strength, tau.reciprocal().mul(dt)}; }
};

}  // namespace dynvision
