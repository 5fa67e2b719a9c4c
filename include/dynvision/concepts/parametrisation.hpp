// Parametrisation: how a weight follows from what is learned of it. A policy of everything that has a weight.
//
//   w = f(v)        v: the raw parameter; w: the effective weight (Out, In/groups, K, K) or (Out, In), which a run makes once
//   gv = f'(v)^T gw, once a run as well
//
//   struct Squared {                                                        // w = v^2: no weight is negative
//     using policy = policies::Parametrisation;
//     Tensor operator()(Tensor const& v) const { return v.square(); }
//     Tensor start(Composition&, Tensor const& w) { return w.abs().sqrt(); }
//   };
//   Conv<3, 36, 3, 1, Squared>      Recur<Full<36>, Squared>
//
// Optional members, by name:
//   Tensor start(Composition& at, Tensor const& w)   makes tensors of its own; gives the v that w starts from (default: w)
//   Tensor start(Composition& at, Tensor const& w, int groups)       the same, knowing the groups of the convolution
//   void parameters(auto&& visit)                    its own tensors: visit("gain", gain) learned, visit("mask", mask, Fixed{})
//   Tensor adjoint(Tensor const& g, Tensor const& v, auto const& add) const
//                                                    gv from gw; add(tensor, gradient) for what it learns. Without it
//                                                    autograd differentiates f
//   static constexpr std::string_view original       the name of v, which is "weight" unless said
//   std::vector<std::int64_t> sizes(at::IntArrayRef v) const         of w, where they are not those of v
//   static constexpr bool stands_first               v is of another shape than w: it comes before others
//   static constexpr bool is_elementwise             each number of w follows from the one of v, and from own tensors that broadcast
//                                                    and do not learn: ensembles apply it to all members at once
//
// Several are applied from left to right: Conv<3, 36, 3, 1, LowRank<4>, Masked<>> is mask . (U V). Those of the library:
// connections/weight_norm.hpp, masked.hpp, dale.hpp, low_rank.hpp.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/policy.hpp>
#include <dynvision/core/inline.hpp>

#include <c10/util/FunctionRef.h>

#include <any>
#include <type_traits>
#include <utility>
#include <vector>

namespace dynvision {

template <class P>
concept Parametrisation = PolicyOf<P, policies::Parametrisation> && std::default_initializable<P> && std::copyable<P> &&
    requires(P const& map, Tensor const& v) {
  { map(v) } -> std::convertible_to<Tensor>;
};
template <class T> using IsParametrisation = std::bool_constant<Parametrisation<T>>;
template <> inline constexpr bool may_be_several<IsParametrisation> = true;

template <class P>
concept StandsFirst = requires {
  requires P::stands_first;
};

template <class P>
concept Elementwise = requires {
  requires P::is_elementwise;
};

template <class P, class... With> constexpr int times_among() {
  return (0 + ... + static_cast<int>(std::is_same_v<P, With>));
}
// What is wrong with the parametrisations among some policies.
template <class... With> constexpr Fault parametrisation_fault() {
  bool const is_one[] = {Parametrisation<With>..., false}, stands_first[] = {StandsFirst<With>..., false};
  int const times[] = {times_among<With, With...>()..., 0};
  int before = 0;
  for (std::size_t i = 0; i < sizeof...(With); ++i) {
    if (!is_one[i]) continue;
    if (times[i] > 1) return Fault::policy;
    if (stands_first[i] && before > 0) return Fault::parametrisation_order;
    ++before;
  }
  return Fault::none;
}

using AddToGradient = c10::function_ref<void(Tensor const& parameter, Tensor const& gradient)>;

// A type of parametrisation, seen without it. A function that it does not have is null.
struct ParametrisationType {
  std::string_view original{};
  Tensor (*map)(std::any const& self, Tensor const& v) = nullptr;
  Tensor (*start)(std::any& self, Composition& at, Tensor const& w, int groups) = nullptr;
  void (*parameters)(std::any& self, ParameterVisitor const& visit) = nullptr;
  Tensor (*adjoint)(std::any const& self, Tensor const& g, Tensor const& v, AddToGradient add) = nullptr;
  std::vector<std::int64_t> (*sizes)(std::any const& self, at::IntArrayRef v) = nullptr;
};

template <Parametrisation P> constexpr ParametrisationType describe_parametrisation() {
  ParametrisationType all;
  if constexpr (requires { P::original; }) all.original = P::original;
  all.map = [](std::any const& self, Tensor const& v) -> Tensor { return (*std::any_cast<P>(&self))(v); };
  if constexpr (requires(P & own, Composition & at, Tensor const& w) { own.start(at, w, 1); }) {
    all.start = [](std::any& self, Composition& at, Tensor const& w, int groups) -> Tensor {
      return std::any_cast<P>(&self)->start(at, w, groups);
    };
  } else if constexpr (requires(P & own, Composition & at, Tensor const& w) { own.start(at, w); }) {
    all.start = [](std::any& self, Composition& at, Tensor const& w, int) -> Tensor {
      return std::any_cast<P>(&self)->start(at, w);
    };
  }
  if constexpr (requires(P & own, ParameterVisitor const& visit) { own.parameters(visit); }) {
    all.parameters = [](std::any& self, ParameterVisitor const& visit) { std::any_cast<P>(&self)->parameters(visit); };
  }
  if constexpr (requires(P const& own, Tensor const& x, AddToGradient add) { own.adjoint(x, x, add); }) {
    all.adjoint = [](std::any const& self, Tensor const& g, Tensor const& v, AddToGradient add) -> Tensor {
      return std::any_cast<P>(&self)->adjoint(g, v, add);
    };
  }
  if constexpr (requires(P const& own, at::IntArrayRef v) { own.sizes(v); }) {
    all.sizes = [](std::any const& self, at::IntArrayRef v) { return std::any_cast<P>(&self)->sizes(v); };
  }
  return all;
}
template <Parametrisation P> inline constexpr ParametrisationType parametrisation_type = describe_parametrisation<P>();

// The parametrisations of one weight, in their order; none: w = v. Copies share their tensors.
class Parametrisations {
 public:
  struct Link {
    std::any self;
    ParametrisationType const* type = nullptr;

    Tensor operator()(Tensor const& v) const { return type->map(self, v); }
    std::vector<Tensor> tensors() const;  // its own, fixed ones included
  };

  Parametrisations() = default;
  template <Parametrisation P> explicit Parametrisations(P one) { add(std::move(one)); }
  // Those among some policies.
  template <class... With> static Parametrisations of() {
    Parametrisations all;
    [[maybe_unused]] auto const take = [&]<class P>(std::type_identity<P>) {
      if constexpr (Parametrisation<P>) all.add(P{});
    };
    (take(std::type_identity<With>{}), ...);
    return all;
  }

  bool empty() const { return links_.empty(); }
  std::vector<Link> const& links() const { return links_; }
  // The first one of a type, or null.
  template <class P> P* find() {
    for (Link& link : links_) {
      if (P* const one = std::any_cast<P>(&link.self)) return one;
    }
    return nullptr;
  }

  // Makes their tensors; gives the raw parameter that the weight w starts from.
  Tensor start(Composition& at, Tensor const& w, int groups);
  Tensor operator()(Tensor v) const;
  std::vector<std::int64_t> sizes(Tensor const& v) const;  // of w
  // Their tensors, and then v under its name.
  void parameters(ParameterVisitor const& visit, Tensor& v);

 private:
  template <Parametrisation P> void add(P one) { links_.push_back({std::move(one), &parametrisation_type<P>}); }

  std::vector<Link> links_;
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/parametrisation.ipp>
#endif
