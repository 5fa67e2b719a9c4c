// The kernels of the models that bench.worker.gpu runs.
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/cuda.cuh>
#include <dynvision/dyrcnn.hpp>

DYNVISION_CUDA_KERNELS(dynvision::DyRCNNx4<dynvision::Full>)
DYNVISION_CUDA_KERNELS(dynvision::DyRCNNx4<dynvision::Self>)
DYNVISION_CUDA_KERNELS(dynvision::DyRCNNx4<dynvision::Local>)
DYNVISION_CUDA_KERNELS(dynvision::DyRCNNx8<dynvision::Full>)
DYNVISION_CUDA_KERNELS(dynvision::CorNetRT<>)
DYNVISION_CUDA_KERNELS(dynvision::CordsNet<>)
