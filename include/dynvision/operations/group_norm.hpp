// Group normalisation (Wu & He 2018) over C/Groups channels and all places.
//
//   y = (x - mean)/sqrt(var + eps) weight + bias       weight, bias (C)       parameters: weight, bias
//
//   GroupNorm<32>     GroupNorm<5, As<"{}.mid_modules">>
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/operations/conv.hpp>

namespace dynvision {

namespace kernels {
class GroupNorm;  // kernels/norm/group_norm.hpp
}

template <int Groups, class... With> struct GroupNorm {
  static constexpr std::string_view label = "norm";
  static constexpr std::string_view path = pick<IsPath, As<"norm_{}">, With...>::path;
  static constexpr int groups = Groups;
  static constexpr Fault fault = Groups < 1                              ? Fault::number
                                 : !PolicyKinds<IsPath>::take<With...>() ? Fault::policy
                                                                         : Fault::none;

  Tensor weight, bias;  // (C)
  double eps = 1e-5;

  void compose(Composition& at) {
    if (at.channels % Groups) {
      fail("model", 113,
           {at.channels, " channels in ", Groups, " groups: expected a multiple of the number of groups"});
    }
    weight = at.constant({at.channels}, 1);
    bias = at.constant({at.channels}, 0);
  }
  void parameters(auto&& visit) {
    visit("weight", weight);
    visit("bias", bias);
  }
  // In the ordinary layout: with channels fastest LibTorch takes many times longer, and loses digits where the variance
  // is small.
  Tensor operator()(Tensor const& x) const { return group_norm(x.contiguous(), Groups, weight, bias, eps); }
  // With its adjoint, on the compiled path, which includes the loops; a template, so that others need not.
  template <class Loops = kernels::GroupNorm> Loops loops() const { return {Groups, weight, bias, eps}; }
};

}  // namespace dynvision
