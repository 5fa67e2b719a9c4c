// Plan: what a run on the compiled path will do and keep, in numbers. run/plan.hpp makes it, and says what they mean.
#pragma once
#include <dynvision/core/inline.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace dynvision::run {

struct Plan {
  int n_blocks = 0;
  int longest_block = 0;              // [steps]
  std::vector<int> layer_offset{};    // [steps] that a layer runs ahead of the first one; the last entry: the head
  int n_segments = 0;                 // that are kept, or computed again, one at a time
  std::int64_t n_groups = 1;          // of samples, one after the other
  double kept_bytes = 0;              // for the reverse sweep
  double peak_bytes = 0;              // with what the backward pass needs beside them, and results: about
  double result_bytes = 0;            // recorded responses and monitored signals
  double forward_flops = 0;           // of convolutions, for the whole batch
  double forward_flops_by_step = 0;   // of the same convolutions one step at a time, frames that stay convolved anew
  int n_threads = 1;                  // of the library's own loops (kernels/device/parallel.hpp)
  bool bfloat16_is_emulated = false;  // compute_bfloat16 on a CPU without instructions for it: many times slower
  bool step_by_step = false;  // run::compiled runs run::unroll: some operation is different while the model is trained

  std::string text() const;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/plan_numbers.ipp>
#endif
