// Evolve: one step of the layer's differential equation, with the signal as drive u.
//
//   tau dr/dt = -r + u       r: the newest stored response; before there is one: (dt/tau) u
//
//   Evolve<>     Evolve<RungeKutta4>     Evolve<Euler, Feature>
//
// tau [ms] is one number of the layer, or one of each channel (Feature) or unit (Spatial), learned with Options::train_tau; in a
// run it can be multiplied by a factor of each step (Settings::tau_factors). An absent drive leaves the layer silent.
// A tau for which the solver does not decay (Euler: tau <= dt/2) is an error, when the model is made and when a run starts:
// it may have been learned or loaded. One for which it swings around the drive (Euler: tau < dt) is a warning.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>
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
  static constexpr Fault fault = !Solver<S>                                         ? Fault::solver
                                 : !PolicyKinds<IsPath, IsSharing>::take<With...>() ? Fault::policy
                                                                                    : Fault::none;

  static constexpr PartNumber numbers[]{{.name = "tau",
                                         .unit = "ms",
                                         .range = above(0),
                                         .help = "time constant of the layer's equation",
                                         .field = {&Options::tau, &LayerOptions::tau}}};
  using solver = S;
  using sharing = pick<IsSharing, Uniform, With...>;

  Tensor tau;     // [ms], [], (C,1,1) or (C,H,W)
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
    tau = at.constant(numbers_of<sharing>(at, "tau"), value);
  }
  // factor: of tau in some step of a run.
  void check_tau(std::string_view layer, double factor = 1) const {
    check(number_of(tau.dim() == 0 ? tau : tau.detach().min()) * factor, layer);
  }
  void parameters(auto&& visit) { visit_parameter(visit, "", tau, learned); }

  Signal operator()(Signal const& u, Moment& now) const {
    if (!u.defined()) return u;
    Signal const r = now.memory().past(1);
    Tensor const of_step = now.tau_factor == 1 ? tau : tau.mul(now.tau_factor);
    return r.defined() ? S::step(r, u, of_step, dt) : first_step(u, of_step, dt);
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
