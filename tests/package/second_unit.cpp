#ifdef ONLY_CUDA

#include <dynvision/core/ops.hpp>

#include <ATen/Context.h>

#include <cstdio>

// LibTorch's CUDA part is loaded, and says whether there is a device.
int main() {
  bool const there = at::globalContext().hasCUDA();
  std::printf("CUDA device: %s\n", there ? "yes" : "no");
}

#else

#include "everything.hpp"

std::size_t parameters_of_second_unit();
std::size_t parameters_of_second_unit() {
  dynvision::DyRCNNx2<> model({.n_classes = 2, .input_dims = {3, 16, 16}});
  return model.parameters().size();
}

#endif
