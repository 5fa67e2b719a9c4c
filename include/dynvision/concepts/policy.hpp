// Policies: template arguments that change a part of a model, in any order: Conv<3, 36, 3, 1, NoBias, As<"{}.conv2">>.
//
//   struct NoBias { using policy = policies::Bias; };      a policy names its kind
//   PolicyKinds<IsPath, IsNoBias>::take<With...>()          a part takes some kinds, each at most once (but see
//                                                          may_be_several)
//
// Integrations (connections/integration.hpp) and solvers (dynamics/solver.hpp) are policies by what they can do.
#pragma once
#include <type_traits>

namespace dynvision {

namespace policies {  // kinds
struct Path {};
struct Bias {};
struct Parametrisation {};
struct Padding {};
struct Adapter {};
struct Delay {};
struct FirstCopy {};
// of the model families
struct Target {};
struct Skip {};
struct Feedback {};
struct Feedforward {};
struct Nonlinearity {};
struct Retina {};
struct Noise {};
struct Order {};
// of rates
struct Leak {};
struct Members {};
}  // namespace policies

template <class T, class Kind>
concept PolicyOf = requires {
  requires std::is_same_v<typename T::policy, Kind>;
};

// Policies of everything that contains a convolution.
struct NoBias {  // without a bias
  using policy = policies::Bias;
};
template <class T> using IsNoBias = std::is_same<T, NoBias>;

// Of this kind several may be given, one after the other (concepts/parametrisation.hpp).
template <template <class> class Kind> inline constexpr bool may_be_several = false;

template <template <class> class... Kinds> struct PolicyKinds {
  template <class T> static constexpr bool has_kind = (Kinds<T>::value || ...);
  template <template <class> class Kind, class... With>
  static constexpr bool once = may_be_several<Kind> || (0 + ... + static_cast<int>(Kind<With>::value)) <= 1;

  template <class... With> static constexpr bool take() {
    return (has_kind<With> && ...) && (once<Kinds, With...> && ...);
  }
};

}  // namespace dynvision
