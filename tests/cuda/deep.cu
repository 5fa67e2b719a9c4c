// The kernels of models that are drawn at random (compiled.cpp).
#include "run/drawn_models.hpp"

#include <dynvision/cuda.cuh>

DYNVISION_CUDA_KERNELS(property::deep::Net)
