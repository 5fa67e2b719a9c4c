// Weights of K networks beside each other: what one has once stands there K times, with an axis of members in front.
//
//   y_k = w_k x_k + b_k         w (K,Out,In), b (K,Out); x_k: channels of member k, or the same ones for all members
//   w_k = f_k(v_k)              with parametrisations: the tensors of f (masks, signs, factors) are (K, ...) as well
//
// Members<K, P> is the parametrisation P of each: at once where P is elementwise (Masked, Dale), one after the other else, which is
// done once a run.
#pragma once
#include <dynvision/concepts/weight.hpp>
#include <dynvision/core/ops.hpp>

#include <string_view>
#include <vector>

namespace dynvision::ensembles {

inline Tensor repeated(Tensor const& one, std::int64_t n_members) {  // (...) -> (K, ...)
  std::vector<std::int64_t> sizes{n_members};
  sizes.insert(sizes.end(), one.sizes().begin(), one.sizes().end());
  return one.unsqueeze(0).expand(sizes).clone(at::MemoryFormat::Contiguous);
}

template <int K, Parametrisation P> struct Members {
  using policy = policies::Parametrisation;
  static constexpr bool stands_first = StandsFirst<P>;
  static constexpr std::string_view original = [] {
    std::string_view name;
    if constexpr (requires { P::original; }) name = P::original;
    return name;
  }();

  P of_all{};  // its tensors: (K, ...)

  Tensor start(Composition& at, Tensor const& w, int) {  // w (K,Out,In)
    Tensor v = w.select(0, 0);
    if constexpr (requires { of_all.start(at, v, 1); }) {
      v = of_all.start(at, v, 1);
    } else if constexpr (requires { of_all.start(at, v); }) {
      v = of_all.start(at, v);
    }
    each_tensor(of_all, [](Tensor& x) { x = repeated(x, K); });
    return repeated(v, K);
  }
  void parameters(auto&& visit) {
    if constexpr (has_tensors) of_all.parameters(visit);
  }
  std::vector<std::int64_t> sizes(at::IntArrayRef v) const {
    std::vector<std::int64_t> all = v.vec();
    if constexpr (requires { of_all.sizes(v); }) {
      all = of_all.sizes(v.slice(1));
      all.insert(all.begin(), K);
    }
    return all;
  }

  Tensor operator()(Tensor const& v) const {
    if constexpr (Elementwise<P>) {
      return of_all(v);
    } else {
      std::vector<Tensor> w;
      for (int k = 0; k < K; ++k) w.push_back(member(k)(v.select(0, k)));
      return stack_along(w, 0);
    }
  }
  Tensor adjoint(Tensor const& g, Tensor const& v, auto const& add) const
      requires(Elementwise<P>&& requires { of_all.adjoint(g, v, add); }) {
    return of_all.adjoint(g, v, add);
  }

 private:
  static constexpr bool has_tensors = requires(P & one, ParameterVisitor const& visit) { one.parameters(visit); };

  static void each_tensor([[maybe_unused]] P& one, [[maybe_unused]] auto const& f) {
    if constexpr (has_tensors) {
      auto named = [&](std::string_view, Tensor& x, bool) {
        if (x.defined()) f(x);
      };
      one.parameters(ParameterVisitor(named));
    }
  }
  P member(int k) const {
    P one = of_all;
    each_tensor(one, [&](Tensor& x) { x = x.select(0, k); });
    return one;
  }
};

template <int K, class Policy> struct PolicyOfMembers { using type = Policy; };
template <int K, Parametrisation P> struct PolicyOfMembers<K, P> { using type = Members<K, P>; };
template <int K, class Policy> using policy_of_members = typename PolicyOfMembers<K, Policy>::type;

// Without a start: members get theirs one by one. groups: K, or 1 where all have the same inputs.
template <int K, class... With>
Weight weight_of_members(Composition& at, std::int64_t out, std::int64_t in, bool bias, int groups) {
  Weight all{.groups = groups};
  all.weight = at.constant({K, out, in}, 1);
  if (bias) all.bias = at.constant({K, out}, 0);
  all.parametrise(at, Parametrisations::of<policy_of_members<K, With>...>());
  return all;
}

}  // namespace dynvision::ensembles
