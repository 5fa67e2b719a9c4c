// Evolve: one step of the layer's differential equation, with the signal as drive u.
//
//   tau dr/dt = -r + u       r: the newest stored response; before there is one: (dt/tau) u
//
// tau [ms] is a scalar tensor of the layer, learned with Options::train_tau. An absent drive leaves the layer silent.
// A tau for which the solver does not decay (Euler: tau <= dt/2) is an error, when the model is made and when a run starts:
// it may have been learned or loaded. One for which it swings around the drive (Euler: tau < dt) is a warning.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/core/warning.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/operations/conv.hpp>

namespace dynvision {

template <class S = Euler, class... With> struct Evolve {
  static constexpr std::string_view label = "tstep";
  static constexpr std::string_view path = pick<IsPath, As<"tau_{}">, With...>::path;
  static constexpr bool is_evolution = true;
  static constexpr bool only_once = true;
  static constexpr Fault fault = !Solver<S>                              ? Fault::solver
                                 : !PolicyKinds<IsPath>::take<With...>() ? Fault::policy
                                                                         : Fault::none;

  static constexpr PartNumber numbers[]{{.name = "tau",
                                         .unit = "ms",
                                         .range = above(0),
                                         .help = "time constant of the layer's equation",
                                         .field = {&Options::tau, &LayerOptions::tau}}};
  using solver = S;

  Tensor tau;     // [ms], scalar
  double dt = 2;  // [ms]
  bool learned = false;

  void compose(Composition& at) {
    double const value = at.number(&Options::tau, &LayerOptions::tau);
    dt = at.clock.dt;
    learned = at.options.train_tau;
    check(value, at.here().name);
    if (decay<S>(value, dt) < 0) {
      warn_once("model", 119,
                {"tau of ", at.here().name, " = ", value, " ms is too short for dt = ", dt,
                 " ms: each step goes beyond the drive, so that r swings around it; expected a smaller dt"});
    }
    tau = at.constant({}, value);
  }
  void check_tau(std::string_view layer) const { check(number_of(tau), layer); }
  void parameters(auto&& visit) { visit_parameter(visit, "", tau, learned); }

  Signal operator()(Signal const& u, Moment& now) const {
    if (!u.defined()) return u;
    Signal const r = now.memory().past(1);
    return r.defined() ? S::step(r, u, tau, dt) : first_step(u, tau, dt);
  }

 private:
  void check(double value, std::string_view layer) const {
    if (!(value > 0) || !std::isfinite(value)) {
      fail("model", 111, {"tau of ", layer, " = ", value, " ms: expected a positive number"});
    }
    if (double const left = decay<S>(value, dt); !(std::abs(left) < 1)) {
      fail("model", 118,
           {"tau of ", layer, " = ", value, " ms with dt = ", dt, " ms: a step without drive multiplies r by ",
            number_text(left, 4), ", so that it never decays: expected a tau above ",
            number_text(shortest_tau<S>(value, dt), 4), " ms, or a smaller dt"});
    }
  }
};

}  // namespace dynvision
