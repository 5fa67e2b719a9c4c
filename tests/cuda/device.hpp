// Whether kernels can run here: LibTorch's CUDA part can be loaded, and there is a device.
//
// The test does not link that part: where its libraries are not installed the program must start, and skip.
#pragma once
#include <ATen/Context.h>
#include <c10/cuda/CUDAFunctions.h>

#include <dlfcn.h>

inline bool there_is_a_device() {
  static bool const loaded = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr;
  bool const there = loaded && at::hasCUDA() && c10::cuda::device_count() > 0;
  if (there) at::globalContext().setAllowTF32CuDNN(false);  // convolutions in float as on the CPU
  return there;
}

#define SKIP_WITHOUT_DEVICE() \
  if (!there_is_a_device()) SKIP("no CUDA device, or LibTorch's CUDA part cannot be loaded")
