// Bounds of the parameters of a fit: each between its lower and its upper one, which may be infinite.
//
//   Box const box{{0, 0.3, 0}, {1, 8, 10}};
//   Eigen::VectorXd const inside = box.nearest(start);
//
// Errors: analysis.109.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace dynvision::analysis {

inline Eigen::VectorXd vector_of(std::initializer_list<double> values) {
  return Eigen::Map<Eigen::VectorXd const>(values.begin(), static_cast<Eigen::Index>(values.size()));
}

struct Box {
  Eigen::VectorXd lower, upper;

  Box(Eigen::VectorXd low, Eigen::VectorXd high) : lower(std::move(low)), upper(std::move(high)) { check(); }
  Box(std::initializer_list<double> low, std::initializer_list<double> high) : Box(vector_of(low), vector_of(high)) {}

  Eigen::Index size() const { return lower.size(); }
  Eigen::VectorXd nearest(Eigen::VectorXd const& x) const {
    if (x.size() != size() || !x.allFinite()) {
      fail("analysis", 109,
           {"a start of ", x.size(), " numbers for ", size(), " parameters: expected as many, and finite"});
    }
    return x.cwiseMax(lower).cwiseMin(upper);
  }

 private:
  void check() const {
    if (lower.size() != upper.size() || lower.size() == 0) {
      fail("analysis", 109,
           {lower.size(), " lower and ", upper.size(), " upper bounds: expected as many, at least one"});
    }
    for (Eigen::Index i = 0; i < lower.size(); ++i) {
      if (!(lower[i] <= upper[i])) {
        fail("analysis", 109,
             {"parameter ", i, ": the lower bound ", lower[i], " is not at most the upper one, ", upper[i]});
      }
    }
  }
};

}  // namespace dynvision::analysis
