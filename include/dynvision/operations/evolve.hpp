// Evolve: one step of the layer's differential equation, with the signal as drive u.
//
//   tau dr/dt = -r + u       r: the newest stored response; before there is one: (dt/tau) u
//
// tau [ms] is a scalar tensor of the layer, learned with Options::train_tau. An absent drive leaves the layer silent.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/operations/conv.hpp>

namespace dynvision {

template <class S = Euler, class... With> struct Evolve {
  static constexpr std::string_view label = "tstep";
  static constexpr std::string_view path = pick<IsPath, As<"tau_{}">, With...>::path;
  static constexpr bool is_evolution = true;
  static constexpr bool only_once = true;
  static constexpr Fault fault = !Solver<S>                      ? Fault::solver
                                 : !(IsPath<With>::value && ...) ? Fault::policy
                                                                 : Fault::none;

  using solver = S;

  Tensor tau;     // [ms], scalar
  double dt = 2;  // [ms]
  bool learned = false;

  void compose(Composition& at) {
    double const value = at.number(&Options::tau, &LayerOptions::tau);
    if (!(value > 0) || !std::isfinite(value)) {
      fail("model", 111, {"tau of ", at.here().name, " = ", value, " ms: expected a positive number"});
    }
    tau = at.constant({}, value);
    dt = at.clock.dt;
    learned = at.options.train_tau;
  }
  void parameters(auto&& visit) {
    if (learned) {
      visit("", tau);
    } else {
      visit("", tau, Fixed{});
    }
  }

  Signal operator()(Signal const& u, Moment& now) const {
    if (!u.defined()) return u;
    Signal const r = now.memory().past(1);
    return r.defined() ? S::step(r, u, tau, dt) : first_step(u, tau, dt);
  }
};

}  // namespace dynvision
