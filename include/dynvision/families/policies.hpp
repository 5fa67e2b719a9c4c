// Policies of the model families: what DyRCNNx4<Full, ToMiddle, RungeKutta4, Feedback<Multiplicative>> is made of.
//
// The recurrence type comes first; the others in any order, each with the original's default.
//   recurrence target   ToOutput (default) | ToMiddle | ToInput
//   lateral delay       WholeSteps (default) | Interpolated | LearnedDelay<> (connections/interpolated_delay.hpp)
//   feedforward delay   FeedforwardDelay<> (default) | FeedforwardDelay<Interpolated> | ... (operations/delay_by.hpp)
//   integration         Additive (default) | Multiplicative | a user's functor        of the lateral recurrence
//   solver              Euler (default) | RungeKutta4 | a user's | NoSolver: r(t) = f(u(t))
//   skip connections    Skip<Additive> (default) | Skip<Multiplicative> | NoSkip
//   feedback            NoFeedback (default) | Feedback<Additive> | Feedback<Multiplicative>
//   nonlinearity        Relu (default) | Tanh | ... | a user's, with `using policy = policies::Nonlinearity`
//   front               NoRetina (default) | WithRetina
//   noise               NoNoise (default) | WithNoise<WhiteDrive> | ... (operations/noise.hpp)
//   order               PublishedOrder (default) | Order<"layer", "addskip", "tstep", ...> (families/order.hpp)
//
// These are the defaults of DyRCNN. Other families have other defaults, and take the kinds of policies that they have a default of (ChoiceOf).
#pragma once
#include <dynvision/concepts/noise_scaling.hpp>
#include <dynvision/connections/integration.hpp>
#include <dynvision/core/list.hpp>
#include <dynvision/core/name.hpp>
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/families/order.hpp>
#include <dynvision/operations/delay_by.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/recur.hpp>

#include <algorithm>
#include <iterator>

namespace dynvision {

struct NoSolver {};  // no differential equation

struct ToOutput {  // the recurrent signal arrives after the convolutions
  using policy = policies::Target;
};
struct ToMiddle {  // between the two convolutions
  using policy = policies::Target;
};
struct ToInput {  // before the convolutions
  using policy = policies::Target;
};

struct WholeSteps {  // the delay of the recurrence is a multiple of dt
  using policy = policies::Delay;
};

template <class How = WholeSteps> struct FeedforwardDelay {  // the same of the delay from an area to the next
  using policy = policies::Feedforward;
  using memory = DelayBy<How>;
};
template <> struct FeedforwardDelay<WholeSteps> {
  using policy = policies::Feedforward;
  using memory = Delay;
};

template <Integration I = Additive> struct Skip {
  using policy = policies::Skip;
  using skip_integration = I;
};
struct NoSkip {
  using policy = policies::Skip;
  using skip_integration = void;
};

template <Integration I = Additive> struct Feedback {
  using policy = policies::Feedback;
  using feedback_integration = I;
};
struct NoFeedback {
  using policy = policies::Feedback;
  using feedback_integration = void;
};

struct NoRetina {
  using policy = policies::Retina;
  static constexpr bool retina = false;
};
struct WithRetina {
  using policy = policies::Retina;
  static constexpr bool retina = true;
};

struct NoNoise {
  using policy = policies::Noise;
  using noise_scaling = void;
};
template <NoiseScaling S> struct WithNoise {  // in every area
  using policy = policies::Noise;
  using noise_scaling = S;
};

template <class T>
concept TargetPolicy = PolicyOf<T, policies::Target>;
template <class T>
concept SolverPolicy = Solver<T> || std::is_same_v<T, NoSolver>;
template <class T>
concept DelayPolicy = IsInterpolation<T>::value || std::is_same_v<T, WholeSteps>;
template <class T>
concept FeedforwardPolicy = PolicyOf<T, policies::Feedforward>;
template <class T>
concept SkipPolicy = PolicyOf<T, policies::Skip>;
template <class T>
concept FeedbackPolicy = PolicyOf<T, policies::Feedback>;
template <class T>
concept NonlinearityPolicy = SimpleOperation<T> && PolicyOf<T, policies::Nonlinearity>;
template <class T>
concept RetinaPolicy = PolicyOf<T, policies::Retina>;
template <class T>
concept NoisePolicy = PolicyOf<T, policies::Noise>;
template <class T>
concept OrderPolicy = PolicyOf<T, policies::Order>;

template <class T> using IsTarget = std::bool_constant<TargetPolicy<T>>;
template <class T> using IsSolver = std::bool_constant<SolverPolicy<T>>;
template <class T> using IsLateralDelay = std::bool_constant<DelayPolicy<T>>;
template <class T> using IsFeedforward = std::bool_constant<FeedforwardPolicy<T>>;
template <class T> using IsSkip = std::bool_constant<SkipPolicy<T>>;
template <class T> using IsFeedback = std::bool_constant<FeedbackPolicy<T>>;
template <class T> using IsNonlinearity = std::bool_constant<NonlinearityPolicy<T>>;
template <class T> using IsRetina = std::bool_constant<RetinaPolicy<T>>;
template <class T> using IsNoise = std::bool_constant<NoisePolicy<T>>;
template <class T> using IsOrder = std::bool_constant<OrderPolicy<T>>;

template <class T> constexpr int policy_kind() {  // -1: none; tests that a kind is given only once
  int const kinds[] = {TargetPolicy<T>,   Integration<T>,        SolverPolicy<T>,     SkipPolicy<T>,
                       FeedbackPolicy<T>, NonlinearityPolicy<T>, RetinaPolicy<T>,     OrderPolicy<T>,
                       NoisePolicy<T>,    DelayPolicy<T>,        FeedforwardPolicy<T>};
  for (int i = 0; i < 11; ++i) {
    if (kinds[i]) return i;
  }
  return -1;
}

template <class Policy> constexpr bool known_policy() {
  constexpr bool known = policy_kind<Policy>() >= 0;
  static_assert(known, "dynvision: this is no policy of the model (docs/concepts/model.md)");
  return known;
}

struct SoundPolicies {};

// A function, so that the choice remains a class (see explain in model/explain.hpp).
template <class... Policies> constexpr auto check_policies() {
  constexpr bool known[] = {known_policy<Policies>()..., true};  // all of them, so that each unknown one is named
  if constexpr (std::find(std::begin(known), std::end(known), false) == std::end(known)) {
    constexpr bool distinct = [] {
      int const kinds[] = {policy_kind<Policies>()..., -1};
      for (std::size_t i = 0; i < sizeof...(Policies); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          if (kinds[i] == kinds[j]) return false;
        }
      }
      return true;
    }();
    static_assert(distinct, "dynvision: two policies of the same kind (docs/concepts/model.md)");
  }
  return SoundPolicies{};
}

// A family takes the kinds of policies that it has a default of.
template <class Defaults, class Policy> constexpr bool takes_policy() {
  constexpr bool takes = []<class... D>(List<D...>) {
    return policy_kind<Policy>() < 0 || ((policy_kind<D>() == policy_kind<Policy>()) || ...);
  }(Defaults{});
  static_assert(takes, "dynvision: this model has no use for a policy of this kind (docs/concepts/model.md)");
  return takes;
}
struct TakenPolicies {};
template <class Defaults, class... Policies> constexpr auto check_taken() {
  [[maybe_unused]] constexpr bool all[] = {takes_policy<Defaults, Policies>()..., true};
  return TakenPolicies{};
}

template <class Delays, class L, class... With> struct RecurrenceOf { using type = Recur<L, With..., Delays>; };
template <class L, class... With> struct RecurrenceOf<WholeSteps, L, With...> { using type = Recur<L, With...>; };

// The choice made by the template arguments of a model, with the defaults of its family.
template <class Defaults, template <int...> class R, class... Policies> struct ChoiceOf;
template <class... Defaults, template <int...> class R, class... Policies>
struct ChoiceOf<List<Defaults...>, R, Policies...> : decltype(check_policies<Policies...>()),
                                                     decltype(check_taken<List<Defaults...>, Policies...>()) {
  using target = pick<IsTarget, ToOutput, Policies..., Defaults...>;
  using integration = pick<IsIntegration, Additive, Policies..., Defaults...>;
  using solver = pick<IsSolver, NoSolver, Policies..., Defaults...>;
  using skip = typename pick<IsSkip, NoSkip, Policies..., Defaults...>::skip_integration;
  using feedback = typename pick<IsFeedback, NoFeedback, Policies..., Defaults...>::feedback_integration;
  using nonlinearity = pick<IsNonlinearity, Relu, Policies..., Defaults...>;
  using noise = typename pick<IsNoise, NoNoise, Policies..., Defaults...>::noise_scaling;
  using order = pick<IsOrder, PublishedOrder, Policies..., Defaults...>;
  static constexpr bool retina = pick<IsRetina, NoRetina, Policies..., Defaults...>::retina;

  using memory = typename pick<IsFeedforward, FeedforwardDelay<>, Policies..., Defaults...>::memory;
  using lateral_delay = pick<IsLateralDelay, WholeSteps, Policies..., Defaults...>;
  template <int C, int K, int D, class... With>
  using recurrence = typename RecurrenceOf<lateral_delay, R<C, K, D>, integration, With...>::type;
};

}  // namespace dynvision
