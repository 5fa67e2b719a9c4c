// A training at the border of an update, in memory of its own: what a checkpoint is written from while the training goes on.
//
// The memory is used again for the next one, so that only the first costs the system's pages.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/train/checkpoint.hpp>

#include <ATen/core/grad_mode.h>

#include <cstring>
#include <utility>
#include <vector>

namespace dynvision::checkpoints {

class Snapshot {
 public:
  void take(Parameters const& parameters, std::vector<TensorMap::Entry> const& optimizer, TrainingState state) {
    at::AutoGradMode const no_gradient(false);
    std::vector<TensorMap::Entry> const from = checkpoint_tensors(parameters, optimizer);
    tensors_.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      auto& [name, to] = tensors_[i];
      Tensor const& value = from[i].second;
      name = from[i].first;
      if (!to.defined() || !to.sizes().equals(value.sizes()) || to.scalar_type() != value.scalar_type()) {
        to = host_tensor(value.sizes(), value.scalar_type());
      }
      if (value.device().is_cpu() && value.is_contiguous()) {
        // By this thread alone: LibTorch's would wait for each other at every tensor, long where cores are shared.
        if (value.nbytes() > 0) std::memcpy(to.mutable_data_ptr(), value.const_data_ptr(), value.nbytes());
      } else {
        to.copy_(value.detach());
      }
    }
    state_ = std::move(state);
  }
  void write(std::filesystem::path const& path) const { write_checkpoint(path, tensors_, state_); }

 private:
  std::vector<TensorMap::Entry> tensors_;
  TrainingState state_;
};

}  // namespace dynvision::checkpoints
