// Numbers of the images of one network, in columns: a measure of a layer in a condition, or a step of a time course.
//
//   ImageNumbers one;  one.images = {3, 9};
//   one.columns.push_back({.condition = 0, .layer = "V1", .measure = "peak_latency_ms"});
//   one.values                                                             // (N, columns)
//
// SeedNumbers: those of several networks that differ in their seed, (S, N, columns): images and columns that all of them have been shown.
//
//   SeedNumbers const all = of_seeds({&one, &other});
//   for (NumberMean const& m : means_of(all)) m.of.mean, m.interval.low           // drawn: seeds, then images
//
// Errors: experiments.182 (networks of one kind that were shown different conditions, or have other layers), experiments.183 (no image
// that all were shown).
#pragma once
#include <dynvision/analysis/response/averages.hpp>
#include <dynvision/analysis/statistics/bootstrap.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/experiments/networks/key_cells.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct NumberColumn {
  std::size_t condition = 0;  // place among the conditions
  std::string layer{}, measure{}, unit{};
  std::size_t step = 0;      // of a time course
  bool of_condition = true;  // no: over the parameter
  std::string flags{};
};

struct ImageNumbers {
  KeyCells network{};  // of its first row
  std::string file{};  // where they are from
  std::vector<KeyCells> conditions{};
  std::vector<std::int64_t> images{}, labels{};  // (N)
  std::optional<std::int64_t> n_classes{};       // where the table says it
  std::vector<NumberColumn> columns{};
  std::vector<double> values{};  // (N, columns)

  double at(std::size_t image, std::size_t column) const { return values[image * columns.size() + column]; }
  std::vector<double> of(std::size_t column) const {
    std::vector<double> all(images.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = at(i, column);
    return all;
  }
};

// What a column is of, whatever the network.
inline std::string identity_of(std::vector<KeyCells> const& conditions, NumberColumn const& column) {
  KeyCells const& c = conditions[column.condition];
  std::string const where = column.of_condition ? c.condition + "\n" + c.parameter_value : "";
  return joined(
      {c.status, "\n", c.parameter, "\n", where, "\n", column.layer, "\n", column.measure, "\n", column.step});
}

struct SeedNumbers {
  KeyCells network{};                  // the seed is empty
  std::vector<std::string> seeds{};    // (S)
  std::vector<std::int64_t> images{};  // (N)
  std::vector<KeyCells> conditions{};  // keys of rows over networks
  std::vector<NumberColumn> columns{};
  std::vector<double> values{};  // (S, N, columns)

  double at(std::size_t seed, std::size_t image, std::size_t column) const {
    return values[(seed * images.size() + image) * columns.size() + column];
  }
  // Of each seed the numbers of its images.
  std::vector<std::vector<double>> of(std::size_t column) const {
    std::vector<std::vector<double>> all(seeds.size(), std::vector<double>(images.size()));
    for (std::size_t s = 0; s < seeds.size(); ++s) {
      for (std::size_t i = 0; i < images.size(); ++i) all[s][i] = at(s, i, column);
    }
    return all;
  }
};

namespace networks {

// Keys of rows that say something of all networks: what differs among them is empty.
inline KeyCells keys_over(KeyCells const& one) {
  KeyCells keys = one;
  keys.model = one.model_without_seed(), keys.seed.clear();
  return keys;
}

inline std::vector<std::int64_t> images_of_all(std::vector<ImageNumbers const*> const& all) {
  std::vector<std::int64_t> images = all[0]->images;
  for (ImageNumbers const* one : all) {
    std::vector<std::int64_t> own = one->images;
    std::sort(own.begin(), own.end());
    std::erase_if(images, [&](std::int64_t i) { return !std::binary_search(own.begin(), own.end(), i); });
  }
  if (images.empty()) {
    fail("experiments", 183,
         {all.front()->file, " and ", all.back()->file,
          ": no image that all of these networks were shown: expected runs with the same --images"});
  }
  return images;
}

// Places of one network's columns in the order of the first one's.
inline std::vector<std::size_t> order_as(ImageNumbers const& first, ImageNumbers const& one) {
  std::map<std::string, std::size_t> places;
  for (std::size_t c = 0; c < one.columns.size(); ++c) places[identity_of(one.conditions, one.columns[c])] = c;
  std::vector<std::size_t> order;
  for (NumberColumn const& column : first.columns) {
    auto const found = places.find(identity_of(first.conditions, column));
    if (found == places.end()) {
      KeyCells const& c = first.conditions[column.condition];
      fail("experiments", 182,
           {one.file, ": ", column.measure, " of ", column.layer, ", ", c.condition, " (", c.status, "), which ",
            first.file,
            " has, is missing: expected runs of the same experiment for networks that differ in their seed alone"});
    }
    order.push_back(found->second);
  }
  if (one.columns.size() != first.columns.size()) order_as(one, first);  // says what is missing there
  return order;
}

}  // namespace networks

inline SeedNumbers of_seeds(std::vector<ImageNumbers const*> const& all) {
  ImageNumbers const& first = *all.at(0);
  SeedNumbers result{.network = networks::keys_over(first.network),
                     .images = networks::images_of_all(all),
                     .conditions = first.conditions,
                     .columns = first.columns};
  for (KeyCells& keys : result.conditions) keys = networks::keys_over(keys);
  for (ImageNumbers const* one : all) {
    result.seeds.push_back(one->network.seed);
    std::vector<std::size_t> const order = networks::order_as(first, *one);
    std::map<std::int64_t, std::size_t> row;
    for (std::size_t i = 0; i < one->images.size(); ++i) row[one->images[i]] = i;
    for (std::int64_t const image : result.images) {
      for (std::size_t const c : order) result.values.push_back(one->at(row.at(image), c));
    }
    for (std::size_t k = 0; k < result.conditions.size(); ++k) {
      auto const same = std::find_if(one->conditions.begin(), one->conditions.end(),
                                     [&](KeyCells const& c) { return c.is_condition_of(result.conditions[k]); });
      if (same != one->conditions.end() && same->epoch != result.conditions[k].epoch)
        result.conditions[k].epoch.clear();
    }
  }
  return result;
}

struct NumberMean {
  analysis::SeedMean of{};
  analysis::Interval interval{};
};

// Some columns at a time, so that the draws of all of them are never held; apart those of which some numbers are missing, whose draws take
// longer.
inline std::vector<NumberMean> means_of(SeedNumbers const& all, analysis::BootstrapSettings const& settings = {}) {
  constexpr std::size_t at_once = 256;
  std::size_t const n = all.columns.size(), rows = all.seeds.size() * all.images.size();
  std::vector<NumberMean> means(n);
  std::vector<std::size_t> whole, some;
  for (std::size_t c = 0; c < n; ++c) {
    means[c].of = analysis::mean_over_seeds(all.of(c));
    if (means[c].of.n_valid > 0) (means[c].of.n_valid == rows ? whole : some).push_back(c);
  }
  for (std::vector<std::size_t> const& columns : {whole, some}) {
    for (std::size_t first = 0; first < columns.size(); first += at_once) {
      std::size_t const width = std::min(at_once, columns.size() - first);
      std::vector<double> values(rows * width);
      for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t k = 0; k < width; ++k) values[row * width + k] = all.values[row * n + columns[first + k]];
      }
      std::vector<double> const draws = analysis::bootstrap_means(
          {.values = values, .n_seeds = all.seeds.size(), .n_images = all.images.size(), .n_steps = width}, settings);
      analysis::each_draw(width, settings.n_threads, [&](std::size_t k) {
        std::vector<double> own(settings.n_draws);
        for (std::size_t b = 0; b < own.size(); ++b) own[b] = draws[b * width + k];
        means[columns[first + k]].interval = analysis::percentile_interval(own);
      });
    }
  }
  return means;
}

}  // namespace dynvision::experiments
