// Where the head is applied.
#pragma once
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/sweep/head_of_steps.hpp>

namespace dynvision::run {

DYNVISION_INLINE void plan_head(PreparedRun& run, bool keeps) {
  // One product of all steps costs less than one for each block.
  constexpr std::int64_t much = 1 << 20, much_of_units = 1 << 24;  // [bytes]
  kernels::Shape const& of_units = run.table.nodes.back().out;
  std::int64_t const bytes = 4 * run.stimulus.n_timesteps() * run.n_samples() * of_units.channels;
  run.classifies_blocks = !keeps && run.classifier != nullptr && bytes > much;
  run.reads_out_at_once = run.head_is_readout && of_units.size() == of_units.channels && bytes <= much_of_units;
}

// (T B,N,1,1)
DYNVISION_INLINE Tensor input_of_readout(PreparedRun const& run) {
  return run.results.head_input.unsqueeze(2).unsqueeze(3);
}

DYNVISION_INLINE void clear_rows_without_signal(PreparedRun const& run, Tensor const& of_steps) {
  for (int t = 0; t < run.stimulus.n_timesteps(); ++t) {
    if (!run.table.has_signal(run.nodes.size() - 1, t + run.table.idle)) run.results.step(of_steps, t).zero_();
  }
}

DYNVISION_INLINE void take_to_head(ForwardContext& at, Tensor const& x, bool results) {
  PreparedRun& run = at.run;
  int const t = at.block.first + run.table.layer_offset.back() - run.table.idle;
  if (t < 0 || t >= run.stimulus.n_timesteps() || !x.defined()) return;
  if (at.kept != nullptr) at.kept->input.back() = x;
  if (!results) return;
  if (run.classifier != nullptr) {
    Tensor z = in_parameter_dtype(run, x).sum({2, 3});
    if (run.classifies_blocks) z = linear(z.div_(run.pixels_of_head()), run.classifier->weight, run.classifier->bias);
    run.results.put_head_input(t, at.block.n, z);
  } else if (run.reads_out_at_once) {
    Tensor const r = in_parameter_dtype(run, x);
    std::array<std::int64_t, 2> const sizes{r.size(0), r.size(1)}, strides{r.stride(0), r.stride(1)};
    run.results.put_head_input(t, at.block.n, kernels::view_of(r, sizes, strides, r.storage_offset()));
  } else if (run.head.functions != nullptr) {
    run.results.put_head_input(t, at.block.n, run.head.forward(at, x));
  }
}

DYNVISION_INLINE Tensor outputs_of_head(PreparedRun& run) {
  if (run.classifier == nullptr && run.head.functions == nullptr) return {};
  std::int64_t const T = run.stimulus.n_timesteps();
  Tensor z = run.results.head_input;
  if (!z.defined()) return zeros({run.n_samples(), T, run.n_classes}, run.parameter_options);
  if (run.classifier != nullptr && !run.classifies_blocks) {
    z = linear(z.div_(run.pixels_of_head()), run.classifier->weight, run.classifier->bias);
    clear_rows_without_signal(run, z);
  } else if (run.reads_out_at_once) {
    Segment none;
    ForwardContext at{run, none};
    z = run.head.forward(at, input_of_readout(run));
    clear_rows_without_signal(run, z);
  }
  return z.view({T, run.n_samples(), z.size(1)}).transpose(0, 1).contiguous();
}

// Of the outputs (T B,K): the gradients of the classifier's parameters are added, that of its mean is returned.
DYNVISION_INLINE Tensor classifier_adjoint(PreparedRun& run, Tensor const& g) {
  Classifier const& head = *run.classifier;
  clear_rows_without_signal(run, g);
  if (run.results.head_input.defined()) {
    run.gradients.add(run.gradients.index(head.weight), g.t().matmul(run.results.head_input), true);
    run.gradients.add(run.gradients.index(head.bias), g.sum({0}), true);
  }
  // Step by step: MKL sets megabytes aside for a product of many rows, and keeps them.
  std::int64_t const T = run.stimulus.n_timesteps(), K = g.size(1), C = head.weight.size(1);
  Tensor const weight = head.weight.detach().unsqueeze(0).expand({T, K, C});
  return g.reshape({T, run.n_samples(), K}).bmm(weight).view({g.size(0), C}).div_(run.pixels_of_head());
}

// The same of a readout, and of what it takes.
DYNVISION_INLINE Tensor readout_adjoint(PreparedRun& run, Tensor const& g) {
  if (!run.results.head_input.defined()) return {};
  clear_rows_without_signal(run, g);
  Segment none;
  Values values(run.nodes.size() + 1);
  ResultGradients const of_nothing;
  std::vector<StateGradient> states;
  Tensor frames;
  bool frames_found = false;
  ReverseContext at{run, none, of_nothing, states, frames, frames_found};
  at.values = &values, at.g = g;
  values.input.back() = input_of_readout(run);
  run.head.adjoint(at);
  return at.g.flatten(1);
}

DYNVISION_INLINE Tensor gradient_to_head(PreparedRun& run, Tensor const& of_outputs) {
  if (!of_outputs.defined()) return {};
  std::int64_t const rows = of_outputs.size(0) * of_outputs.size(1);
  Tensor const g = of_outputs.transpose(0, 1).reshape({rows, of_outputs.size(2)});
  if (run.classifier != nullptr) return classifier_adjoint(run, g.clone());
  return run.reads_out_at_once ? readout_adjoint(run, g.clone()) : g;
}

DYNVISION_INLINE Tensor gradient_from_head(ReverseContext& at) {
  PreparedRun& run = at.run;
  int const t = at.block.first + run.table.layer_offset.back() - run.table.idle, n = at.block.n;
  if (t < 0 || !at.given.head_input.defined()) return {};
  Tensor const x = at.input_of_head();
  if (!x.defined()) return {};
  Tensor g = run.results.rows(at.given.head_input, t, n);
  if (x.size(0) != run.rows(n)) g = g.reshape({n, run.batch, g.size(1)}).sum({0});  // the same in all steps
  if (run.classifier != nullptr) {
    Tensor const spread = run.layout.empty(x.size(0), {x.size(1), x.size(2), x.size(3)}, run.options);
    std::array<std::int64_t, 4> const same_everywhere{g.stride(0), g.stride(1), 0, 0};
    spread.copy_(kernels::view_of(g, x.sizes(), same_everywhere, g.storage_offset()));
    return spread;
  }
  if (run.reads_out_at_once) return in_signal_dtype(run, g.view({g.size(0), g.size(1), 1, 1}));
  if (run.head.functions == nullptr) return {};
  at.g = g;
  run.head.adjoint(at);
  return at.g;
}

}  // namespace dynvision::run
