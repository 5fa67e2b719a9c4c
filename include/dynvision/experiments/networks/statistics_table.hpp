// statistics.csv: a row for each comparison of a measure, and for each cluster of steps.
//
//   write_comparisons(out / "statistics.csv", rows);
#pragma once
#include <dynvision/experiments/networks/comparisons.hpp>
#include <dynvision/experiments/tables/key_columns.hpp>

#include <filesystem>
#include <vector>

namespace dynvision::experiments {

inline std::vector<Column> statistics_columns() {
  return columns_behind_keys(
      {{"a", "text", "", "what is compared, or its experiment"},
       {"b", "text", "", "what it is compared with; differences are a - b"},
       {"layer", "text", "", "layer of the model, or its classifier"},
       {"measure", "text", "", "of a measure its name, of a time course its quantity"},
       {"unit", "text", "", "of the measure"},
       {"kind", "text", "", "measure: one number; cluster: steps of a time course"},
       {"difference", "float64", "", "mean of a - b over images, then over networks; of a cluster over its steps"},
       {"ci_low", "float64", "", "95 % interval, seeds, then images drawn again"},
       {"ci_high", "float64", "", "95 % interval, seeds, then images drawn again"},
       {"t_start_ms", "float64", "ms", "start of the first step of the cluster, from onset"},
       {"t_end_ms", "float64", "ms", "start of its last step"},
       {"statistic", "float64", "", "t over units; of a cluster the sum of t"},
       {"p", "float64", "", "share of flips of the units' signs that have as large a one, the identity among them"},
       {"p_holm", "float64", "", "corrected for all values of the parameter, clusters and pairs of this measure"},
       {"d", "float64", "", "d_z: mean over standard deviation of the differences of units"},
       {"hedges_g", "float64", "", "difference over the pooled deviation of units, unbiased"},
       {"cliff_delta", "float64", "", "P(a > b) - P(a < b) of units"},
       {"n", "int64", "", "units that have a number"},
       {"units", "text", "", "what is counted, and flipped"},
       {"n_images", "int64", "", "images that both sides were shown"},
       {"n_seeds", "int64", "", "networks of each side"},
       {"flags", "text", "", "what must be known beside it: no test, no cluster"}});
}

inline void write_comparisons(std::filesystem::path const& path, std::vector<ComparedRow> const& rows) {
  TableFile table(path, statistics_columns());
  for (ComparedRow const& row : rows) {
    add_keys(table, row.keys);
    table.cell(row.a).cell(row.b).cell(row.layer).cell(row.measure).cell(row.unit).cell(row.kind);
    table.cell(row.difference).cell(row.interval.low).cell(row.interval.high).cell(row.t_start_ms).cell(row.t_end_ms);
    table.cell(row.statistic).cell(row.p).cell(row.p_holm).cell(row.d).cell(row.hedges_g).cell(row.cliff_delta);
    table.cell(row.n).cell(row.units).cell(row.n_images).cell(row.n_seeds).cell(row.flags).end_row();
  }
  table.commit();
}

}  // namespace dynvision::experiments
