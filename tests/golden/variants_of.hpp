// The variants of one model with one solver; included by the variants_*.cpp files, one for each.
#pragma once
#include <dynvision/dyrcnn.hpp>

#include "variants.hpp"

namespace golden {

using namespace dynvision;

template <class M> AnyModel make(Options const& options) {
  M* const model = new M(options);
  return {{model, [](void* m) { delete static_cast<M*>(m); }},
          [](void* m, run::Stimulus const& stimulus, run::Settings const& settings) {
            return run::unroll(*static_cast<M*>(m), stimulus, settings);
          },
          model->parameters(),
          model->n_residual_timesteps()};
}

template <template <template <int...> class, class...> class Model, class Solver> struct VariantsOf {
  Variants& variants;
  std::string model, solver;

  template <template <int...> class R, class... Policies>
  void add(std::string const& recurrence, std::string const& target) {
    auto const put = [&]<class S, class F>(std::type_identity<S>, std::type_identity<F>, bool skip,
                                           std::string const& feedback) {
      variants[variant_key(model, recurrence, target, skip, feedback, solver)] =
          &make<Model<R, Policies..., Solver, S, F>>;
    };
    auto const with_feedback = [&]<class S>(std::type_identity<S> s, bool skip) {
      put(s, std::type_identity<NoFeedback>{}, skip, "off");
      put(s, std::type_identity<Feedback<Additive>>{}, skip, "add");
      put(s, std::type_identity<Feedback<Multiplicative>>{}, skip, "mul");
    };
    with_feedback(std::type_identity<Skip<>>{}, true);
    with_feedback(std::type_identity<NoSkip>{}, false);
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
