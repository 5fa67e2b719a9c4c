// Readout: a head that does not pool: a linear map of all units.
//
//   z = W r + b       r (B,N), the units of the last layer, or (B,C,H,W) with N = C H W; W (K,N), z (B,K)
//
//   struct Net : ModelWith<Readout<>, E, I> { ... }      K: Options::n_classes, whatever the outputs mean
//   Readout<NoBias, As<"decoder">>                      parameters: decoder.weight
//
// The bias is there whatever Options::bias says; NoBias leaves it out. Before any signal arrives the output is zero. It needs
// the size of the signals: input_dims {N, 1, 1}, or height and width of the images.
// Parameters: readout.weight, readout.bias. Initialisation: uniform in 1/sqrt(N), as a linear layer of PyTorch.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/path.hpp>
#include <dynvision/concepts/weight.hpp>
#include <dynvision/core/list.hpp>

#include <cmath>

namespace dynvision {

template <class... With> struct Readout {
  static constexpr std::string_view path = pick<IsPath, As<"readout">, With...>::path;
  static_assert(
      PolicyKinds<IsPath, IsNoBias, IsParametrisation>::take<With...>() &&
          parametrisation_fault<With...>() == Fault::none,
      "dynvision: Readout takes As<...>, NoBias and parametrisations such as Masked, each once, LowRank first "
      "(docs/concepts/without_images.md)");

  Weight kernel;  // (K,N)

  void compose(Composition& at) {
    int const outputs = at.options.n_classes;
    if (outputs < 1) fail("model", 144, {"n_classes = ", outputs, ", the outputs of a Readout: expected at least 1"});
    if (at.size.height < 1) {
      fail("model", 145,
           "a Readout of signals of unknown size: expected input_dims such as {100, 1, 1} for 100 features, or the "
           "height and width of images");
    }
    std::int64_t const units = at.channels * at.size.height * at.size.width;
    double const bound = 1 / std::sqrt(static_cast<double>(units));
    kernel.weight = at.uniform({outputs, units}, bound);
    if (!has<NoBias, With...>) kernel.bias = at.uniform({outputs}, bound);
    kernel.parametrise(at, Parametrisations::of<With...>());
  }
  void parameters(auto&& visit) { kernel.parameters("", visit); }
  std::int64_t classes() const { return kernel.sizes()[0]; }

  // (B,C,H,W) as (B,N,1,1)
  static Tensor units_of(Tensor const& r) { return r.flatten(1).unsqueeze(2).unsqueeze(3); }
  Tensor operator()(Tensor const& r) const { return kernel(units_of(r)).flatten(1); }  // (B,C,H,W) -> (B,K)
};

}  // namespace dynvision
