// GivenInput: what Settings::external gives a node in each recorded step, (B,T,C,H,W) or what broadcasts to it; and its
// gradient.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

class GivenInput {
 public:
  explicit GivenInput(Tensor input) : input_(std::move(input)) {}

  bool exists() const { return input_.defined(); }
  bool learns() const { return exists() && input_.requires_grad(); }
  // Whether there is input in a step of the block.
  bool is_given(PreparedRun const& run, Node const& node, Block const& block) const {
    return steps(run, node, block).n > 0;
  }
  // Of all steps of such a block, (n B,C,H,W) in the dtype and the layout of the signals; `otherwise` where none is given.
  Tensor rows(PreparedRun const& run, Node const& node, Block const& block, double otherwise) const;

  // g (n B,C,H,W), of these rows.
  void add_gradient(PreparedRun const& run, Node const& node, Block const& block, Tensor const& g);
  void finish(GradientSums& sums);

 private:
  struct Steps {
    int first, from, n;  // recorded step, step of the block, how many
  };
  Steps steps(PreparedRun const& run, Node const& node, Block const& block) const;

  Tensor input_, gradient_{};
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/given_input.ipp>
#endif
