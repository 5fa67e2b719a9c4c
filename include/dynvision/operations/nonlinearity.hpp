// Pointwise nonlinearities.
//
//   Relu  max(x, 0)     Tanh  tanh x     Sigmoid  1/(1 + exp(-x))     Retanh  max(tanh x, 0)     Linear  x
#pragma once
#include <dynvision/operations/operation.hpp>

namespace dynvision {

struct Relu {
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.relu(); }
};
struct MiddleRelu {  // between the two convolutions of a layer
  static constexpr std::string_view label = "mid_nonlin";
  Tensor operator()(Tensor const& x) const { return x.relu(); }
};
struct Tanh {
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.tanh(); }
};
struct Sigmoid {
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.sigmoid(); }
};
struct Retanh {
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.tanh().relu(); }
};
struct Linear {
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x; }
};

}  // namespace dynvision
