// The gradients of a function that brings no adjoint: by autograd, with a graph of its own.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

#include <c10/util/FunctionRef.h>

#include <vector>

namespace dynvision::run {

// f(), a function of `inputs`, once more, with a graph of its own; the gradients of the inputs for g. An undefined one: no
// gradient.
std::vector<Tensor> local_gradients(c10::function_ref<Tensor()> f, std::vector<Tensor> const& inputs, Tensor const& g);
// The same of a function of several results; those without a gradient are undefined in g.
std::vector<Tensor> local_gradients_of_all(c10::function_ref<std::vector<Tensor>()> f,
                                           std::vector<Tensor> const& inputs, std::vector<Tensor> const& g);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/local_gradients.ipp>
#endif
