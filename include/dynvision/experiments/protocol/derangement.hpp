// Which images take the place of "another one": for each image of a set the k-th image of another class.
//
//   Derangement const others(labels);
//   others.of(7, 1)          the first other image of image 7
//
// Images are put in the order of their classes, and the order is turned by at least as many places as the largest class has:
// each image then meets one of another class, and each is met once. k-th others are different for k = 1 ... count(). Where one
// class has more than half of the images there is no such turn: images of other classes are then taken in turns.
// It depends on the labels of the set alone: not on batches.
//
// Errors: experiments.105, experiments.106.
#pragma once
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <vector>

namespace dynvision::experiments {

class Derangement {
 public:
  explicit Derangement(std::span<std::int64_t const> labels)
      : label_(labels.begin(), labels.end()), order_(labels.size()), place_(labels.size()) {
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::int64_t a, std::int64_t b) { return at(label_, a) < at(label_, b); });
    for (std::size_t i = 0; i < order_.size(); ++i) at(place_, order_[i]) = static_cast<std::int64_t>(i);
    std::map<std::int64_t, std::int64_t> members;
    for (std::int64_t const label : label_) largest_ = std::max(largest_, ++members[label]);
    if (members.size() < 2) {
      fail("experiments", 105,
           {"another image of another class: expected images of at least two classes, found ", members.size()});
    }
    turns_ = size() - 2 * largest_ + 1;
    if (turns_ > 0) {
      for (stride_ = largest_; std::gcd(stride_, turns_) != 1;) ++stride_;
    }
  }

  std::int64_t size() const { return static_cast<std::int64_t>(label_.size()); }
  // How many different others there are for every image.
  std::int64_t count() const { return turns_ > 0 ? turns_ : size() - largest_; }

  // k from 1.
  std::int64_t of(std::int64_t image, std::int64_t k) const {
    if (image < 0 || image >= size() || k < 1 || k > count()) {
      fail("experiments", 106,
           {"other image ", k, " of image ", image, ": expected 1 to ", count(), " of 0 to ", size() - 1});
    }
    if (turns_ > 0) {
      std::int64_t const turn = largest_ + (k - 1) * stride_ % turns_;
      return at(order_, (at(place_, image) + turn) % size());
    }
    std::int64_t const label = at(label_, image);
    auto const first = std::lower_bound(order_.begin(), order_.end(), label,
                                        [&](std::int64_t i, std::int64_t l) { return at(label_, i) < l; });
    auto const last =
        std::upper_bound(first, order_.end(), label, [&](std::int64_t l, std::int64_t i) { return l < at(label_, i); });
    std::int64_t const begin = first - order_.begin(), own = last - first;
    std::int64_t const i = (at(place_, image) - begin + k - 1) % (size() - own);  // among those of other classes
    return at(order_, i < begin ? i : i + own);
  }

 private:
  static std::int64_t& at(std::vector<std::int64_t>& all, std::int64_t i) { return all[static_cast<std::size_t>(i)]; }
  static std::int64_t at(std::vector<std::int64_t> const& all, std::int64_t i) {
    return all[static_cast<std::size_t>(i)];
  }

  std::vector<std::int64_t> label_, order_, place_;  // order: images by class; place: of an image in it
  std::int64_t largest_ = 0, turns_ = 0, stride_ = 1;
};

}  // namespace dynvision::experiments
