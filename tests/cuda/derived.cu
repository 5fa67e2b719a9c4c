// The kernels of models that are drawn at random (compiled.cpp).
#include <dynvision/cuda.cuh>

#include "run/drawn_models.hpp"

DYNVISION_CUDA_KERNELS(property::derived::Net)
