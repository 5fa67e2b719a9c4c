// Responses of all layers to the first images of the batch that is under way: what a look at a training is made from.
//
//   for (run::Trace const& trace : sample_responses(now)) ...      of at most 16 images, without gradient
//
// A run of its own: it draws no random numbers of the training and changes none of its numbers.
#pragma once
#include <dynvision/train/random_state.hpp>
#include <dynvision/train/training.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace dynvision {

inline std::vector<run::Trace> sample_responses(Training& now) {
  at::AutoGradMode const no_gradient(false);
  RandomState const random = random_state();
  std::int64_t const n = std::min<std::int64_t>(16, now.batch->images.size(0));
  Batch const few{now.batch->images.narrow(0, 0, n), now.batch->labels.narrow(0, 0, n)};
  Presented shown = now.run(few, {.record = true, .epoch = now.state.epoch, .batch = now.i_batch});
  set_random_state(random);
  return std::move(shown.activity.responses);
}

}  // namespace dynvision
