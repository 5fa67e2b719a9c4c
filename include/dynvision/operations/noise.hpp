// Noise: independent normal numbers, added to each unit in each step; the scaling says what sigma means.
//
//   y(t) = x(t) + sigma c xi(t)       xi: standard normal, independent for every unit, sample, step, operation and trial
//
//   PerStep            c = 1                sigma in the unit of the signal, whatever dt is
//   Diffusion          c = sqrt(dt)         behind Evolve: dr = ... dt + sigma dW                [unit / sqrt(ms)]
//   WhiteDrive         c = 1/sqrt(dt)       before Evolve: tau dr = (-r + u) dt + sigma dW       [unit sqrt(ms)]
//   StationaryDrive    c = sqrt(2 tau/dt)   before Evolve,
//   Stationary         c = sqrt(2 dt/tau)   behind it: r without other drive has the standard deviation sigma as dt -> 0,
//                                           with Euler sigma sqrt(2/(2 - dt/tau))                [unit]
//
// With Euler, WhiteDrive and Diffusion are the method of Euler & Maruyama (Maruyama 1955). Where a layer has an Evolve is
// checked when the program is compiled. An absent signal stays absent. Parameter: sigma (Options::sigma), learned with
// Options::train_sigma: the gradient is that of the sum, with the numbers held (reparametrisation).
//
//   Noise<WhiteDrive>                                  one sigma for the layer
//   Noise<Stationary, Feature, As<"jitter_{}">>        one for each channel, under another name than "noise_{}"
//
//   Noise<PerStep, InMembers<100>>                     of 100 networks beside each other: what each draws alone, with seeds in a row
//
// The numbers depend on Settings::seed, Settings::trial, place, step, sample and unit alone: docs/concepts/noise.md.
// Error: model.150.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/noise_scaling.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>
#include <dynvision/operations/conv.hpp>

#include <cmath>

namespace dynvision {

// Beside that of the signal, which has none.
template <class S> constexpr std::string_view unit_of() {
  if constexpr (requires { S::unit; }) return S::unit;
  return {};
}

template <int K> struct InMembers {  // the channels of K networks, those of one after those of another
  using policy = policies::Members;
  static constexpr int n = K;
};
template <class T> using IsMembers = std::bool_constant<PolicyOf<T, policies::Members>>;

template <class S, class... With> struct Noise {
  static constexpr std::string_view label = "noise";
  static constexpr std::string_view path = pick<IsPath, As<"noise_{}">, With...>::path;
  static constexpr Fault fault = !NoiseScaling<S>                                              ? Fault::noise_scaling
                                 : !PolicyKinds<IsPath, IsSharing, IsMembers>::take<With...>() ? Fault::policy
                                                                                               : Fault::none;
  using scaling = S;
  using sharing = pick<IsSharing, Uniform, With...>;
  static constexpr int n_members = pick<IsMembers, InMembers<1>, With...>::n;

  static constexpr PartNumber numbers[]{{.name = "sigma",
                                         .unit = unit_of<S>(),
                                         .range = at_least(0),
                                         .help = "strength of the noise, in the unit that its scaling says",
                                         .field = {&Options::sigma, &LayerOptions::sigma}}};

  Tensor sigma;   // [], (C,1,1) or (C,H,W)
  double dt = 2;  // [ms]
  bool learned = false;
  int place = 0;

  void compose(Composition& at) {
    double const value = at.number(&Options::sigma, &LayerOptions::sigma);
    if (!(value >= 0) || !std::isfinite(value)) {
      fail("model", 150, {"sigma of ", at.here().name, " = ", value, ": expected 0 or a positive number"});
    }
    sigma = at.constant(numbers_of<sharing>(at, "sigma"), value);
    dt = at.clock.dt;
    learned = at.options.train_sigma;
    place = at.noise_place();
  }
  void parameters(auto&& visit) { visit_parameter(visit, "sigma", sigma, learned); }

  // sigma c: what the numbers are multiplied by. tau [ms] of the layer.
  Tensor amplitude(Tensor const& tau) const {
    if constexpr (requires { S::factor(tau, dt); }) {
      return sigma.mul(S::factor(tau, dt));
    } else {
      return sigma.mul(S::factor(dt));
    }
  }

  Signal operator()(Signal const& x, Moment& now) const {
    if (!x.defined()) return x;
    std::vector<std::int64_t> sizes(x.sizes().begin(), x.sizes().end());
    sizes[0] = std::max(sizes[0], now.batch);  // a bias alone is the same for all samples, its noise is not
    Signal const xi = now.normal_numbers(place, sizes, n_members);
    return xi.defined() ? x.add(xi.mul(amplitude(now.tau))) : x;
  }
};

}  // namespace dynvision
