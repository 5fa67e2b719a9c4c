// PipelineTensors: a pipeline as operations of LibTorch, one step after the other: on any device.
//
// The signal of one step is one number (kernels/number/tensor_number.hpp): (B, numbers of a sample).
#pragma once
#include <dynvision/kernels/number/tensor_number.hpp>
#include <dynvision/kernels/pipeline/program.hpp>

#include <ATen/ops/full_ops.h>

namespace dynvision::kernels {

template <class... Roles> class PipelineTensors {
  using Run = Program<Roles...>;
  static constexpr int J = Run::J;

  struct Memory {
    using V = TensorNumber;
    Engine const& engine;
    std::int64_t batch, size;
    Tensor nothing;

    Memory(Engine const& engine_of, Arguments const& flow)
        : engine(engine_of), batch(flow.batch), size(flow.size), nothing(zero_of(engine_of)) {}
    [[gnu::noinline]] V zero() const { return {nothing}; }  // broadcast
    [[gnu::noinline]] V get(void const* signal, std::int64_t stride) const {
      return {tensor_at(signal, {batch, size}, {stride, 1}, engine.dtype, engine.device).to(engine.arithmetic())};
    }
    [[gnu::noinline]] void put(V const& v, void* signal) const {
      tensor_at(signal, {batch, size}, {size, 1}, engine.dtype, engine.device).copy_(v.x);
    }
    [[gnu::noinline]] void add(V const& v, void* signal) const {
      tensor_at(signal, {batch, size}, {size, 1}, engine.arithmetic(), engine.device).add_(v.x);
    }

   private:
    static Tensor zero_of(Engine const& engine) {
      return at::_ops::full::call({}, 0.0, engine.arithmetic(), std::nullopt, engine.device, std::nullopt);
    }
  };

 public:
  [[gnu::cold]] static void forward(Engine const& engine, typename Run::Set const& roles, Arguments const& flow) {
    Memory memory(engine, flow);
    for (int t = 0; t < flow.n_steps; ++t) Run::forward(roles, flow, t, memory);
  }

  [[gnu::cold]] static void reverse(Engine const& engine, typename Run::Set const& roles, Arguments const& flow,
                                    AdjointArguments const& back) {
    Memory memory(engine, flow);
    TensorNumber carry = memory.zero();
    Sums<TensorNumber, J> sums;
    for (TensorNumber& v : sums.v) v = memory.zero();
    for (int t = flow.n_steps - 1; t >= 0; --t) Run::reverse(roles, flow, back, t, memory, carry, sums);
    auto const add = [&](double* to, TensorNumber const& sum) {
      tensor_at(to, {}, {}, at::kDouble, engine.device).add_(sum.x.sum(at::kDouble));
    };
    if (back.tau_gradient != nullptr) add(back.tau_gradient, sums.v[2 * J]);
    for (int j = 0; j < J; ++j) {
      double* const to = back.role[j].g_affine;
      if (to != nullptr) add(to, sums.v[2 * j]), add(to + 1, sums.v[2 * j + 1]);
    }
  }
};

}  // namespace dynvision::kernels
