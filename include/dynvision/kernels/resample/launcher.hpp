// Launchers of pooling and resizing: null where a program is not linked with device code (cuda.cuh).
#pragma once
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/device/layout.hpp>

namespace dynvision::kernels {

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

}  // namespace dynvision::kernels
