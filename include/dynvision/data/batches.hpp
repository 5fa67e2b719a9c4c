// Minibatches in an order that depends on (seed, epoch) alone, so that an interrupted epoch continues where it stopped.
//
//   for (auto const& [images, labels] : Batches(set, {.batch_size = 64, .seed = 1}, epoch)) …
//
// Order: permutation of mt19937_64(mix(seed, epoch)) (core/permutation.hpp); mix is splitmix64 (Steele,
// Lea & Flood 2014). Every batch owns its memory. The last batch is smaller where sizes do not divide, or is left out.
//
// Errors: data.131 … data.137.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/permutation.hpp>
#include <dynvision/data/images.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

struct Batch {
  Tensor images;  // (B,C,H,W) float32, or (B,T,C,H,W)
  Tensor labels;  // (B) int64, or (B,T)
};

struct BatchOptions {
  std::int64_t batch_size = 64;
  bool shuffle = true;
  bool drop_last = false;
  std::uint64_t seed = 0;
};

// The images with these numbers, in this order; owns its memory.
inline Batch batch_of(Images const& set, std::int64_t const* first, std::int64_t count) {
  Tensor const numbers = host_tensor({count}, at::kLong);
  std::copy_n(first, count, numbers.mutable_data_ptr<std::int64_t>());
  return {set.images.index_select(0, numbers), set.labels.index_select(0, numbers)};
}

class Batches {
 public:
  // Starts at batch `first` (to continue an epoch).
  explicit Batches(Images const& set, BatchOptions options = {}, std::int64_t epoch = 0, std::int64_t first = 0)
      : set_(set), options_(options), first_(first) {
    check_shapes(set_);
    if (options_.batch_size < 1) fail("data", 131, {"batch_size: expected a number >= 1, found ", options_.batch_size});
    if (epoch < 0) fail("data", 132, {"epoch: expected a number >= 0, found ", epoch});
    std::int64_t const n = set_.size(), size = options_.batch_size;
    n_batches_ = options_.drop_last ? n / size : n / size + (n % size != 0);
    if (n_batches_ == 0) {
      fail("data", 133,
           {"expected at least one batch, found ", n, " images for batches of ", size,
            options_.drop_last && n > 0 ? " (drop_last leaves none)" : ""});
    }
    if (first_ < 0 || first_ > n_batches_) {
      fail("data", 134, {"first batch: expected 0 ... ", n_batches_, ", found ", first_});
    }
    if (options_.shuffle) {
      std::mt19937_64 generator(mixed(mixed(options_.seed) + static_cast<std::uint64_t>(epoch)));
      order_ = permutation(n, generator);
    } else {
      order_.resize(static_cast<std::size_t>(n));
      std::iota(order_.begin(), order_.end(), std::int64_t{0});
    }
  }

  std::int64_t size() const noexcept { return n_batches_; }  // of the whole epoch
  std::vector<std::int64_t> const& order() const noexcept { return order_; }

  Batch operator[](std::int64_t index) const {
    if (index < 0 || index >= n_batches_) {
      fail("data", 135, {"batch: expected 0 ... ", n_batches_ - 1, ", found ", index});
    }
    std::int64_t const begin = index * options_.batch_size;
    return batch_of(set_, order_.data() + begin, std::min(options_.batch_size, set_.size() - begin));
  }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Batch;
    Iterator(Batches const* batches, std::int64_t index) : batches_(batches), index_(index) {}
    Batch operator*() const { return (*batches_)[index_]; }
    Iterator& operator++() { return ++index_, *this; }
    void operator++(int) { ++index_; }
    std::int64_t index() const noexcept { return index_; }
    friend bool operator==(Iterator const& a, Iterator const& b) { return a.index_ == b.index_; }

   private:
    Batches const* batches_;
    std::int64_t index_;
  };
  Iterator begin() const { return {this, first_}; }
  Iterator end() const { return {this, n_batches_}; }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  Images set_;  // shares the tensors' memory
  BatchOptions options_;
  std::int64_t first_ = 0, n_batches_ = 0;
  std::vector<std::int64_t> order_;
};

// The first n images, in memory of their own.
inline Images subset(Images const& set, std::int64_t n) {
  check_shapes(set);
  if (n < 1 || n > set.size()) fail("data", 136, {"subset: expected 1 ... ", set.size(), " images, found ", n});
  return {set.images.narrow(0, 0, n).clone(), set.labels.narrow(0, 0, n).clone(), set.classes, set.dt};
}

// Two sets without a common image: round(ratio * N) images drawn by `seed`, and the rest; e.g. training and validation.
inline std::pair<Images, Images> split(Images const& set, double ratio, std::uint64_t seed) {
  check_shapes(set);
  std::int64_t const n = set.size();
  auto const n_first = ratio > 0 && ratio < 1 ? std::llround(ratio * static_cast<double>(n)) : 0;
  if (n_first < 1 || n_first >= n) {
    fail("data", 137,
         {"split: expected a ratio between 0 and 1 that leaves images in both parts, found ", ratio, " of ", n,
          " images"});
  }
  std::mt19937_64 generator(seed);
  std::vector<std::int64_t> const order = permutation(n, generator);
  Batch const first = batch_of(set, order.data(), n_first);
  Batch const second = batch_of(set, order.data() + n_first, n - n_first);
  return {{first.images, first.labels, set.classes, set.dt}, {second.images, second.labels, set.classes, set.dt}};
}

}  // namespace dynvision
