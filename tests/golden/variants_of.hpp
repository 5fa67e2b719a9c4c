// The variants of one model; included by the variants_*.cpp files, one for each.
#pragma once
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>

#include "variants.hpp"

namespace golden {

using namespace dynvision;

// A skip or feedback connection that is switched off is as one that was never composed.
template <class M> void switch_off(M& model, bool skips, bool feedback) {
  model.each_layer([&](auto& layer, int) {
    layer.each([&]<class Op>(Op& op, int) {
      if constexpr (requires { Op::comes_from_later; }) {
        if (Op::comes_from_later ? feedback : skips) op.incoming = {};
      }
    });
  });
}

template <class M> AnyModel make(Options const& options, Switches const& switches) {
  auto const model = std::make_shared<M>(options);
  switch_off(*model, !switches.skip, !switches.feedback);
  return {model,
          [](void* m, run::Stimulus const& stimulus, run::Settings const& settings, Path path) {
            M& own = *static_cast<M*>(m);
            return path == Path::compiled ? run::compiled(own, stimulus, settings)
                                          : run::unroll(own, stimulus, settings);
          },
          switches, model->parameters(), model->n_residual_timesteps()};
}

struct EitherSolver {
  static constexpr int order = 1;  // at least
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    return running.runge_kutta ? RungeKutta4::step(r, u, tau, dt) : Euler::step(r, u, tau, dt);
  }
  static double gain(double a) { return running.runge_kutta ? RungeKutta4::gain(a) : Euler::gain(a); }
  static double gain_slope(double a) { return running.runge_kutta ? RungeKutta4::gain_slope(a) : Euler::gain_slope(a); }
};
template <std::optional<Meeting> Switches::*Of> struct EitherIntegration {
  static bool multiplies() { return running.*Of == Meeting::multiplicative; }
  Tensor operator()(Tensor const& x, Tensor const& h) const {
    return multiplies() ? Multiplicative{}(x, h) : Additive{}(x, h);
  }
  static constexpr bool additive = false;
  template <class V> static V forward(V const& x, V const& h) {
    return multiplies() ? Multiplicative::forward(x, h) : Additive::forward(x, h);
  }
  template <class V> static V adjoint_x(V const& g, V const& x, V const& h) {
    return multiplies() ? Multiplicative::adjoint_x(g, x, h) : Additive::adjoint_x(g, x, h);
  }
  template <class V> static V adjoint_h(V const& g, V const& x, V const& h) {
    return multiplies() ? Multiplicative::adjoint_h(g, x, h) : Additive::adjoint_h(g, x, h);
  }
};

// The pre-activation is what is remembered: the original's models whose history holds no step.
using RemembersPreactivation = Order<"layer", "tstep", "delay", "nonlin", "supralin", "record", "pool">;

template <template <template <int...> class, class...> class Model> struct VariantsOf {
  Variants& variants;
  std::string model;

  using S = Skip<EitherIntegration<&Switches::skip>>;
  using F = Feedback<EitherIntegration<&Switches::feedback>>;

  template <template <int...> class R, class Target>
  void add(std::string const& recurrence, std::string const& target) {
    variants[variant_key(model, recurrence, target)] = &make<Model<R, Target, EitherSolver, S, F>>;
  }

  // Here a connection that is off is left out of the type.
  void add_full() {
    variants[variant_key(model, "full", "output")] = [](Options const& options, Switches const& switches) {
      if (!switches.skip && !switches.feedback) {
        return make<Model<Full, ToOutput, EitherSolver, NoSkip, NoFeedback>>(options, switches);
      }
      if (!switches.feedback) return make<Model<Full, ToOutput, EitherSolver, S, NoFeedback>>(options, switches);
      if (!switches.skip) return make<Model<Full, ToOutput, EitherSolver, NoSkip, F>>(options, switches);
      return make<Model<Full, ToOutput, EitherSolver, S, F>>(options, switches);
    };
    variants[no_history_key(model)] =
        &make<Model<NoRecurrence, ToOutput, EitherSolver, NoSkip, NoFeedback, RemembersPreactivation>>;
  }
  // Recurrence types that keep the channels of the state: they arrive where those are.
  template <class Target> void add_keeping(std::string const& target) {
    add<Self, Target>("self", target);
    add<Depthwise, Target>("depthwise", target);
    add<Local, Target>("local", target);
    add<LocalDepthwise, Target>("localdepthwise", target);
  }
  template <class Target> void add_any(std::string const& target) {
    if constexpr (!std::is_same_v<Target, ToOutput>) add<Full, Target>("full", target);
    add<Pointwise, Target>("pointwise", target);
    add<DepthPointwise, Target>("depthpointwise", target);
    add<PointDepthwise, Target>("pointdepthwise", target);
  }
};

}  // namespace golden
