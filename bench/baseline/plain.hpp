// DyRCNNx2, x4 and x8 as one writes them in plain LibTorch: baseline/models.py, line by line, in C++.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>

namespace plain {

struct Program {
  std::map<std::string, at::Tensor> parameters;          // under the library's names
  std::function<at::Tensor(at::Tensor const&)> forward;  // (B,C,H,W) -> (B,T,K)
};

Program program(std::string const& model, std::string const& recurrence, int n_timesteps, int delay);

}  // namespace plain
