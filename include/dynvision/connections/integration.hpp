// Integration: how two signals meet where a connection arrives.
//
//   Additive          x + h
//   Multiplicative    x (1 + tanh h)
//
// Any callable (Tensor x, Tensor h) -> Tensor of the same shape is one. Where one of the two is absent the other is
// taken unchanged.
#pragma once
#include <dynvision/core/list.hpp>
#include <dynvision/core/tensor.hpp>

#include <concepts>

namespace dynvision {

template <class I>
concept Integration = std::default_initializable<I> && requires(I const& integrate, Tensor const& x) {
  { integrate(x, x) } -> std::convertible_to<Tensor>;
};

struct Additive {
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.add(h); }
};

struct Multiplicative {
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.mul(h.tanh().add(1)); }
};

template <class T> using IsIntegration = std::bool_constant<Integration<T>>;

template <Integration I> Signal integrate(Signal const& x, Signal const& h) {
  if (!h.defined()) return x;
  return x.defined() ? I{}(x, h) : h;
}

}  // namespace dynvision
