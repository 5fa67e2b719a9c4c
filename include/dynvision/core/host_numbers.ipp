// Numbers of a device, remembered.
#pragma once
#include <dynvision/core/host_numbers.hpp>

namespace dynvision {

DYNVISION_INLINE double HostNumbers::of(Tensor const& x) {
  for (auto const& [tensor, value] : all_) {
    if (tensor.is_same(x)) return value;
  }
  all_.emplace_back(x, x.item<double>());
  return all_.back().second;
}

// Past autograd: x may learn.
DYNVISION_INLINE std::vector<double> read_numbers(Tensor const& x) {
  Tensor const host = x.detach().to(at::TensorOptions(at::kCPU).dtype(at::kDouble)).contiguous();
  double const* const first = host.const_data_ptr<double>();
  return {first, first + host.numel()};
}

DYNVISION_INLINE std::vector<double> const& HostNumbers::all_of(Tensor const& x) {
  for (auto const& [tensor, values] : rows_) {
    if (tensor.is_same(x)) return values;
  }
  rows_.emplace_back(x, read_numbers(x));
  return rows_.back().second;
}

DYNVISION_INLINE Tensor HostNumbers::on(at::Device device, Tensor const& host) {
  for (auto const& [from, there] : moved_) {
    if (there.device() == device && from.scalar_type() == host.scalar_type() && from.equal(host)) return there;
  }
  moved_.emplace_back(host, host.to(at::TensorOptions(device)));
  return moved_.back().second;
}

DYNVISION_INLINE bool HostNumbers::any_learns() const {
  for (auto const& entry : all_) {
    if (entry.first.requires_grad()) return true;
  }
  for (auto const& entry : rows_) {
    if (entry.first.requires_grad()) return true;
  }
  return false;
}

DYNVISION_INLINE std::shared_ptr<HostNumbers>& Remembering::now() {
  thread_local std::shared_ptr<HostNumbers> one;
  return one;
}

DYNVISION_INLINE double number_of(Tensor const& x) {
  HostNumbers* const remembered = Remembering::now().get();
  return remembered == nullptr ? x.item<double>() : remembered->of(x);
}

DYNVISION_INLINE std::vector<double> numbers_on_host(Tensor const& x) {
  HostNumbers* const remembered = Remembering::now().get();
  return remembered == nullptr ? read_numbers(x) : remembered->all_of(x);
}

DYNVISION_INLINE Tensor on_device(at::Device device, Tensor const& host) {
  if (device.is_cpu()) return host;
  HostNumbers* const remembered = Remembering::now().get();
  return remembered == nullptr ? host.to(at::TensorOptions(device)) : remembered->on(device, host);
}

}  // namespace dynvision
