// Kernels for the GPU: what a .cu file includes that makes those of a model available.
//
//   #include "my_net.hpp"                 the model, a type that the program's .cpp files use too
//   #include <dynvision/cuda.cuh>
//   DYNVISION_CUDA_KERNELS(MyNet)         outside of any namespace
//
// Nothing else changes: run::compiled finds the kernels where it is given tensors of a GPU. The file must be part of the
// program itself, not of a static library, from which a linker takes only what is called by name.
#pragma once
#include <dynvision/kernels/pipeline/pipeline.cuh>
#include <dynvision/kernels/random/normal_numbers.cuh>
#include <dynvision/kernels/resample/resample.cuh>
#include <dynvision/run/compiled/prepare/lowering.hpp>

namespace dynvision::kernels::cuda {

template <class Other> void make_available(Other const*) {}  // no pipeline
template <class... Roles> void make_available(Pipeline<Roles...> const*) {
  using Kernels = PipelineKernels<Roles...>;
  pipeline_launcher<Pipeline<Roles...>> = {&Kernels::forward, &Kernels::reverse, &Kernels::workspace};
}
template <class... Stages> void make_available(std::tuple<Stages...> const*) {  // of layers, or of one layer
  (make_available(static_cast<Stages const*>(nullptr)), ...);
}

template <class Model> bool make_kernels_available() {
  make_available(static_cast<typename run::LayerPipelines<Model>::type const*>(nullptr));
  pooling_launcher = {&pool_forward, &pool_adjoint};
  normal_launcher = {&draw_normal};
  resize_launcher = {&resize_forward, &resize_adjoint};
  return true;
}

}  // namespace dynvision::kernels::cuda

#define DYNVISION_JOINED(a, b) a##b
#define DYNVISION_NAMED(a, b) DYNVISION_JOINED(a, b)
#define DYNVISION_CUDA_KERNELS(...)                                                     \
  [[maybe_unused]] static bool const DYNVISION_NAMED(dynvision_kernels_, __COUNTER__) = \
      dynvision::kernels::cuda::make_kernels_available<__VA_ARGS__>();
