// Supralinear power function of a rate.
//
//   f(x) = k sign(x) max(|x|, 1e-6)^n       k = 0.8, n = Options::supralinearity; inputs are clamped to +-1e6
//
// With n = 1 the operation is left out. n and k are shared by all layers, saved and not learned: supralin.n, supralin.k.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>

namespace dynvision {

namespace functors {

struct Supralinear {
  static constexpr auto needs = kernels::Needs::input;
  bool identity = true;
  double n = 1, k = 1;

  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    using T = kernels::Number<V>;
    V const size = kernels::clamped(kernels::magnitude(x), T(1e-6), T(1e6));
    return kernels::with_sign_of(kernels::power(size, T(n)) * T(k), x);
  }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const& x, V const&) const {  // 0 where x was clamped
    using T = kernels::Number<V>;
    V const size = kernels::magnitude(x);
    V const slope = kernels::power(kernels::clamped(size, T(1e-6), T(1e6)), T(n - 1)) * T(k * n);
    return kernels::where_above(size, T(1e-6), g * slope) - kernels::where_above(size, T(1e6), g * slope);
  }
};

}  // namespace functors

struct Supralinear {
  static constexpr std::string_view label = "supralin";
  static constexpr std::string_view path = "supralin";

  static constexpr PartNumber numbers[]{{.name = "supralinearity",
                                         .range = above(0),
                                         .help = "exponent n of the power function; 1: left out",
                                         .field = &Options::supralinearity,
                                         .one_for_all = true}};

  Tensor n, k;  // scalar; absent: left out

  void compose(Composition& at) {
    double const exponent = at.options.supralinearity;
    if (!(exponent > 0) || !std::isfinite(exponent)) {
      fail("model", 112, {"supralinearity = ", exponent, ": expected a positive exponent"});
    }
    if (exponent == 1) return;
    n = at.constant({}, exponent);
    k = at.constant({}, 0.8);
  }
  void parameters(auto&& visit) {
    if (!n.defined()) return;
    visit("n", n, Fixed{});
    visit("k", k, Fixed{});
  }

  functors::Supralinear pointwise() const {
    if (!n.defined()) return {};
    return {.identity = false, .n = number_of(n), .k = number_of(k)};
  }
  Tensor operator()(Tensor const& x) const {
    if (!n.defined()) return x;
    Tensor const bounded = x.clamp(-1e6, 1e6);
    return bounded.sign().mul(bounded.abs().clamp_min(1e-6).pow(n)).mul(k);
  }
};

}  // namespace dynvision
