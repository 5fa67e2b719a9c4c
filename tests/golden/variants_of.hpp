// The variants of one model; included by the variants_*.cpp files, one for each.
#pragma once
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>

#include "variants.hpp"

namespace golden {

using namespace dynvision;

// `BothPaths`: the compiled path is there too; else the reference path stands for it. It is costly to compile, and what the
// variants left out would add (no skip connection) is drawn at random in tests/run/compiled.cpp.
template <class M, bool BothPaths> AnyModel make(Options const& options) {
  M* const model = new M(options);
  return {{model, [](void* m) { delete static_cast<M*>(m); }},
          [](void* m, run::Stimulus const& stimulus, run::Settings const& settings) {
            M& own = *static_cast<M*>(m);
            if constexpr (BothPaths) {
              if (switches.compiled_path) return run::compiled(own, stimulus, settings);
            }
            return run::unroll(own, stimulus, settings);
          },
          model->parameters(),
          model->n_residual_timesteps()};
}

struct EitherSolver {
  static constexpr int order = 1;  // at least
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    return switches.runge_kutta ? RungeKutta4::step(r, u, tau, dt) : Euler::step(r, u, tau, dt);
  }
  static double gain(double a) { return switches.runge_kutta ? RungeKutta4::gain(a) : Euler::gain(a); }
  static double gain_slope(double a) {
    return switches.runge_kutta ? RungeKutta4::gain_slope(a) : Euler::gain_slope(a);
  }
};
struct EitherIntegration {
  Tensor operator()(Tensor const& x, Tensor const& h) const {
    return switches.multiplicative_feedback ? Multiplicative{}(x, h) : Additive{}(x, h);
  }
  static constexpr bool additive = false;
  template <class V> static V forward(V const& x, V const& h) {
    return switches.multiplicative_feedback ? Multiplicative::forward(x, h) : Additive::forward(x, h);
  }
  template <class V> static V adjoint_x(V const& g, V const& x, V const& h) {
    return switches.multiplicative_feedback ? Multiplicative::adjoint_x(g, x, h) : Additive::adjoint_x(g, x, h);
  }
  template <class V> static V adjoint_h(V const& g, V const& x, V const& h) {
    return switches.multiplicative_feedback ? Multiplicative::adjoint_h(g, x, h) : Additive::adjoint_h(g, x, h);
  }
};

template <template <template <int...> class, class...> class Model> struct VariantsOf {
  Variants& variants;
  std::string model;

  template <template <int...> class R, class Target>
  void add(std::string const& recurrence, std::string const& target) {
    auto const put = [&]<class S, class F>(std::type_identity<S>, std::type_identity<F>, bool skip, bool feedback) {
      variants[variant_key(model, recurrence, target, skip, feedback)] =
          &make<Model<R, Target, EitherSolver, S, F>, !std::is_same_v<S, NoSkip>>;
    };
    std::type_identity<Feedback<EitherIntegration>> const feedback;
    std::type_identity<NoFeedback> const none;
    put(std::type_identity<Skip<>>{}, none, true, false);
    put(std::type_identity<Skip<>>{}, feedback, true, true);
    put(std::type_identity<NoSkip>{}, none, false, false);
    put(std::type_identity<NoSkip>{}, feedback, false, true);
  }

  // Recurrence types that keep the channels of the state: they arrive where those are.
  template <class Target> void add_keeping(std::string const& target) {
    add<Self, Target>("self", target);
    add<Depthwise, Target>("depthwise", target);
    add<Local, Target>("local", target);
    add<LocalDepthwise, Target>("localdepthwise", target);
  }
  template <class Target> void add_any(std::string const& target) {
    add<Full, Target>("full", target);
    add<Pointwise, Target>("pointwise", target);
    add<DepthPointwise, Target>("depthpointwise", target);
    add<PointDepthwise, Target>("pointdepthwise", target);
  }
};

}  // namespace golden
