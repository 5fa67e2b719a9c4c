// decoding.csv: how well the class of an image can be read from each layer, step by step, and whether a decoder of one step reads the others.
//
//   write_decoding({plan, images, of, keys, settings}, {.decoder = {analysis::DecoderKind::ridge}});
//
// A row for each condition, layer, training step and test step: accuracy over all images, each decoded by the decoder that was trained
// without its fold (analysis/population/decoding.hpp), with a 95 % interval of a share of n (Wilson 1927); where both steps are the
// same also chance, the mean accuracy with labels shuffled within their folds, and the 95 % point of it.
//
// Held is one layer at a time: 8 bytes for each image, step and feature (2000 images, 20 steps, 256 channels: 82 MB). A layer that
// nothing has reached has no rows.
//
// Errors: experiments.171, those of files.
#pragma once
#include <dynvision/analysis/population/decoding.hpp>
#include <dynvision/experiments/populations/population_tables.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dynvision::experiments {

namespace populations {

// Wilson's interval of a share: 95 %.
inline analysis::Interval interval_of_share(double share, double n) {
  constexpr double z = 1.959963984540054;
  double const middle = (share + z * z / (2 * n)) / (1 + z * z / n);
  double const half = z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {middle - half, middle + half};
}

// (T,N,P) of a layer, steps in their order.
struct LayerOverTime {
  std::vector<double> values{};
  std::size_t n_features = 0;
};

inline LayerOverTime layer_over_time(PopulationTables const& t, Shown const& shown, std::string const& layer) {
  LayerOverTime all;
  auto const n_images = static_cast<std::size_t>(t.images.size());
  std::size_t first = 0;
  for (std::int64_t b = 0; b < n_batches(t); ++b) {
    ConditionPopulations const batch = shown.batch(t, b);
    if (b == 0) {
      all.n_features = batch.n_features(layer);
      all.values.resize(shown.steps.size() * n_images * all.n_features);
    }
    if (all.n_features == 0) break;
    for (std::size_t s = 0; s < shown.steps.size(); ++s) {
      batch.copy(layer, shown.steps[s], all.values.data() + (s * n_images + first) * all.n_features);
    }
    first += static_cast<std::size_t>(batch.n_images());
  }
  return all;
}

}  // namespace populations

// Whether there is such a table: not where no condition shows an image of a class.
inline bool write_decoding(PopulationTables const& t, analysis::DecodingSettings settings = {}) {
  check_images_of_decoding(t.images);
  settings.n_classes = t.images.classes.size(), settings.n_threads = t.settings.n_threads;
  std::vector<Column> columns{{"layer", "text", "", "layer of the model"}};
  for (Column const& one : populations::step_columns("recorded step at which the decoder is tested"))
    columns.push_back(one);
  for (Column const& one :
       std::vector<Column>{{"accuracy", "float64", "", "images whose class is decoded, over all"},
                           {"ci_low", "float64", "", "95 % interval of a share of n"},
                           {"ci_high", "float64", "", "95 % interval of a share of n"},
                           {"chance", "float64", "",
                            "the same with shuffled labels, mean of the shuffles; where both steps are the same"},
                           {"chance_high", "float64", "", "95 % point of the shuffles"},
                           {"n", "int64", "", "images"},
                           {"decoder", "text", "", "ridge, or lda"},
                           {"features", "text", "", "what a layer's response is described by"}}) {
    columns.push_back(one);
  }
  std::optional<TableFile> table;
  auto const of_condition = [&](populations::Shown const& shown) {
    std::vector<std::string> const layers = shown.batch(t, 0).layers();
    for (std::string const& layer : layers) {
      populations::LayerOverTime const x = populations::layer_over_time(t, shown, layer);
      if (x.n_features == 0) continue;
      analysis::PatternsOverTime const patterns{x.values, shown.labels.size(), x.n_features};
      analysis::Decoding const decoding = analysis::decode(patterns, shown.labels, settings);
      std::optional<analysis::Chance> chance;
      if (settings.n_permutations > 0) chance = analysis::decoding_chance(patterns, shown.labels, settings);
      auto const T = shown.steps.size();
      if (!table) table.emplace(t.of.out / "decoding.csv", columns_behind_keys(columns));
      for (std::size_t i = 0; i < T; ++i) {
        for (std::size_t j = 0; j < T; ++j) {
          double const accuracy = settings.generalisation ? decoding.generalisation[i * T + j] : decoding.accuracy[i];
          if (i != j && !settings.generalisation) continue;
          analysis::Interval const interval =
              populations::interval_of_share(accuracy, static_cast<double>(shown.labels.size()));
          bool const has_chance = i == j && chance;
          add_keys(*table, t.keys, t.plan.conditions[shown.number], shown.dt);
          table->cell(layer).cell(shown.steps[i]).cell(shown.time_ms(shown.steps[i]));
          table->cell(shown.steps[j]).cell(shown.time_ms(shown.steps[j]));
          table->cell(accuracy).cell(interval.low).cell(interval.high);
          table->cell(has_chance ? chance->accuracy[i] : analysis::not_defined);
          table->cell(has_chance ? chance->high[i] : analysis::not_defined).cell(shown.labels.size());
          table->cell(settings.decoder.kind == analysis::DecoderKind::ridge ? "ridge" : "lda");
          table->cell(t.settings.features).end_row();
        }
      }
    }
  };
  populations::each_shown(t, of_condition);
  if (table) table->commit();
  return table.has_value();
}

}  // namespace dynvision::experiments
