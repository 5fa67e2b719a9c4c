// derivative_of_step: one step of a pipeline of whole tensors, and its derivative along a direction.
//
//   y = P(x, r, h, tau)        dy = dP/dx dx + dP/dr dr + dP/dh dh + dP/dtau dtau
//
//   StepInputs<3> in{.x = {drive, {}}, .previous = {r, dr}};     {value, derivative}; an absent derivative is 0
//   in.operand[0] = {h, dh}, in.d_tau = 1;                       of role 0, a Combine
//   Dual<Tensor> const y = derivative_of_step(pipeline, in);
//
// Tensors of one shape, float or double, on any device, computed by LibTorch: what depends on a tensor that asks for a gradient
// is differentiated once more by autograd. For blocks of steps in memory of one's own: kernels/derivative/derivative_of_block.hpp.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/pipeline/pipeline.hpp>

namespace dynvision::kernels {

template <int J>
struct StepInputs {              // J: slots of the pipeline (roles; a mechanism has one for each of its inputs);
                                 // what is absent is an undefined tensor
  Dual<Tensor> x{}, previous{};  // the signal; the state one step ago
  Dual<Tensor> operand[J]{};     // of roles that are a Combine
  double factor[J]{};            // of roles that are a Scale
  double d_tau = 0;              // [ms]
};

// Addresses are those of Dual<Tensor>.
class DualTensors {
 public:
  using V = Dual<TensorNumber>;

  DualTensors(at::TensorOptions const& options, double d_tau) : zero_(zeros({}, options)), d_tau_(d_tau) {}
  V zero() const { return {{zero_}, {zero_}}; }  // broadcast
  V get(void const* signal, std::int64_t) const {
    auto const& [value, derivative] = *static_cast<Dual<Tensor> const*>(signal);
    return {{value}, {derivative.defined() ? derivative : zero_}};
  }
  void put(V const& v, void* signal) const {
    Tensor const& y = v.value.x;
    *static_cast<Dual<Tensor>*>(signal) = {y, v.derivative.x.expand_as(y)};
  }
  V of_tau(double value, double slope) const { return {{zero_.add(value)}, {zero_.add(slope * d_tau_)}}; }

 private:
  Tensor zero_;
  double d_tau_;
};

// Absent where the signal and all operands are.
template <class... Roles>
Dual<Tensor> derivative_of_step(Pipeline<Roles...> const& pipeline, StepInputs<Program<Roles...>::J> const& in) {
  using Run = Program<Roles...>;
  Dual<Tensor> inputs[Run::J + 2], y;
  void* addresses[Run::J + 2]{};
  at::TensorOptions options;
  auto const place = [&](int i, Dual<Tensor> const& signal) -> Steps {
    if (!signal.value.defined()) return nullptr;
    inputs[i] = signal, addresses[i] = &inputs[i], options = signal.value.options();
    return addresses + i;
  };
  Arguments arguments;
  arguments.n_steps = 1;
  arguments.x = place(Run::J, in.x), arguments.previous = place(Run::J + 1, in.previous);
  for (int j = 0; j < Run::J; ++j) {
    arguments.role[j].operand = place(j, in.operand[j]);
    if (Pipeline<Roles...>::type.roles[j]->kind == RoleKind::scale) arguments.role[j].factor = &in.factor[j];
  }
  void* const result = &y;
  arguments.role[Run::slot(Run::n_roles - 1)].tap = &result;
  DualTensors memory(options.requires_grad(false), in.d_tau);
  Run::forward(pipeline.roles, arguments, 0, memory);
  return y;
}

}  // namespace dynvision::kernels
