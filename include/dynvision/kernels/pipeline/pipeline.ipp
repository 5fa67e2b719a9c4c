// The choice of the backend.
#pragma once
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/pipeline/pipeline.hpp>

namespace dynvision::kernels {

DYNVISION_INLINE void forward(PipelineType const& type, Engine const& engine, void const* roles,
                              Arguments const& arguments) {
  PipelineLauncher const& device = *type.device;
  if (engine.backend == Backend::loops) return forward_by_loops(type, engine, roles, arguments);
  bool const is_done =
      engine.backend == Backend::device && device.forward != nullptr && device.forward(engine, roles, arguments);
  if (!is_done) forward_by_tensors(type, engine, roles, arguments);
}

DYNVISION_INLINE void reverse(PipelineType const& type, Engine const& engine, void const* roles,
                              Arguments const& arguments, AdjointArguments const& adjoint) {
  PipelineLauncher const& device = *type.device;
  if (engine.backend == Backend::loops) return reverse_by_loops(type, engine, roles, arguments, adjoint);
  if (engine.backend == Backend::device && device.reverse != nullptr) {
    kernels::Shape const bytes{1, 1, device.workspace(arguments, adjoint)};
    Tensor const workspace = Layout{false}.empty(1, bytes, at::TensorOptions(at::kByte).device(engine.device));
    if (device.reverse(engine, roles, arguments, adjoint, workspace.mutable_data_ptr())) return;
  }
  reverse_by_tensors(type, engine, roles, arguments, adjoint);
}

}  // namespace dynvision::kernels
