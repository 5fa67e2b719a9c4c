// What a run will do, in words.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/run/plan_numbers.hpp>

namespace dynvision::run {

DYNVISION_INLINE std::string Plan::text() const {
  auto const in_mega = [](double value) { return number_text(value / 1e6, 4); };
  auto const in_giga = [](double value) { return number_text(value / 1e9, 4); };
  if (step_by_step) {
    return dynvision::joined(
        {"step by step, by run::unroll: some operation is different while the model is trained (Dropout, BatchNorm), "
         "so checkpoints, groups of samples and budgets have no effect; ",
         in_mega(result_bytes), " MB of results, convolutions ", in_giga(forward_flops), " GFLOP"});
  }
  std::string const segments = number_text(n_segments) + (n_segments == 1 ? " segment" : " segments");
  std::string const groups = number_text(n_groups) + (n_groups == 1 ? " group" : " groups");
  return dynvision::joined(
      {number_text(n_blocks),
       " blocks of at most ",
       longest_block,
       " steps, ",
       segments,
       ", ",
       groups,
       " of samples, ",
       in_mega(kept_bytes),
       " MB kept, about ",
       in_mega(peak_bytes),
       " MB at most, ",
       in_mega(result_bytes),
       " MB of results, convolutions ",
       in_giga(forward_flops),
       " GFLOP (step by step ",
       in_giga(forward_flops_by_step),
       ")",
       layer_offset.back() > 0 ? ", in engineering time" : "",
       ", ",
       n_threads,
       n_threads == 1 ? " thread" : " threads",
       bfloat16_is_emulated ? ", bfloat16 without instructions for it: many times slower than float32" : ""});
}

}  // namespace dynvision::run
