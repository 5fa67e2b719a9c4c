// Numbers between the dtype of the signals and that of the parameters.
#pragma once
#include <dynvision/run/compiled/functions/fallback.hpp>

namespace dynvision::run {

DYNVISION_INLINE Tensor in_parameter_dtype(PreparedRun const& run, Tensor const& x) {
  return kernels::in_dtype(x, at::typeMetaToScalarType(run.parameter_options.dtype()));
}

DYNVISION_INLINE Tensor in_signal_dtype(PreparedRun const& run, Tensor const& y) {
  return run.layout.of(kernels::in_dtype(y, run.dtype()));
}

DYNVISION_INLINE Tensor leaf(Tensor const& x) { return x.detach().requires_grad_(true); }

DYNVISION_INLINE void add_gradients(GradientSums& sums, std::vector<Tensor> const& parameters,
                                    std::vector<Tensor> const& gradients, std::size_t from) {
  for (std::size_t i = 0; i < parameters.size(); ++i) sums.add(sums.index(parameters[i]), gradients[from + i]);
}

DYNVISION_INLINE Tensor adjoint_by_autograd(PreparedRun& run, c10::function_ref<Tensor(Tensor const&)> f,
                                            Tensor const& x, std::vector<Tensor> const& parameters, Tensor const& g) {
  std::vector<Tensor> inputs{leaf(in_parameter_dtype(run, x))};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  std::vector<Tensor> const all = local_gradients([&] { return f(inputs[0]); }, inputs, g);
  add_gradients(run.gradients, parameters, all, 1);
  return all[0].defined() ? in_signal_dtype(run, all[0]) : all[0];
}

}  // namespace dynvision::run
