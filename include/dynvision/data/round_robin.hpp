// Images of all classes, as many of each as there can be: the first one of every class, the second one of every class, ...
//
//   std::vector<std::int64_t> const which = round_robin(set, 200);     20 of each of 10 classes; places in the set
//   Images const some = chosen(set, which);
//
// In the order of the set; a class that has no further image is left out. The first n of a longer row are the row of n.
//
// Errors: data.107, data.166.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/data/images.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dynvision {

inline std::vector<std::int64_t> round_robin(Images const& set, std::int64_t n) {
  check_still(set);
  if (n < 1 || n > set.size()) {
    fail("data", 166, {n, " images of every class in turn: expected 1 ... ", set.size(), ", all there are"});
  }
  std::vector<std::vector<std::int64_t>> of_class(set.classes.size());
  Tensor const labels = set.labels.contiguous();
  auto const* const label = labels.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < set.size(); ++i) of_class[static_cast<std::size_t>(label[i])].push_back(i);
  std::vector<std::int64_t> all;
  auto const wanted = static_cast<std::size_t>(n);
  for (std::size_t k = 0; all.size() < wanted; ++k) {
    for (std::vector<std::int64_t> const& one : of_class) {
      if (k < one.size() && all.size() < wanted) all.push_back(one[k]);
    }
  }
  return all;
}

inline Images chosen(Images const& set, std::vector<std::int64_t> const& which) {
  Tensor const at = host_tensor({static_cast<std::int64_t>(which.size())}, at::kLong);
  std::copy(which.begin(), which.end(), at.mutable_data_ptr<std::int64_t>());
  return {set.images.index_select(0, at), set.labels.index_select(0, at), set.classes};
}

}  // namespace dynvision
