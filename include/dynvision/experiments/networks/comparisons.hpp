// Comparisons of kinds of networks: what statistics.csv has of them.
//
//   std::vector<ComparedRow> rows = compared_measures(pair, about, settings);         a row for each measure of each condition
//   rows = compared_courses(pair, about, axes, settings);                             a row for each cluster of steps
//   correct(rows);                                                                    p_holm, over the rows of one question
//
// Measures: mean difference, its interval (seeds, then images drawn again), t and p of sign flips, effect sizes d_z, Hedges' g, Cliff's
// delta. Time courses: clusters of steps and their p; difference, interval and effect sizes are of the mean over the steps of the cluster,
// which was chosen because it is large. With fewer than five units nothing is tested, and the row says so.
//
// Holm: over all rows of one kind, layer, measure and kind of comparison: values of the parameter, clusters, and pairs of networks.
#pragma once
#include <dynvision/analysis/statistics/cluster_permutation.hpp>
#include <dynvision/analysis/statistics/effect_size.hpp>
#include <dynvision/analysis/statistics/sign_flips.hpp>
#include <dynvision/experiments/networks/paired_numbers.hpp>

#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

// The two sides in words, and the keys of rows of the first one.
struct Compared {
  std::string a{}, b{};
  SeedNumbers const* of_a = nullptr;  // its conditions
  std::string question{};             // "recurrence silenced", "rctype": rows of one question are corrected together
};

struct ComparedRow {
  KeyCells keys{};
  std::string a{}, b{}, question{}, layer{}, measure{}, unit{}, kind{};  // kind: measure, cluster
  double difference = analysis::not_defined;
  analysis::Interval interval{};
  std::string t_start_ms{}, t_end_ms{};
  double statistic = analysis::not_defined, p = analysis::not_defined, p_holm = analysis::not_defined;
  double d = analysis::not_defined, hedges_g = analysis::not_defined, cliff_delta = analysis::not_defined;
  std::size_t n = 0, n_images = 0, n_seeds = 0;  // units; images and networks that were paired
  std::string units{}, flags{};
};

struct ComparisonSettings {
  analysis::BootstrapSettings draws{};
  analysis::ClusterSettings permutations{};
  Units units = Units::as_drawn;
};

namespace networks {

inline ComparedRow row_of(PairedNumbers const& pair, Compared const& about, NumberColumn const& column, Units units) {
  ComparedRow row{.keys = about.of_a->conditions[column.condition],
                  .a = about.a,
                  .b = about.b,
                  .question = about.question,
                  .layer = column.layer,
                  .measure = column.measure,
                  .unit = column.unit,
                  .n = pair.n_units(units),
                  .n_images = pair.n_images(),
                  .n_seeds = pair.n_seeds(),
                  .units = pair.units_text(units)};
  if (!column.of_condition) row.keys.parameter_value.clear(), row.keys.parameter_ms.clear(), row.keys.condition.clear();
  return row;
}

// Of units that have both.
inline void add_effect_sizes(ComparedRow& row, std::vector<double> a, std::vector<double> b) {
  for (std::size_t i = a.size(); i-- > 0;) {
    if (!std::isnan(a[i] - b[i])) continue;
    a.erase(a.begin() + static_cast<std::ptrdiff_t>(i)), b.erase(b.begin() + static_cast<std::ptrdiff_t>(i));
  }
  row.n = a.size();
  if (a.size() < 2) return;
  analysis::EffectSize const e = analysis::effect_size(a, b);
  row.d = analysis::paired_effect_size(a, b), row.hedges_g = e.hedges_g, row.cliff_delta = e.cliff_delta;
}

inline std::vector<double> column_of(std::vector<double> const& rows, std::size_t width, std::size_t column) {
  std::vector<double> all(rows.size() / width);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = rows[i * width + column];
  return all;
}

inline std::vector<std::vector<double>> by_seed(std::vector<double> const& values, std::size_t n_seeds) {
  std::vector<std::vector<double>> all(n_seeds);
  for (std::size_t i = 0; i < values.size(); ++i) all[i / (values.size() / n_seeds)].push_back(values[i]);
  return all;
}

}  // namespace networks

inline std::vector<ComparedRow> compared_measures(PairedNumbers const& pair, Compared const& about,
                                                  ComparisonSettings const& settings) {
  using Side = PairedNumbers::Side;
  std::vector<ComparedRow> rows;
  std::size_t const n = pair.columns().size(), S = pair.n_seeds();
  if (!pair.found()) return rows;
  std::vector<double> const all = pair.differences(0, n), a = pair.units(settings.units, 0, n, Side::a),
                            b = pair.units(settings.units, 0, n, Side::b);
  std::vector<double> const draws = analysis::bootstrap_means(
      {.values = all, .n_seeds = S, .n_images = pair.n_images(), .n_steps = n}, settings.draws);
  std::vector<double> const units = pair.units(settings.units, 0, n);
  analysis::FlipTest const test = analysis::sign_flip_test({units, n}, settings.permutations);
  for (std::size_t c = 0; c < n; ++c) {
    ComparedRow row = networks::row_of(pair, about, pair.columns()[c], settings.units);
    row.kind = "measure";
    row.difference = analysis::mean_over_seeds(networks::by_seed(networks::column_of(all, n, c), S)).mean;
    row.interval = analysis::percentile_interval(networks::column_of(draws, n, c));
    networks::add_effect_sizes(row, networks::column_of(a, n, c), networks::column_of(b, n, c));
    row.statistic = test.t[c], row.p = test.p[c];
    if (!test.done) {
      row.flags = test.why;
    } else if (row.n < analysis::statistics::fewest_units) {
      row.flags = joined(
          {"no test: ", row.n, " units with a number, at least ", analysis::statistics::fewest_units, " are needed"});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// `time_ms`: of the steps of each condition of about.of_a. Columns of a time course stand one behind the other.
inline std::vector<ComparedRow> compared_courses(PairedNumbers const& pair, Compared const& about,
                                                 std::vector<std::vector<std::string>> const& time_ms,
                                                 ComparisonSettings const& settings) {
  using Side = PairedNumbers::Side;
  std::vector<ComparedRow> rows;
  if (!pair.found()) return rows;
  std::vector<NumberColumn> const& columns = pair.columns();
  for (std::size_t first = 0, n = 0; first < columns.size(); first += n) {
    NumberColumn const& column = columns[first];
    for (n = 1; first + n < columns.size() && columns[first + n].step == n; ++n) {
    }
    ComparedRow const empty = [&] {
      ComparedRow row = networks::row_of(pair, about, column, settings.units);
      row.kind = "cluster";
      return row;
    }();
    std::vector<double> const units = pair.units(settings.units, first, n);
    analysis::ClusterTest const test = analysis::cluster_test({units, n}, settings.permutations);
    if (!test.done || test.clusters.empty()) {
      rows.push_back(empty);
      rows.back().flags = test.done ? "no cluster" : test.why;
      continue;
    }
    for (analysis::Cluster const& cluster : test.clusters) {
      ComparedRow row = empty;
      std::size_t const length = cluster.end - cluster.start + 1;
      auto const over_steps = [&](std::vector<double> const& values) {
        std::vector<double> means(values.size() / length);
        for (std::size_t i = 0; i < means.size(); ++i)
          means[i] = analysis::valid_mean(std::span(values).subspan(i * length, length)).mean;
        return means;
      };
      std::vector<double> const of_images = over_steps(pair.differences(first + cluster.start, length));
      row.difference = analysis::mean_over_seeds(networks::by_seed(of_images, pair.n_seeds())).mean;
      row.interval = analysis::percentile_interval(analysis::bootstrap_means(
          {.values = of_images, .n_seeds = pair.n_seeds(), .n_images = pair.n_images()}, settings.draws));
      networks::add_effect_sizes(row, over_steps(pair.units(settings.units, first + cluster.start, length, Side::a)),
                                 over_steps(pair.units(settings.units, first + cluster.start, length, Side::b)));
      row.t_start_ms = time_ms[column.condition][cluster.start], row.t_end_ms = time_ms[column.condition][cluster.end];
      row.statistic = cluster.mass, row.p = cluster.p;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

// Rows without a p are no comparisons.
inline void correct(std::vector<ComparedRow>& rows) {
  std::map<std::string, std::vector<std::size_t>> families;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    ComparedRow const& row = rows[r];
    if (!std::isnan(row.p))
      families[row.question + "\n" + row.kind + "\n" + row.layer + "\n" + row.measure].push_back(r);
  }
  for (auto const& [name, places] : families) {
    std::vector<double> p;
    for (std::size_t const r : places) p.push_back(rows[r].p);
    std::vector<double> const adjusted = analysis::holm(p);
    for (std::size_t k = 0; k < places.size(); ++k) rows[places[k]].p_holm = adjusted[k];
  }
}

}  // namespace dynvision::experiments
