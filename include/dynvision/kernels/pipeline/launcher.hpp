// PipelineLauncher: where a program that is linked with device code (cuda.cuh) leaves the functions that start its kernels of pipelines.
//
// Null without device code: then signals of a GPU are computed by LibTorch's operations. A launcher says
// whether it has done it.
#pragma once
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>

namespace dynvision::kernels {

struct PipelineLauncher {
  bool (*forward)(Engine const&, void const* roles, Arguments const&) = nullptr;
  bool (*reverse)(Engine const&, void const* roles, Arguments const&, AdjointArguments const&,
                  void* workspace) = nullptr;
  std::int64_t (*workspace)(Arguments const&, AdjointArguments const&) = nullptr;  // [bytes] that reverse needs
};
template <class Pipeline> inline PipelineLauncher pipeline_launcher{};

inline bool launch_forward(PipelineLauncher const& kernel, Engine const& engine, void const* roles,
                           Arguments const& flow) {
  return kernel.forward != nullptr && kernel.forward(engine, roles, flow);
}
inline bool launch_reverse(PipelineLauncher const& kernel, Engine const& engine, void const* roles,
                           Arguments const& flow, AdjointArguments const& back) {
  if (kernel.reverse == nullptr) return false;
  Tensor const workspace =
      Layout{false}.empty(1, {1, 1, kernel.workspace(flow, back)}, at::TensorOptions(at::kByte).device(engine.device));
  return kernel.reverse(engine, roles, flow, back, workspace.mutable_data_ptr());
}

}  // namespace dynvision::kernels
