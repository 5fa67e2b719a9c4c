// Numbers between the host and a device: the value of a tensor that is one number; a tensor of numbers of the host.
//
// Both wait for a GPU. While a CUDA graph is recorded (run/cuda_graph.hpp) that is not possible, so they are remembered
// from the runs before.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace dynvision {

class HostNumbers {
 public:
  double of(Tensor const& x) {
    for (auto const& [tensor, value] : all_) {
      if (tensor.is_same(x)) return value;
    }
    all_.emplace_back(x, x.item<double>());
    return all_.back().second;
  }
  // The numbers of a host's tensor on another device.
  Tensor on(at::Device device, Tensor const& host) {
    for (auto const& [from, there] : moved_) {
      if (there.device() == device && from.scalar_type() == host.scalar_type() && from.equal(host)) return there;
    }
    moved_.emplace_back(host, host.to(at::TensorOptions(device)));
    return moved_.back().second;
  }
  bool any_learns() const {
    for (auto const& entry : all_) {
      if (entry.first.requires_grad()) return true;
    }
    return false;
  }

 private:
  std::vector<std::pair<Tensor, double>> all_;
  std::vector<std::pair<Tensor, Tensor>> moved_;  // (on the host, on a device)
};

// While it lives, this thread remembers; null: it does not. A recording reads what was moved, so it must outlive it.
class Remembering {
 public:
  explicit Remembering(std::shared_ptr<HostNumbers> numbers) : before_(std::exchange(now(), std::move(numbers))) {}
  ~Remembering() { now() = before_; }
  Remembering(Remembering const&) = delete;
  Remembering& operator=(Remembering const&) = delete;

  static std::shared_ptr<HostNumbers>& now() {
    thread_local std::shared_ptr<HostNumbers> one;
    return one;
  }

 private:
  std::shared_ptr<HostNumbers> before_;
};

inline double number_of(Tensor const& x) {
  HostNumbers* const remembered = Remembering::now().get();
  return remembered == nullptr ? x.item<double>() : remembered->of(x);
}

// `host` on a device; nobody writes to the result.
inline Tensor on_device(at::Device device, Tensor const& host) {
  if (device.is_cpu()) return host;
  HostNumbers* const remembered = Remembering::now().get();
  return remembered == nullptr ? host.to(at::TensorOptions(device)) : remembered->on(device, host);
}

}  // namespace dynvision
