// The images of some classes alone, numbered anew in the order in which the classes are named.
//
//   Images const shoes = images_of_classes(set, {"Sandal", "Sneaker", "Ankle boot"});      labels 0, 1, 2
//
// Errors: data.107, data.156, data.157.
#pragma once
#include <dynvision/data/batches.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace dynvision {

inline Images images_of_classes(Images const& set, std::vector<std::string> const& names) {
  check_still(set);
  std::vector<std::int64_t> new_label(set.classes.size(), -1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto const found = std::find(set.classes.begin(), set.classes.end(), names[i]);
    if (found == set.classes.end()) {
      fail("data", 156, {"class \"", names[i], "\" is not in the data: ", expected_one_of(names[i], set.classes)});
    }
    std::int64_t& label = new_label[static_cast<std::size_t>(found - set.classes.begin())];
    if (label >= 0) fail("data", 157, {"class \"", names[i], "\": expected each class once, found it twice"});
    label = static_cast<std::int64_t>(i);
  }
  std::vector<std::int64_t> kept, labels;
  auto const* const label = set.labels.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < set.size(); ++i) {
    std::int64_t const k = new_label[static_cast<std::size_t>(label[i])];
    if (k >= 0) kept.push_back(i), labels.push_back(k);
  }
  if (kept.empty()) fail("data", 157, {"the classes that were named: expected images of them, found none"});
  Batch batch = batch_of(set, kept.data(), static_cast<std::int64_t>(kept.size()));
  std::copy(labels.begin(), labels.end(), batch.labels.mutable_data_ptr<std::int64_t>());
  return {batch.images, batch.labels, names};
}

}  // namespace dynvision
