// TensorAdjoint: an operation of a tensor that brings its adjoint; without it autograd differentiates it, locally.
//
//   y = op(x)        gx = op.adjoint(g, x, add),   add(parameter, gradient) for each of its parameters
//
// Both see tensors in the dtype of the parameters. What has loops of its own for signals as they are stored
// offers them as loops(): a TensorAdjoint that is taken in place of the operation where the backend is `loops`.
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/kernels/norm/group_norm.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>

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
struct TensorFunction {
  void* op = nullptr;
  Tensor (*apply)(void* op, Tensor const& x) = nullptr;
  Tensor (*adjoint)(void* op, Tensor const& g, Tensor const& x, AddGradient const& add) = nullptr;  // null: autograd
  bool as_stored = false;  // signals as they are stored, not in the dtype of the parameters
};

template <class Op> [[gnu::cold]] TensorFunction tensor_function(Op& op, bool loops) {
  TensorFunction all{.op = &op};
  if constexpr (HasLoops<Op>) {
    if (loops) {
      all.apply = [](void* one, Tensor const& x) -> Tensor { return static_cast<Op*>(one)->loops()(x); };
      all.adjoint = [](void* one, Tensor const& g, Tensor const& x, AddGradient const& add) -> Tensor {
        return static_cast<Op*>(one)->loops().adjoint(g, x, add);
      };
      all.as_stored = true;
      return all;
    }
  }
  all.apply = [](void* one, Tensor const& x) -> Tensor { return (*static_cast<Op*>(one))(x); };
  if constexpr (TensorAdjoint<Op>) {
    all.adjoint = [](void* one, Tensor const& g, Tensor const& x, AddGradient const& add) -> Tensor {
      return static_cast<Op*>(one)->adjoint(g, x, add);
    };
  }
  return all;
}

}  // namespace dynvision::run
