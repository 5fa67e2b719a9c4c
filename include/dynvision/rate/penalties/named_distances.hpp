// Distances between units by the words of a configuration, for DistancePenalty (named_penalties.hpp).
//
//   places       axis: units in their order on an axis, 0 ... 1     cortex: synthetic_cortex, on a sphere     grid: a box of units, `grid`
//                file: an NPY file, `file`: places (N) or (N,3), or distances (N,N)
//   normalise    mean 1 off the diagonal: a constant distance is the plain penalty of the weights
//
// Errors: rate.124, and those of places.hpp and io/numpy/npy.hpp.
#pragma once
#include <dynvision/core/kwargs.hpp>
#include <dynvision/io/numpy/npy.hpp>
#include <dynvision/rate/penalties/cortical_axis.hpp>
#include <dynvision/rate/penalties/places.hpp>
#include <dynvision/rate/penalties/weights.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace dynvision::rate::penalties {

inline constexpr Kwarg places{
    .name = "places", .kind = KwargKind::word, .words = "axis|cortex|grid|file", .help = "where units lie"};
inline constexpr Kwarg grid{
    .name = "grid", .kind = KwargKind::numbers, .range = at_least(1), .help = "units of a box, [5, 5, 4]"};
inline constexpr Kwarg file{
    .name = "file", .kind = KwargKind::word, .help = "NPY file of places (N) or (N,3), or of distances (N,N)"};
inline constexpr Kwarg normalise{.name = "normalise",
                                 .kind = KwargKind::flag,
                                 .default_value = {1},
                                 .help = "distances have the mean 1 between different units"};

// (n): from the first to the last, in even steps.
inline Tensor evenly(double first, double last, std::int64_t n) {
  return ones({n})
      .cumsum(0)
      .sub(1)
      .mul((last - first) / static_cast<double>(std::max<std::int64_t>(1, n - 1)))
      .add(first);
}

namespace distances_by_name {

inline Tensor of_file(std::string const& path, std::int64_t n) {
  Tensor const found = read_npy(path).to(at::kFloat);
  if (found.dim() == 1) return axis_distance(found);
  return found.dim() == 2 && found.size(0) == n && found.size(1) == n ? found : rate::distances(found);
}
inline Tensor of_grid(std::vector<double> sizes) {
  sizes.resize(std::max<std::size_t>(sizes.size(), 3), 1);
  auto const size = [&](std::size_t i) { return static_cast<std::int64_t>(sizes[i]); };
  if (sizes.size() > 3) fail("rate", 124, {"DistancePenalty: a grid of ", sizes.size(), " sides: expected 1 to 3"});
  return rate::distances(grid_places(size(0), size(1), size(2)));
}

}  // namespace distances_by_name

// (n,n), of n units.
inline Tensor named_distances(KnownKwargs const& k, std::int64_t n) {
  std::string const& word = k.word("places");
  auto const needs = [&](char const* what) {
    if (!k.is_given(what)) fail("rate", 124, {"DistancePenalty: places \"", word, "\": expected ", what, " beside it"});
  };
  Tensor D;
  if (word == "axis") {
    D = axis_distance(evenly(0, 1, n));
  } else if (word == "cortex") {
    D = rate::distances(synthetic_cortex(n).places);
  } else if (word == "grid") {
    needs("grid");
    D = distances_by_name::of_grid(k.numbers("grid"));
  } else {
    needs("file");
    D = distances_by_name::of_file(k.word("file"), n);
  }
  if (D.size(0) != n) {
    fail("rate", 124, {"DistancePenalty: ", D.size(0), " places for ", n, " units: expected one of each"});
  }
  return k.flag("normalise") ? normalised_distance(D) : D;
}

}  // namespace dynvision::rate::penalties
