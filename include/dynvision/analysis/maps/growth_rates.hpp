// GrowthRates: means of logarithms of growth over a run, with their standard errors from ten parts of it.
//
//   lambda_i = (1 / time) sum over the run of ln R_ii          R_ii: by what tangent i has grown since it was made orthonormal
//
//   GrowthRates rates(3, 1000);  rates.add(t, i, std::log(R));  ...  rates.mean(i, dt)        per unit of dt
//
// ln 0 = -inf, a direction that is lost for good, is the rate -inf; its standard error, and that of fewer than 50 additions, is nan.
#pragma once
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace dynvision::analysis {

class GrowthRates {
 public:
  GrowthRates(std::size_t n, std::size_t n_additions)
      : n_additions_(n_additions), n_parts_(n_additions >= 50 ? 10 : 1), sums_(n, std::vector<double>(n_parts_, 0)) {}

  // At addition t, 0 ... n_additions - 1.
  void add(std::size_t t, std::size_t i, double log_of_growth) {
    sums_[i][t * n_parts_ / n_additions_] += log_of_growth;
  }
  std::size_t size() const { return sums_.size(); }
  double mean(std::size_t i, double dt) const {  // dt: time between additions
    double mean = 0;
    for (double const part : sums_[i]) mean += part / static_cast<double>(n_additions_) / dt;
    return mean;
  }
  double standard_error(std::size_t i, double dt) const {
    double const all = mean(i, dt), n = static_cast<double>(n_parts_);
    if (n_parts_ < 2 || !std::isfinite(all)) return std::numeric_limits<double>::quiet_NaN();
    double square = 0;
    for (double const part : sums_[i]) {
      double const difference = part * n / static_cast<double>(n_additions_) / dt - all;
      square += difference * difference;
    }
    return std::sqrt(square / (n * (n - 1)));
  }

 private:
  std::size_t n_additions_, n_parts_;
  std::vector<std::vector<double>> sums_;
};

}  // namespace dynvision::analysis
