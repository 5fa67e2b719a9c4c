// Operations that the compiled path cannot look into: run as they are, and differentiated by autograd, locally.
//
// They see tensors in the dtype of the parameters; their results come back in that of the computation.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/functions/local_gradients.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

Tensor in_parameter_dtype(PreparedRun const& run, Tensor const& x);
Tensor in_signal_dtype(PreparedRun const& run, Tensor const& y);

Tensor leaf(Tensor const& x);

// Adds gradients[from + i] to that of parameter i.
void add_gradients(GradientSums& sums, std::vector<Tensor> const& parameters, std::vector<Tensor> const& gradients,
                   std::size_t from = 0);

// Gradients of y = f(inputs), inputs = {x, parameters ...}, for g: that of x is returned in the dtype of the signals.
Tensor adjoint_by_autograd(PreparedRun& run, c10::function_ref<Tensor(Tensor const&)> f, Tensor const& x,
                           std::vector<Tensor> const& parameters, Tensor const& g);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/fallback.ipp>
#endif
