// AreaTable: the areas of a layer of rates, each a block of its units, and which of them excite.
//
//   AreaTable const areas({{"V1", 40}, {"V4", 30}, {"IT", 30}});       units 0 ... 39 are V1
//   AreaTable const five = AreaTable::equal(100, 5);                   area0 ... area4, 20 units each
//   areas.with_excitatory(0.8)                                         the first floor(0.8 n) units of each area excite
//   areas.of("V4").narrow(r)                                           r (B,T,N) of one area: a view
//
// Errors: rate.110 (an area without units, two of one name, units that cannot be divided), rate.111 (an unknown area).
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::rate {

struct RateArea {
  std::string name{};
  int size = 0;        // units
  int first = 0;       // index of its first unit
  int excitatory = 0;  // the first ones of its units
  int inhibitory() const { return size - excitatory; }

  // The units of this area, of numbers of all units along the last axis.
  Tensor narrow(Tensor const& of_all) const { return of_all.narrow(-1, first, size); }
};

class AreaTable {
 public:
  AreaTable() = default;
  explicit AreaTable(std::vector<std::pair<std::string, int>> const& areas) {
    for (auto const& [name, size] : areas) {
      if (size < 1) fail("rate", 110, {"area \"", name, "\" of ", size, " units: expected at least 1"});
      for (RateArea const& one : areas_) {
        if (one.name == name) fail("rate", 110, {"two areas of the name \"", name, "\""});
      }
      areas_.push_back({name, size, units(), size});
    }
  }
  // n areas of equal size, area0, area1 ...
  static AreaTable equal(int units, int n) {
    if (n < 1 || units < 1 || units % n != 0) {
      fail("rate", 110,
           {units, " units in ", n, " areas: expected a number of units that can be divided by that of areas"});
    }
    std::vector<std::pair<std::string, int>> all;
    for (int i = 0; i < n; ++i) all.emplace_back(joined({"area", i}), units / n);
    return AreaTable(all);
  }

  AreaTable with_excitatory(double share) const {
    if (!(share >= 0 && share <= 1)) fail("rate", 112, {"a share of ", share, " of excitatory units: expected 0 to 1"});
    AreaTable all = *this;
    for (RateArea& one : all.areas_) one.excitatory = static_cast<int>(std::floor(one.size * share));
    return all;
  }

  int units() const { return areas_.empty() ? 0 : areas_.back().first + areas_.back().size; }
  int n_areas() const { return static_cast<int>(areas_.size()); }
  std::vector<RateArea> const& areas() const { return areas_; }
  RateArea const& operator[](int i) const { return areas_[static_cast<std::size_t>(i)]; }
  RateArea const& of(std::string_view name) const {
    std::vector<std::string_view> names;
    for (RateArea const& one : areas_) {
      if (one.name == name) return one;
      names.push_back(one.name);
    }
    fail("rate", 111, {"area \"", name, "\": ", expected_one_of(name, names)});
  }

 private:
  std::vector<RateArea> areas_{};
};

}  // namespace dynvision::rate
