// Numbers between the host and a device: the value of a tensor that is one number; a tensor of numbers of the host.
//
// Both wait for a GPU. While a CUDA graph is recorded (run/cuda_graph.hpp) that is not possible, so they are remembered
// from the runs before.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace dynvision {

class HostNumbers {
 public:
  double of(Tensor const& x);
  std::vector<double> const& all_of(Tensor const& x);
  // The numbers of a host's tensor on another device.
  Tensor on(at::Device device, Tensor const& host);
  bool any_learns() const;

 private:
  std::vector<std::pair<Tensor, double>> all_;
  std::vector<std::pair<Tensor, std::vector<double>>> rows_;
  std::vector<std::pair<Tensor, Tensor>> moved_;  // (on the host, on a device)
};

// While it lives, this thread remembers; null: it does not. A recording reads what was moved, so it must outlive it.
class Remembering {
 public:
  explicit Remembering(std::shared_ptr<HostNumbers> numbers) : before_(std::exchange(now(), std::move(numbers))) {}
  ~Remembering() { now() = before_; }
  Remembering(Remembering const&) = delete;
  Remembering& operator=(Remembering const&) = delete;

  static std::shared_ptr<HostNumbers>& now();

 private:
  std::shared_ptr<HostNumbers> before_;
};

double number_of(Tensor const& x);
// All numbers of a tensor, in their order.
std::vector<double> numbers_on_host(Tensor const& x);

// `host` on a device; nobody writes to the result.
Tensor on_device(at::Device device, Tensor const& host);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/core/host_numbers.ipp>
#endif
