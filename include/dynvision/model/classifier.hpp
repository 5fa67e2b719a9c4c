// Classifier: global average over height and width, then a linear layer. The head of a model.
//
//   z = W mean_{H,W}(r) + b       r (B,C,H,W), W (K,C), z (B,K)       parameters: classifier.2.weight, classifier.2.bias
//
// Before any signal arrives the output is zero, without the bias (see run/unroll.hpp).
// Initialisation: normal, cut at +-2, std 0.004; bias 0.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/model/composition.hpp>

namespace dynvision {

struct Classifier {
  static constexpr std::string_view path = "classifier.2";

  Tensor weight, bias;  // (K,C), (K)

  void compose(Composition& at) {
    if (at.options.n_classes < 1) {
      fail("model", 121, {"n_classes = ", at.options.n_classes, ": expected at least 1"});
    }
    weight = at.truncated_normal({at.options.n_classes, at.channels}, 0.004);
    if (at.options.bias) bias = at.constant({at.options.n_classes}, 0);
  }
  void parameters(auto&& visit) {
    visit("weight", weight);
    if (bias.defined()) visit("bias", bias);
  }
  std::int64_t classes() const { return weight.size(0); }

  // (B,C,H,W) -> (B,K)
  Tensor operator()(Tensor const& r) const { return linear(r.mean({2, 3}), weight, bias); }
};

// A head that does nothing: for models that are run for their responses.
struct NoHead {};

}  // namespace dynvision
