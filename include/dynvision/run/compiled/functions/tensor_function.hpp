// TensorAdjoint: an operation of a tensor that brings its adjoint; without it autograd differentiates it, locally.
//
//   y = op(x)        gx = op.adjoint(g, x, add),   add(parameter, gradient) for each of its parameters
//
// Both see tensors in the dtype of the parameters. What has loops of its own for signals as they are stored
// offers them as loops(): a TensorAdjoint that is taken in place of the operation where the backend is `loops`.
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/kernels/norm/group_norm.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/functions/learned_parameters.hpp>

namespace dynvision::run {

class AddGradient {
 public:
  explicit AddGradient(GradientSums& learned) : learned_(learned) {}
  void operator()(Tensor const& parameter, Tensor const& gradient) const {
    learned_.add(learned_.index(parameter), gradient);
  }

 private:
  GradientSums& learned_;
};

template <class Op>
concept TensorAdjoint = SimpleOperation<Op> && requires(Op const& op, Tensor const& x, AddGradient const& add) {
  { op.adjoint(x, x, add) } -> std::convertible_to<Tensor>;
};
template <class Op>
concept HasLoops = requires(Op const& op) {
  { op.loops() } -> TensorAdjoint;
};

// An operation of a tensor, or a head, without its type.
class TensorFunction {
 public:
  template <class Op> [[gnu::cold]] static TensorFunction of(Op& op, kernels::Backend backend) {
    TensorFunction all;
    all.op_ = &op;
    all.parameters_ = learned_parameters(op);
    if constexpr (HasLoops<Op>) {
      if (backend == kernels::Backend::loops) {
        all.apply_ = [](void* one, Tensor const& x) -> Tensor { return static_cast<Op*>(one)->loops()(x); };
        all.adjoint_ = [](void* one, Tensor const& g, Tensor const& x, AddGradient const& add) -> Tensor {
          return static_cast<Op*>(one)->loops().adjoint(g, x, add);
        };
        all.as_stored_ = true;
        return all;
      }
    }
    all.apply_ = [](void* one, Tensor const& x) -> Tensor { return (*static_cast<Op*>(one))(x); };
    if constexpr (TensorAdjoint<Op>) {
      all.adjoint_ = [](void* one, Tensor const& g, Tensor const& x, AddGradient const& add) -> Tensor {
        return static_cast<Op*>(one)->adjoint(g, x, add);
      };
    }
    return all;
  }

  // y, as the operation gives it.
  Tensor operator()(PreparedRun const& run, Tensor const& x) const { return apply_(op_, as_seen(run, x)); }
  // gx; gradients of parameters are added up.
  Tensor adjoint(PreparedRun& run, Tensor const& x, Tensor const& g) const {
    if (adjoint_ == nullptr) {
      return adjoint_by_autograd(
          run, [&](Tensor const& leaf) { return apply_(op_, leaf); }, x, parameters_, g);
    }
    return in_signal_dtype(run, adjoint_(op_, as_seen(run, g), as_seen(run, x), AddGradient(run.gradients)));
  }

 private:
  Tensor as_seen(PreparedRun const& run, Tensor const& x) const { return as_stored_ ? x : in_parameter_dtype(run, x); }

  void* op_ = nullptr;
  Tensor (*apply_)(void* op, Tensor const& x) = nullptr;
  Tensor (*adjoint_)(void* op, Tensor const& g, Tensor const& x, AddGradient const& add) = nullptr;  // null: autograd
  bool as_stored_ = false;            // signals as they are stored, not in the dtype of the parameters
  std::vector<Tensor> parameters_{};  // that learn
};

}  // namespace dynvision::run
