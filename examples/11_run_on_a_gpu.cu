// The kernels of 11_run_on_a_gpu.
// [kernels]
#include <dynvision/cuda.cuh>

#include "11_run_on_a_gpu.hpp"

DYNVISION_CUDA_KERNELS(gpu_example::MyNet)
// [/kernels]
