// EvolvePotential: one step of the equation of a layer whose state is what its nonlinearity takes, with the signal as drive u.
//
//   tau dv/dt = -v + u,  r = f(v)        v: potentials, a state of the operation's own, 0 at first; r: stored at Delay
//
//   struct Rates : Layer<"rates", Linear<2, 50>, Recur<FullyConnected<50>>, EvolvePotential<>, Tanh, Record, Delay> {};
//   EvolvePotential<Euler, Feature>                 one tau for each unit
//   EvolvePotential<Euler, Feature, BoundedLeak>    the leak alpha = dt/tau of each is learned, and stays within 0 and 1
//
// Evolve is the other equation of the field, tau dr/dt = -r + f(u): there r itself is the state, and f stands before it or after the
// step. Connections send r in both. The signal that leaves is v; the nonlinearity follows. Euler's step is
// v <- (1 - alpha) v + alpha u.
//
// Parameters: tau [ms], [], (C,1,1) or (C,H,W), learned with Options::train_tau; with Leak alpha in its place, as it is; with
// BoundedLeak a, alpha = 1/(1 + exp(-a)). State: v. An absent drive leaves it absent. Factors of tau over time are Evolve's alone.
// Errors: model.111, model.118; model.151 for an alpha outside (0, 1].
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/sharing.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/evolve.hpp>

namespace dynvision {

// What is learned of a time constant.
struct Leak {  // alpha = dt/tau
  using policy = policies::Leak;
};
struct BoundedLeak {  // a, alpha = 1/(1 + exp(-a))
  using policy = policies::Leak;
};
template <class T> using IsLeak = std::bool_constant<PolicyOf<T, policies::Leak>>;

template <class S = Euler, class... With> struct EvolvePotential {
  static constexpr std::string_view label = "tstep";
  static constexpr bool leaks = has<Leak, With...>, is_bounded = has<BoundedLeak, With...>;
  static constexpr std::string_view path =
      pick<IsPath, std::conditional_t<leaks || is_bounded, As<"alpha_{}">, As<"tau_{}">>, With...>::path;
  static constexpr bool is_evolution = true, only_once = true;
  static constexpr std::array<std::string_view, 1> states{"v"};
  static constexpr Fault fault = !Solver<S>                                                 ? Fault::solver
                                 : !PolicyKinds<IsPath, IsSharing, IsLeak>::take<With...>() ? Fault::policy
                                                                                            : Fault::none;
  static constexpr auto numbers = std::to_array(Evolve<S>::numbers);
  using sharing = pick<IsSharing, Uniform, With...>;

  struct Equation {
    template <class V> DYNVISION_BOTH auto step(V const& u, V const& v, V const& gain) const {
      V const next = v + gain * (u - v);
      return kernels::Updated{next, next};
    }
  };

  Tensor tau;     // [ms], or alpha, or a
  double dt = 2;  // [ms]
  bool learned = false;

  void compose(Composition& at) {
    double const value = at.number(&Options::tau, &LayerOptions::tau);
    dt = at.clock.dt;
    learned = at.options.train_tau;
    check_number(value, at.here().name);
    double const alpha = dt / value;
    double const start = is_bounded ? std::log(alpha / (1 - alpha)) : leaks ? alpha : value;
    if ((leaks || is_bounded) && !(alpha <= 1 - (is_bounded ? 1e-9 : 0))) fail_leak(alpha, at.here().name);
    tau = at.constant(numbers_of<sharing>(at, "tau"), start);
  }
  void check_tau(std::string_view layer, double factor = 1) const {
    if (factor != 1) {
      fail("model", 152,
           {"factors of tau of ", layer, ", whose potential evolves: expected Evolve, which takes them, in its place"});
    }
    if constexpr (leaks) {
      double const least = number_of(tau.detach().min()), greatest = number_of(tau.detach().max());
      if (!(least > 0)) fail_leak(least, layer);
      if (!(greatest <= 1)) fail_leak(greatest, layer);
    } else if constexpr (!is_bounded) {
      check_number(number_of(tau.dim() == 0 ? tau : tau.detach().min()), layer);
    }
  }
  void parameters(auto&& visit) { visit_parameter(visit, "", tau, learned); }

  // dt/tau of each unit
  Tensor alpha() const { return is_bounded ? tau.sigmoid() : leaks ? tau : tau.reciprocal().mul(dt); }
  // [ms] What the scale of noise takes; it is not differentiated for alpha.
  Tensor time_constant() const { return leaks || is_bounded ? tau_of(alpha().detach()) : tau; }

  Equation equation() const { return {}; }
  std::array<Tensor, 1> unit_numbers() const {  // what a step makes of v = 0 and a drive of 1
    if constexpr (std::is_same_v<S, Euler>) return {alpha()};
    auto const of = tau.options().requires_grad(false);
    return {S::step(zeros({}, of), full({}, 1, of), leaks || is_bounded ? tau_of(alpha()) : tau, dt)};
  }

 private:
  Tensor tau_of(Tensor const& alpha) const { return alpha.reciprocal().mul(dt); }
  [[noreturn, gnu::cold]] static void fail_leak(double alpha, std::string_view layer) {
    fail("model", 151,
         {"alpha = dt/tau of ", layer, " = ", alpha, ": expected a number above 0, and at most 1",
          is_bounded ? ", which BoundedLeak does not reach" : ""});
  }
  void check_number(double value, std::string_view layer) const {
    Evolve<S> rule;
    rule.tau = full({}, value, at::TensorOptions(at::kDouble)), rule.dt = dt;
    rule.check_tau(layer);
  }
};

}  // namespace dynvision
