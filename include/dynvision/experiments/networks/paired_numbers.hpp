// Two kinds of networks side by side, or one with and without its recurrence: numbers of the same images, of networks of the same seed.
//
//   PairedNumbers const p(a, b);                              // SeedNumbers; p.found() says whether there is a pair at all
//   std::vector<double> const u = p.units(Units::as_drawn);   // (U, columns): differences of units
//
// Columns are paired by layer, measure, status and value of the parameter; those that one side lacks are left out. Networks are paired by
// seed; where each side is one network, whatever its seed is.
//
// Units are what was drawn independently: networks (seeds), the mean over the images of each, or the images where there is a pair of networks
// alone. Units::images takes images in any case, the mean over the networks of each: then nothing is said of other networks.
#pragma once
#include <dynvision/experiments/networks/image_numbers.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::experiments {

enum class Units { as_drawn, images };

class PairedNumbers {
 public:
  PairedNumbers(SeedNumbers const& a, SeedNumbers const& b) {
    for (std::size_t s = 0; s < a.seeds.size(); ++s) {
      auto const found = std::find(b.seeds.begin(), b.seeds.end(), a.seeds[s]);
      bool const alone = a.seeds.size() == 1 && b.seeds.size() == 1;
      if (found != b.seeds.end() || alone)
        seeds_.emplace_back(s, alone ? 0 : static_cast<std::size_t>(found - b.seeds.begin()));
    }
    std::vector<std::pair<std::size_t, std::size_t>> images;
    for (std::size_t i = 0; i < a.images.size(); ++i) {
      auto const found = std::find(b.images.begin(), b.images.end(), a.images[i]);
      if (found != b.images.end()) images.emplace_back(i, static_cast<std::size_t>(found - b.images.begin()));
    }
    n_images_ = images.size();
    std::map<std::string, std::size_t> places;
    for (std::size_t c = 0; c < b.columns.size(); ++c) places[name_of(b, c)] = c;
    std::vector<std::pair<std::size_t, std::size_t>> columns;
    for (std::size_t c = 0; c < a.columns.size(); ++c) {
      auto const found = places.find(name_of(a, c));
      if (found == places.end()) continue;
      columns.emplace_back(c, found->second);
      columns_.push_back(a.columns[c]);
    }
    a_.reserve(seeds_.size() * n_images_ * columns.size()), b_.reserve(a_.capacity());
    for (auto const& [sa, sb] : seeds_) {
      for (auto const& [ia, ib] : images) {
        for (auto const& [ca, cb] : columns) a_.push_back(a.at(sa, ia, ca)), b_.push_back(b.at(sb, ib, cb));
      }
    }
  }

  bool found() const { return !a_.empty(); }
  std::size_t n_seeds() const { return seeds_.size(); }
  std::size_t n_images() const { return n_images_; }
  std::vector<NumberColumn> const& columns() const { return columns_; }

  // (S, N, columns of this range)
  std::vector<double> differences(std::size_t first, std::size_t n) const {
    std::vector<double> all;
    for (std::size_t row = 0; row < seeds_.size() * n_images_; ++row) {
      for (std::size_t c = first; c < first + n; ++c)
        all.push_back(a_[row * columns_.size() + c] - b_[row * columns_.size() + c]);
    }
    return all;
  }
  std::size_t n_units(Units units) const { return by_network(units) ? seeds_.size() : n_images_; }
  std::string units_text(Units units) const {
    if (by_network(units)) return "seeds";
    if (seeds_.size() < 2) return "images of one network";
    return "images, means of " + number_text(seeds_.size()) + " networks";
  }

  enum class Side { a, b, difference };
  // (U, columns of this range). Of a and b: of the images that both have a number for.
  std::vector<double> units(Units units, std::size_t first, std::size_t n, Side side = Side::difference) const {
    std::size_t const U = n_units(units);
    std::vector<double> sums(U * n, 0.0), counts(U * n, 0.0);
    for (std::size_t row = 0; row < seeds_.size() * n_images_; ++row) {
      std::size_t const unit = by_network(units) ? row / n_images_ : row % n_images_;
      for (std::size_t c = 0; c < n; ++c) {
        double const a = a_[row * columns_.size() + first + c], b = b_[row * columns_.size() + first + c];
        if (std::isnan(a - b)) continue;
        sums[unit * n + c] += side == Side::a ? a : side == Side::b ? b : a - b;
        counts[unit * n + c] += 1;
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = counts[i] > 0 ? sums[i] / counts[i] : analysis::not_defined;
    return sums;
  }

 private:
  static std::string name_of(SeedNumbers const& all, std::size_t c) {
    NumberColumn const& column = all.columns[c];
    KeyCells const& keys = all.conditions[column.condition];
    std::string id = keys.condition;
    if (auto const at = id.find("+ffonly=true"); at != id.npos) id.erase(at, std::string_view("+ffonly=true").size());
    std::string const where = column.of_condition ? keys.parameter_value + "\n" + id : "";
    return joined({keys.status, "\n", where, "\n", column.layer, "\n", column.measure, "\n", column.step});
  }
  bool by_network(Units units) const { return units == Units::as_drawn && seeds_.size() >= 2; }

  std::vector<std::pair<std::size_t, std::size_t>> seeds_{};  // places in a and b
  std::size_t n_images_ = 0;
  std::vector<NumberColumn> columns_{};
  std::vector<double> a_{}, b_{};  // (S, N, columns)
};

}  // namespace dynvision::experiments
