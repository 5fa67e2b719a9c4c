// Integration: how two signals meet where a connection arrives.
//
//   Additive          x + h
//   Multiplicative    x (1 + tanh h)
//
// Any callable (Tensor x, Tensor h) -> Tensor of the same shape is one. Where one of the two is absent the other is
// taken unchanged. One that is a kernels::CombineFunctor as well (the same for numbers, with adjoints) is fused with its
// neighbours on the compiled path.
#pragma once
#include <dynvision/core/list.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>

#include <concepts>

namespace dynvision {

template <class I>
concept Integration = std::default_initializable<I> && requires(I const& integrate, Tensor const& x) {
  { integrate(x, x) } -> std::convertible_to<Tensor>;
};

struct Additive {
  static constexpr bool additive = true;
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.add(h); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) { return x + h; }
  template <class V> DYNVISION_BOTH static V adjoint_x(V const& g, V const&, V const&) { return g; }
  template <class V> DYNVISION_BOTH static V adjoint_h(V const& g, V const&, V const&) { return g; }
};

struct Multiplicative {
  static constexpr bool additive = false;
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.mul(h.tanh().add(1)); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) {
    return x + x * kernels::hyperbolic_tangent(h);
  }
  template <class V> DYNVISION_BOTH static V adjoint_x(V const& g, V const&, V const& h) {
    return g + g * kernels::hyperbolic_tangent(h);
  }
  template <class V> DYNVISION_BOTH static V adjoint_h(V const& g, V const& x, V const& h) {
    V const y = kernels::hyperbolic_tangent(h);
    return g * x - g * x * y * y;
  }
};

template <class T> using IsIntegration = std::bool_constant<Integration<T>>;

template <Integration I> Signal integrate(Signal const& x, Signal const& h) {
  if (!h.defined()) return x;
  return x.defined() ? I{}(x, h) : h;
}

}  // namespace dynvision
