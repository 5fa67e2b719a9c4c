// Divisive normalisation with a time constant of its own: a response is divided by what it has been lately (Zhou, Benson,
// Kay & Winawer 2019; Groen et al. 2022).
//
//   tau dg/dt = -g + max(x, 0)
//   y = max(x, 0)^n/(sigma^n + g^n)          n = 2
//
// A transient, then a sustained response; reduced by what came before. Stands before Record, in place of the nonlinearity.
// State: g (0 at first). Parameters: sigma, tau [ms].
//
//   DelayedNormalisation<>     DelayedNormalisation<Feature>
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>

namespace dynvision {

template <class Kind = Uniform> struct DelayedNormalisation {
  static constexpr std::string_view label = "normalisation";
  static constexpr std::string_view path = "normalisation_{}";
  static constexpr std::array<std::string_view, 1> states{"g"};
  static constexpr Fault fault = has<Kind, Spatial, Feature, Uniform> ? Fault::none : Fault::policy;

  struct Equation {
    template <class V> DYNVISION_BOTH auto step(V const& x, V const& g, V const& sigma, V const& gain) const {
      V const rate = kernels::rectified(x), next = g + gain * (rate - g);
      return kernels::Updated{rate * rate / (sigma * sigma + next * next), next};
    }
  };

  static constexpr PartNumber numbers[]{{.name = "normalisation_sigma",
                                         .default_value = 0.5,
                                         .range = above(0),
                                         .help = "rate at which normalisation sets in"},
                                        {.name = "tau_normalisation",
                                         .unit = "ms",
                                         .default_value = 50,
                                         .range = above(0),
                                         .help = "time constant of normalisation"}};

  Tensor sigma, tau;
  double dt = 2;  // [ms]
  bool learns_tau = false;

  void compose(Composition& at) {
    dt = at.clock.dt, learns_tau = at.options.train_tau;
    sigma = at.constant(numbers_of<Kind>(at, "normalisation"), at.number<"normalisation_sigma">(*this));
    tau = at.constant(numbers_of<Kind>(at, "normalisation"), at.number<"tau_normalisation">(*this));
  }
  void parameters(auto&& visit) {
    visit("sigma", sigma);
    visit_parameter(visit, "tau", tau, learns_tau);
  }

  Equation equation() const { return {}; }
  std::array<Tensor, 2> unit_numbers() const { return {sigma, tau.reciprocal().mul(dt)}; }
};

}  // namespace dynvision
