// The kernels of a pipeline: one thread takes a number, or four side by side, through all steps of a block, forward and
// reverse.
//
// The state of the step before, and what a step owes to the one before it, stay in
// registers. Gradients of single numbers (tau, w, b) are added up block by block, and then over the blocks in their order.
#pragma once
#include <dynvision/kernels/device/launch.cuh>
#include <dynvision/kernels/pipeline/address_table.hpp>
#include <dynvision/kernels/pipeline/program.hpp>
#include <dynvision/kernels/pipeline/thread_memory.hpp>

#include <type_traits>

namespace dynvision::kernels::cuda {

template <class S, int N, class Run>
__global__ void __launch_bounds__(n_threads)
    forward_kernel(typename Run::Set const roles, __grid_constant__ AddressTable<Run::J> const table) {
  ArgumentsOf<Run::J> const arguments = table.unpacked_flow();
  std::int64_t const n = arguments.batch * arguments.size, step = static_cast<std::int64_t>(gridDim.x) * n_threads * N;
  for (std::int64_t k = (static_cast<std::int64_t>(blockIdx.x) * n_threads + threadIdx.x) * N; k < n; k += step) {
    ThreadMemory<S, N> memory(k, arguments.size);
    for (int t = 0; t < arguments.n_steps; ++t) Run::forward(roles, arguments, t, memory);
  }
}

// The sum over a block, in one order; the result is that of thread 0.
__device__ inline double sum_of_block(double mine) {
  __shared__ double all[n_threads];
  __syncthreads();
  all[threadIdx.x] = mine;
  __syncthreads();
  for (int half = n_threads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) all[threadIdx.x] += all[threadIdx.x + half];
    __syncthreads();
  }
  return all[0];
}

// `partial` [blocks][2 J + 1], or null: nobody wants the sums.
template <class S, int N, class Run>
__global__ void __launch_bounds__(n_threads)
    reverse_kernel(typename Run::Set const roles, __grid_constant__ AddressTable<Run::J> const table, double* partial) {
  constexpr int J = Run::J;
  using Memory = ThreadMemory<S, N>;
  ArgumentsOf<J> const arguments = table.unpacked_flow();
  AdjointArgumentsOf<J> const adjoint = table.unpacked_back();
  Sums<typename Memory::Sum, J> sums{};
  std::int64_t const n = arguments.batch * arguments.size, step = static_cast<std::int64_t>(gridDim.x) * n_threads * N;
  for (std::int64_t k = (static_cast<std::int64_t>(blockIdx.x) * n_threads + threadIdx.x) * N; k < n; k += step) {
    Memory memory(k, arguments.size);
    typename Memory::V carry = table.carry_in == nullptr ? memory.zero() : memory.carried(table.carry_in);
    for (int t = arguments.n_steps - 1; t >= 0; --t) Run::reverse(roles, arguments, adjoint, t, memory, carry, sums);
    if (table.carry_out != nullptr) memory.carry(carry, table.carry_out);
  }
  if (partial == nullptr) return;
#pragma unroll
  for (int i = 0; i < 2 * J + 1; ++i) {
    double const sum = sum_of_block(static_cast<double>(sums.v[i]));
    if (threadIdx.x == 0) partial[static_cast<std::int64_t>(blockIdx.x) * (2 * J + 1) + i] = sum;
  }
}

template <int N> struct SumTargets { double* to[N]; };
template <int N> __global__ void add_sums(double const* partial, int blocks, SumTargets<N> const targets) {
  int const i = static_cast<int>(threadIdx.x);
  if (i >= N || targets.to[i] == nullptr) return;
  double sum = 0;
  for (int b = 0; b < blocks; ++b) sum += partial[static_cast<std::int64_t>(b) * N + i];
  *targets.to[i] += sum;
}

template <class... Roles> struct PipelineKernels {
  using Run = Program<Roles...>;
  static constexpr int J = Run::J, n_sums = 2 * J + 1;
  using Set = Row<Roles...>;

  // f(integral_constant<N>): how many numbers a thread takes at once, four where all signals allow it.
  template <class S, class F> static void with_width(AddressTable<J> const& table, F const& f) {
    if constexpr (!std::is_same_v<S, double>) {
      constexpr int wide = 4;
      if (table.aligned(16, sizeof(S))) return f(std::integral_constant<int, wide>{});
    }
    f(std::integral_constant<int, 1>{});
  }

  static bool forward(Engine const& engine, void const* roles, Arguments const& arguments) {
    std::int64_t const n = arguments.batch * arguments.size;
    c10::cuda::CUDAGuard const device(engine.device);
    auto const stream = c10::cuda::getCurrentCUDAStream();
    bool done = n == 0;
    if (n > 0)
      engine.with_storage([&]<class S>(S) {
        done = each_piece_forward<J>(arguments, [&](AddressTable<J> const& table) {
          with_width<S>(table, [&](auto width) {
            forward_kernel<S, width(), Run>
                <<<blocks_for(n / width()), n_threads, 0, stream>>>(*static_cast<Set const*>(roles), table);
            C10_CUDA_KERNEL_LAUNCH_CHECK();
          });
        });
      });
    return done;
  }

  // Sums of the blocks; where a block of steps needs several kernels, what one hands to the next, twice.
  static std::int64_t workspace(Arguments const& arguments, AdjointArguments const& adjoint) {
    std::int64_t const n = arguments.batch * arguments.size, width = static_cast<std::int64_t>(sizeof(double));
    bool const handed_on = AddressTable<J>::steps_that_fit(arguments, adjoint) < arguments.n_steps;
    return (blocks_for(n) * n_sums + (handed_on ? 2 * n : 0)) * width;
  }

  static bool reverse(Engine const& engine, void const* roles, Arguments const& arguments,
                      AdjointArguments const& adjoint, void* workspace) {
    std::int64_t const n = arguments.batch * arguments.size;
    int const most = blocks_for(n);
    SumTargets<n_sums> targets{};
    targets.to[2 * J] = adjoint.tau_gradient;
    bool summed = adjoint.tau_gradient != nullptr;
    for (int j = 0; j < J; ++j) {
      double* const to = adjoint.role[j].g_affine;
      if (to != nullptr) targets.to[2 * j] = to, targets.to[2 * j + 1] = to + 1, summed = true;
    }
    auto* const partial = static_cast<double*>(workspace);
    void* const carries[] = {partial + most * n_sums, partial + most * n_sums + n};
    c10::cuda::CUDAGuard const device(engine.device);
    auto const stream = c10::cuda::getCurrentCUDAStream();
    bool done = n == 0;
    if (n > 0)
      engine.with_storage([&]<class S>(S) {
        done = each_piece_reverse<J>(arguments, adjoint, carries, [&](AddressTable<J> const& table) {
          int blocks = 0;
          with_width<S>(table, [&](auto width) {
            blocks = blocks_for(n / width());
            reverse_kernel<S, width(), Run>
                <<<blocks, n_threads, 0, stream>>>(*static_cast<Set const*>(roles), table, summed ? partial : nullptr);
            C10_CUDA_KERNEL_LAUNCH_CHECK();
          });
          if (!summed) return;
          add_sums<n_sums><<<1, (n_sums + 31) / 32 * 32, 0, stream>>>(partial, blocks, targets);
          C10_CUDA_KERNEL_LAUNCH_CHECK();
        });
      });
    return done;
  }
};

}  // namespace dynvision::kernels::cuda
