// The head of a model: global average over height and width, then a linear map.
//
//   z = W mean_{H,W}(r) + b       r (B,C,H,W), W (K,C), z (B,K)       parameters: weight, bias
//   W = f(v)                      with parametrisations (concepts/parametrisation.hpp)
//
//   Classifier                                the library's own: classifier.2.weight, classifier.2.bias
//   LinearHead<As<"classifier.3">, WeightNorm>
//
// The bias is there whatever Options::bias says, as in the Python toolbox; NoBias leaves it out. Before any signal arrives
// the output is zero, without the bias (see run/unroll.hpp).
// Initialisation: normal, cut at +-2, std 0.004; bias 0; or see FeedforwardInit::kaiming_uniform.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/operations/conv.hpp>

#include <cmath>

namespace dynvision {

template <class... With> struct LinearHead {
  static constexpr std::string_view path = pick<IsPath, As<"classifier.2">, With...>::path;
  static_assert(
      PolicyKinds<IsPath, IsNoBias, IsParametrisation>::take<With...>() &&
          parametrisation_fault<With...>() == Fault::none,
      "dynvision: LinearHead takes As<...>, NoBias and parametrisations such as WeightNorm, each once, LowRank "
      "first (docs/concepts/model.md)");

  static constexpr PartNumber numbers[]{{.name = "n_classes",
                                         .range = at_least(1),
                                         .help = "classes that the output tells apart",
                                         .field = &Options::n_classes,
                                         .one_for_all = true}};

  Tensor weight, bias;     // (K,C), or v; (K)
  Parametrisations map{};  // weight = map(v)

  void compose(Composition& at) {
    int const classes = at.options.n_classes;
    if (classes < 1) {
      fail("model", 121, {"n_classes = ", classes, ": expected at least 1"});
    }
    bool const uniform = at.options.feedforward_init == FeedforwardInit::kaiming_uniform;
    double const bound = 1 / std::sqrt(static_cast<double>(at.channels));
    weight = uniform ? at.uniform({classes, at.channels}, bound) : at.truncated_normal({classes, at.channels}, 0.004);
    if (!has<NoBias, With...>) {
      bias = uniform ? at.uniform({classes}, bound) : at.constant({classes}, 0);
    }
    map = Parametrisations::of<With...>();
    weight = map.start(at, weight, 1);
  }
  void parameters(auto&& visit) {
    auto named = [&](std::string_view name, Tensor& tensor, bool learned) {
      if (learned) {
        visit(name, tensor);
      } else {
        visit(name, tensor, Fixed{});
      }
    };
    map.parameters(ParameterVisitor(named), weight);
    if (bias.defined()) visit("bias", bias);
  }
  std::int64_t classes() const { return map.sizes(weight)[0]; }

  // (B,C,H,W) -> (B,K)
  Tensor operator()(Tensor const& r) const { return linear(r.mean({2, 3}), map(weight), bias); }
};

using Classifier = LinearHead<>;

// A head that does nothing: for models that are run for their responses.
struct NoHead {};

}  // namespace dynvision
