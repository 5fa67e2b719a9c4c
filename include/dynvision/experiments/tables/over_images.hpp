// Mean and standard deviation over images, one after the other (Welford 1962), without those that have no number.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

namespace dynvision::experiments {

class OverImages {
 public:
  void add(double x) {
    if (std::isnan(x)) return;
    ++n_;
    double const d = x - mean_;
    mean_ += d / static_cast<double>(n_);
    squares_ += d * (x - mean_);
  }
  std::int64_t n() const { return n_; }
  double mean() const { return n_ > 0 ? mean_ : none; }
  double sd() const { return n_ > 1 ? std::sqrt(squares_ / static_cast<double>(n_ - 1)) : none; }
  // Half of the 95 % interval of the mean, 1.96 standard errors.
  double half_interval() const { return 1.959963984540054 * sd() / std::sqrt(static_cast<double>(n_)); }

 private:
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::int64_t n_ = 0;
  double mean_ = 0, squares_ = 0;
};

}  // namespace dynvision::experiments
