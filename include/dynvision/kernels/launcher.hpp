// Launchers: where a program that is linked with device code (cuda.cuh) leaves the functions that start its kernels.
//
// Station: kernels. Null without device code: then signals of a GPU are computed by LibTorch's operations. A launcher says
// whether it has done it.
#pragma once
#include <dynvision/kernels/engine.hpp>
#include <dynvision/kernels/flow.hpp>
#include <dynvision/kernels/layout.hpp>

namespace dynvision::kernels {

struct PipelineLauncher {
  bool (*forward)(Engine const&, void const* roles, Flow const&) = nullptr;
  bool (*reverse)(Engine const&, void const* roles, Flow const&, Backflow const&, void* workspace) = nullptr;
  std::int64_t (*workspace)(Flow const&, Backflow const&) = nullptr;  // [bytes] that reverse needs
};
template <class Pipeline> inline PipelineLauncher pipeline_launcher{};

struct PoolingNumbers {
  Shape in{}, out{};
  int kernel = 1, stride = 1, margin = 0;
  bool channels_last = true;
};
struct PoolingLauncher {
  void (*forward)(Engine const&, PoolingNumbers const&, void const* x, void* y, std::uint8_t* place,
                  std::int64_t n) = nullptr;
  void (*adjoint)(Engine const&, PoolingNumbers const&, void const* gy, std::uint8_t const* place, void* gx,
                  std::int64_t n) = nullptr;
};
inline PoolingLauncher pooling_launcher{};

struct ResizeLauncher {
  void (*forward)(Engine const&, Shape const& from, Shape const& to, bool channels_last, void const* x, void* y,
                  std::int64_t n) = nullptr;
  void (*adjoint)(Engine const&, Shape const& from, Shape const& to, bool channels_last, void const* gy, void* gx,
                  std::int64_t n) = nullptr;
};
inline ResizeLauncher resize_launcher{};

inline bool launch_forward(PipelineLauncher const& kernel, Engine const& engine, void const* roles, Flow const& flow) {
  return kernel.forward != nullptr && kernel.forward(engine, roles, flow);
}
inline bool launch_reverse(PipelineLauncher const& kernel, Engine const& engine, void const* roles, Flow const& flow,
                           Backflow const& back) {
  if (kernel.reverse == nullptr) return false;
  Tensor const workspace =
      Layout{false}.empty(1, {1, 1, kernel.workspace(flow, back)}, at::TensorOptions(at::kByte).device(engine.device));
  return kernel.reverse(engine, roles, flow, back, workspace.mutable_data_ptr());
}

}  // namespace dynvision::kernels
