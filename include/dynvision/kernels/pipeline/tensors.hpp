// A pipeline as operations of LibTorch, one step after the other: on any device.
//
// The signal of one step is one number (kernels/number/tensor_number.hpp): (B, numbers of a sample). Time goes into
// LibTorch's operations, so roles are called by their addresses, and the walk through them is compiled once.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/pipeline/pipeline_type.hpp>

namespace dynvision::kernels {

void forward_by_tensors(PipelineType const&, Engine const&, void const* roles, Arguments const&);
void reverse_by_tensors(PipelineType const&, Engine const&, void const* roles, Arguments const&,
                        AdjointArguments const&);

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/pipeline/tensors.ipp>
#endif
