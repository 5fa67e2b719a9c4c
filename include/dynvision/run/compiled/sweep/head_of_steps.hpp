// The head of a model, and its adjoint: block by block, or once for all steps of a run, where it costs less so.
//
//   a Classifier           W mean(x) + b: the sum over height and width is kept, (T B,C), and the rest is done after the sweep
//   a readout              of a model without places: what it gets is kept, (T B,N)
//   anything else          what it gives is kept, (T B,K)
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run {

// Whether it is applied to all steps at once: where that is not a matter of memory. `keeps`: for the reverse sweep.
[[gnu::cold]] void plan_head(PreparedRun& run, bool keeps);

// What the last layer gives in a block goes to the head. `results`: the outputs are wanted, and not only what the adjoint reads.
void take_to_head(ForwardContext& at, Tensor const& x, bool results);

// (B,T,K), of the whole run; undefined: there is no head.
[[gnu::cold]] Tensor outputs_of_head(PreparedRun& run);

// From the gradient of the outputs (B,T,K), or undefined: of what is kept of each step, (T B,...). The parameters of a head
// that was applied to all steps have theirs then.
[[gnu::cold]] Tensor gradient_to_head(PreparedRun& run, Tensor const& of_outputs);

// The gradient of what the last layer gave in a block.
Tensor gradient_from_head(ReverseContext& at);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/head_of_steps.ipp>
#endif
