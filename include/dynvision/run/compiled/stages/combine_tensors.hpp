// A projection that arrives by an integration of tensors, not of single numbers: y = x (+) h, differentiated by autograd.
#pragma once
#include <dynvision/connections/integration.hpp>
#include <dynvision/run/compiled/functions/projection.hpp>

namespace dynvision::run::stages {

class CombineTensors {
 public:
  template <class Op> static constexpr bool is_kind_of() { return ProjectionOperation<Op>; }
  template <class Op> static void describe(Op const& op, Node& node, bool stored, bool feedforward_only) {
    describe_projection(op, node, stored, feedforward_only);
    node.reads_input = true, node.reads_operand = node.on;
  }

  template <class Op>
  CombineTensors(Op& op, Node const& node, PreparedRun& run)
      : combine_([](Tensor const& x, Tensor const& h) -> Tensor { return integrate<typename Op::integration>(x, h); }) {
    if (node.on) projection_.emplace(op, node, run);
  }

  Tensor forward(ForwardContext& at, Node const& node, Tensor const& x) {
    Tensor const h = projection_ ? projection_->forward(at, node) : Tensor{};
    if (at.kept != nullptr) at.kept->operand[node.index] = h;
    if (at.arrived != nullptr) *at.arrived = h;
    if (!h.defined()) return x;
    return in_signal_dtype(at.run, x.defined() ? combine_(x, h) : h);
  }
  void adjoint(ReverseContext& at, Node const& node) {
    Tensor const x = at.input(node.index), h = at.operand(node.index), g = at.g;
    if (!g.defined() || !h.defined()) return;
    if (!x.defined()) {
      projection_->adjoint(at, node, g);
      at.g = Tensor{};
      return;
    }
    std::vector<Tensor> const inputs{leaf(in_parameter_dtype(at.run, x)), leaf(in_parameter_dtype(at.run, h))};
    std::vector<Tensor> const all = local_gradients([&] { return combine_(inputs[0], inputs[1]); }, inputs, g);
    if (all[1].defined()) projection_->adjoint(at, node, in_signal_dtype(at.run, all[1]));
    at.g = all[0].defined() ? in_signal_dtype(at.run, all[0]) : all[0];
  }

  void finish(GradientSums& sums) {
    if (projection_) projection_->finish(sums);
  }
  void release_forward_weight() {
    if (projection_) projection_->release_forward_weight();
  }
  Flops flops(Node const&) const { return projection_ ? projection_->flops() : Flops{}; }

 private:
  Tensor (*combine_)(Tensor const& x, Tensor const& h);
  std::optional<ProjectionRun> projection_{};
};

}  // namespace dynvision::run::stages
