// The value of a tensor that is one number, read by the host.
//
// Reading from a GPU waits for it. While a CUDA graph is recorded (run/cuda_graph.hpp) that is not possible, so the numbers
// are remembered from the runs before.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <utility>
#include <vector>

namespace dynvision {

class RememberedNumbers {  // while it lives, on this thread
 public:
  RememberedNumbers() : before_(active()) { active() = this; }
  ~RememberedNumbers() { active() = before_; }
  RememberedNumbers(RememberedNumbers const&) = delete;
  RememberedNumbers& operator=(RememberedNumbers const&) = delete;

  static RememberedNumbers*& active() {
    thread_local RememberedNumbers* one = nullptr;
    return one;
  }
  double of(Tensor const& x) {
    for (auto const& [tensor, value] : all_) {
      if (tensor.is_same(x)) return value;
    }
    all_.emplace_back(x, x.item<double>());
    return all_.back().second;
  }
  bool any_learns() const {
    for (auto const& entry : all_) {
      if (entry.first.requires_grad()) return true;
    }
    return false;
  }

 private:
  RememberedNumbers* before_;
  std::vector<std::pair<Tensor, double>> all_;
};

inline double number_of(Tensor const& x) {
  RememberedNumbers* const remembered = RememberedNumbers::active();
  return remembered == nullptr ? x.item<double>() : remembered->of(x);
}

}  // namespace dynvision
