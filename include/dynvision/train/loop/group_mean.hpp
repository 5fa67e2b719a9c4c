// The gradient of several batches as one: that of the mean over all of their samples, whatever the size of each.
//
//   g = sum_b n_b/N dL_b/dw          n_b: samples of batch b, N: of the group of accumulate_grad_batches, or what is left
//
// Where the objective is one term, n_b is what that is a mean over (LossPart::count), such as the labels that count, which
// is known only when batch b has been run: the gradient is multiplied by what was expected over what it was.
#pragma once
#include <dynvision/losses/weighted_sum.hpp>

#include <cstdint>

namespace dynvision::fitting {

class GroupMean {
 public:
  void begin(std::int64_t n_samples) {
    n_samples_ = static_cast<double>(n_samples);
    expected_ = found_ = 0;
  }

  // The factor of a batch's loss.
  double share(LossValue const& loss, std::int64_t n_samples) {
    auto const n = static_cast<double>(n_samples);
    double const count = loss.parts.size() == 1 ? loss.parts[0].count : n;
    if (expected_ == 0) expected_ = (count > 0 ? count : n) * (n_samples_ / n);
    found_ += count;
    return count / expected_;
  }
  // The factor of the gradient when all batches have been added.
  double correction() const { return found_ > 0 ? expected_ / found_ : 1; }

 private:
  double n_samples_ = 0, expected_ = 0, found_ = 0;
};

}  // namespace dynvision::fitting
