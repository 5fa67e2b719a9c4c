// Operations that the compiled path cannot look into: run as they are, and differentiated by autograd, locally.
//
// They see tensors in the dtype of the parameters; their results come back in that of the computation.
#pragma once
#include <dynvision/run/compiled/functions/local_gradients.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

inline Tensor in_parameter_dtype(PreparedRun const& run, Tensor const& x) {
  return kernels::in_dtype(x, at::typeMetaToScalarType(run.parameter_options.dtype()));
}
inline Tensor in_signal_dtype(PreparedRun const& run, Tensor const& y) {
  return run.layout.of(kernels::in_dtype(y, run.dtype()));
}

inline Tensor leaf(Tensor const& x) { return x.detach().requires_grad_(true); }

// Adds gradients[from + i] to that of parameter i.
inline void add_gradients(PreparedRun& run, std::vector<Tensor> const& parameters, std::vector<Tensor> const& gradients,
                          std::size_t from) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    run.gradients.add(run.gradients.index(parameters[i]), gradients[from + i]);
  }
}

// Gradients of y = f(inputs), inputs = {x, parameters ...}, for g: that of x is returned in the dtype of the signals.
template <class F>
Tensor adjoint_by_autograd(PreparedRun& run, F const& f, Tensor const& x, std::vector<Tensor> const& parameters,
                           Tensor const& g) {
  std::vector<Tensor> inputs{leaf(in_parameter_dtype(run, x))};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  std::vector<Tensor> const all = local_gradients([&] { return f(inputs[0]); }, inputs, g);
  add_gradients(run, parameters, all, 1);
  return all[0].defined() ? in_signal_dtype(run, all[0]) : all[0];
}

}  // namespace dynvision::run
