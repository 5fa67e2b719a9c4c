// When an image is shown, and which steps count for the loss.
//
// A pattern of P characters 0/1 is stretched to T steps: shown_t = pattern[floor(t P / T)].
// Where nothing is shown the label is `non_label_index`. The first n = max(1, ceil(loss_reaction_time/dt)) steps after each onset
// (shown_t and not shown_{t-1}, or t = 0) do not count either, if loss_reaction_time > 0; a single step (T = 1) always counts.
// R residual steps shift the labels: the input at step t is scored with the output at step t + R, the first R labels are masked.
// Times in ms.
//
// Errors: data.141 … data.149.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/permutation.hpp>
#include <dynvision/core/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct Presentation {
  std::string pattern = "1";
  bool shuffle = false;           // a new order of the pattern's characters for every batch
  double loss_reaction_time = 0;  // [ms]
  int non_label_index = -1;       // < 0: a label that does not count
};

void check_pattern(std::string_view pattern);

std::vector<bool> stretch_pattern(std::string_view pattern, std::int64_t n_timesteps);

std::string shuffle_pattern(std::string_view pattern, std::mt19937_64& generator);

// Rounding of t/dt must not add a step: 6 ms / 2 ms is 3 steps, 0.3 / 0.1 too.
std::int64_t reaction_steps(double loss_reaction_time, double dt);

// true: the label of this step does not count, because the image has only just appeared.
std::vector<bool> reaction_mask(std::vector<bool> const& shown, std::int64_t n_reaction_steps);

// Whether the label of some step counts: the image is shown, and has been for longer than loss_reaction_time.
bool some_label_counts(Presentation const& presentation, int n_timesteps, double dt);

// labels (B), or (B,T) for inputs that change -> (B,T+R)
Tensor step_labels(Tensor const& labels, std::vector<bool> const& shown, std::int64_t n_reaction_steps,
                   std::int64_t n_residual, std::int64_t non_label_index = -1);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/presentation.ipp>
#endif
