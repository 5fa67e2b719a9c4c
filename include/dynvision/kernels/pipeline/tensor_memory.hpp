// TensorMemory: the signals of a pipeline as LibTorch sees them: one step of one signal is one number.
#pragma once
#include <dynvision/kernels/number/tensor_number.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>

#include <ATen/ops/full_ops.h>

namespace dynvision::kernels {

class TensorMemory {
 public:
  using V = TensorNumber;

  TensorMemory(Engine const& engine, Arguments const& arguments)
      : engine_(engine), batch_(arguments.batch), size_(arguments.size), nothing_(zero_of(engine)) {}
  V zero() const { return {nothing_}; }  // broadcast
  V get(void const* signal, std::int64_t stride) const {
    return {at_strides(signal, stride, engine_.dtype).to(engine_.arithmetic())};
  }
  void put(V const& v, void* signal) const { at_strides(signal, size_, engine_.dtype).copy_(v.x); }
  void add(V const& v, void* signal) const { at_strides(signal, size_, engine_.arithmetic()).add_(v.x); }

 private:
  Tensor at_strides(void const* signal, std::int64_t stride, at::ScalarType dtype) const {
    return tensor_at(signal, {batch_, size_}, {stride, 1}, dtype, engine_.device);
  }
  static Tensor zero_of(Engine const& engine) {
    return at::_ops::full::call({}, 0.0, engine.arithmetic(), std::nullopt, engine.device, std::nullopt);
  }

  Engine const& engine_;
  std::int64_t batch_, size_;
  Tensor nothing_;
};

}  // namespace dynvision::kernels
