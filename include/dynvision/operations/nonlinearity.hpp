// Pointwise nonlinearities.
//
//   Relu  max(x, 0)     Tanh  tanh x     Sigmoid  1/(1 + exp(-x))     Retanh  max(tanh x, 0)     NoNonlinearity  x
//
// Each is there twice: for tensors (the reference path), and for one number with its adjoint (the compiled path);
// kernels/pipeline/roles.hpp says what the second must offer.
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/policy.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>

namespace dynvision {

namespace functors {

struct Relu {
  static constexpr auto needs = kernels::Needs::output;
  template <class V> DYNVISION_BOTH V forward(V const& x) const { return kernels::rectified(x); }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const& y) const {
    return kernels::where_above(y, kernels::Number<V>(0), g);
  }
};
struct Tanh {
  static constexpr auto needs = kernels::Needs::output;
  template <class V> DYNVISION_BOTH V forward(V const& x) const { return kernels::hyperbolic_tangent(x); }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const& y) const { return g - g * y * y; }
};
struct Sigmoid {
  static constexpr auto needs = kernels::Needs::output;
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    return kernels::Number<V>(1) / (kernels::exponential(x * kernels::Number<V>(-1)) + kernels::Number<V>(1));
  }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const& y) const { return g * y - g * y * y; }
};
struct Retanh {
  static constexpr auto needs = kernels::Needs::output;
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    return kernels::rectified(kernels::hyperbolic_tangent(x));
  }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const& y) const {
    return kernels::where_above(y, kernels::Number<V>(0), g - g * y * y);
  }
};
struct Identity {
  static constexpr auto needs = kernels::Needs::nothing;
  static constexpr bool identity = true;
  template <class V> DYNVISION_BOTH V forward(V const& x) const { return x; }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const&) const { return g; }
};

}  // namespace functors

struct Relu {
  using policy = policies::Nonlinearity;
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.relu(); }
  functors::Relu pointwise() const { return {}; }
};
struct MiddleRelu {  // between the two convolutions of a layer
  static constexpr std::string_view label = "mid_nonlin";
  Tensor operator()(Tensor const& x) const { return x.relu(); }
  functors::Relu pointwise() const { return {}; }
};
struct Tanh {
  using policy = policies::Nonlinearity;
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.tanh(); }
  functors::Tanh pointwise() const { return {}; }
};
struct Sigmoid {
  using policy = policies::Nonlinearity;
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.sigmoid(); }
  functors::Sigmoid pointwise() const { return {}; }
};
struct Retanh {
  using policy = policies::Nonlinearity;
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.tanh().relu(); }
  functors::Retanh pointwise() const { return {}; }
};
struct NoNonlinearity {
  using policy = policies::Nonlinearity;
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x; }
  functors::Identity pointwise() const { return {}; }
};

}  // namespace dynvision
