// What a batch adds to the sums of an epoch, and the words for them beside a progress bar.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/train/evaluate.hpp>
#include <dynvision/train/training_state.hpp>

#include <cstdint>
#include <string>

namespace dynvision::fitting {

// `trials`: each sample is answered once (trial_answer).
inline void add(TrainingSums& sums, Presented const& shown, LossValue const& loss, bool trials) {
  LabelledLogits const data(shown.activity.outputs, shown.labels);
  for (std::int64_t b = 0; trials && b < data.labels.size(0); ++b) {
    TrialAnswer const trial = trial_answer(data, b);
    sums.n_labels += trial.counts;
    sums.n_right += trial.counts && trial.right;
  }
  for (std::int64_t i = 0; !trials && i < data.n; ++i) {
    if (data.label(i) < 0) continue;
    ++sums.n_labels;
    sums.n_right += data.guess(i) == data.label(i);
  }
  sums.losses.add(loss);
}

inline std::string note(TrainingSums const& sums) {
  return joined({"loss ", number_text(sums.losses.total(), decimals(3)), "  accuracy ",
                 number_text(100 * sums.accuracy(), decimals(1)), " %"});
}

}  // namespace dynvision::fitting
