// What a batch changes before the optimiser's step, as it was at the border of the last update: generators of random numbers, and
// numbers that are kept but not learned (running means of a batch normalisation).
//
// A batch whose loss is not finite, a validation that was stopped and a run that only looks leave them as they were:
// put_back(). Of the tensors that are not learned a copy is kept of those that have changed since the border before, so that frozen
// weights cost nothing; the first border copies all.
#pragma once
#include <dynvision/core/parameters.hpp>
#include <dynvision/train/random_state.hpp>

#include <ATen/core/grad_mode.h>

#include <cstdint>
#include <vector>

namespace dynvision::fitting {

class Border {
 public:
  void keep(Parameters const& parameters) {
    random_ = random_state();
    std::size_t i = 0;
    for (Parameter const& p : parameters) {
      if (p.learned) continue;
      if (i == kept_.size()) kept_.push_back({p.tensor, {}, -1});
      Kept& one = kept_[i++];
      auto const version = static_cast<std::int64_t>(p.tensor._version());
      if (one.version == version) continue;
      one.copy = p.tensor.detach().clone();
      one.version = version;
    }
  }
  void put_back() {
    set_random_state(random_);
    at::AutoGradMode const no_gradient(false);
    for (Kept& one : kept_) {
      if (static_cast<std::int64_t>(one.tensor._version()) == one.version) continue;
      one.tensor.detach().copy_(one.copy);
      one.version = static_cast<std::int64_t>(one.tensor._version());
    }
  }
  RandomState const& random() const noexcept { return random_; }

 private:
  struct Kept {
    Tensor tensor, copy;
    std::int64_t version;
  };
  RandomState random_;
  std::vector<Kept> kept_;
};

}  // namespace dynvision::fitting
