// Arguments: what a pipeline reads and writes during a block of steps, as addresses without their type.
//
// All signals of a pipeline have one storage type and one layout: (B,C,H,W) is `batch` times `size`
// numbers.
#pragma once
#include <dynvision/kernels/random/normal_numbers.hpp>

#include <cstdint>

namespace dynvision::kernels {

inline constexpr int most_roles = 24;  // of a pipeline

// Addresses of one signal: one for each step of the block (steps may share one), or null: absent.
using Steps = void* const*;

struct RoleArguments {              // of one role, going forward
  Steps operand = nullptr;          // of Combine
  std::int64_t operand_stride = 0;  // from sample to sample: size, or 0
  bool is_affine = false;           // the operand is w h + b, else h
  double w = 1, b = 0;
  NormalNumbers const* drawn =
      nullptr;  // by the loops, in float: the operand is drawn chunk by chunk, its addresses are null
  double const* factor = nullptr;  // [n] of Scale; of Step, in place of its gain, or of `first` where there is no r
  Steps tap = nullptr;             // where the result is stored
};

template <int J> struct ArgumentsOf {
  int n_steps = 0;
  std::int64_t batch = 0, size = 0;  // samples; numbers in a sample
  Steps x = nullptr;
  Steps previous = nullptr;  // r of Step; a null entry: there is none yet
  RoleArguments role[J]{};
};
using Arguments = ArgumentsOf<most_roles>;

struct AdjointRoleArguments {               // of one role, what its adjoint reads and writes
  Steps input = nullptr, output = nullptr;  // values that it looks at
  Steps incoming = nullptr;                 // gradients of the result: [n * n_incoming], null entries allowed
  int n_incoming = 0;
  bool starts = false;            // the signal begins at this role: nothing entered it
  Steps g_input = nullptr;        // the gradient of the input is stored here
  Steps g_operand = nullptr;      // the gradient of a Combine's operand, where it is not that of its input
  Steps g_sum = nullptr;          // the gradient of a number of units is added here, in the arithmetic type
  double const* slope = nullptr;  // [n] derivatives of `factor` of a Step with respect to tau [1/ms]
  double* g_affine = nullptr;     // gradients of w and b are added here
};

template <int J> struct AdjointArgumentsOf {  // beside the arguments
  Steps g_shared = nullptr;    // gradient of x, in the arithmetic type, summed over steps that share an address
  Steps g_previous = nullptr;  // gradient of r, for steps with an entry
  bool carried = false;        // r is the last role's result of the step before, within the block
  bool continues = false;      // these are not the first steps of their block: what is carried goes on
  double* tau_gradient = nullptr;
  AdjointRoleArguments role[J]{};
};
using AdjointArguments = AdjointArgumentsOf<most_roles>;

}  // namespace dynvision::kernels
