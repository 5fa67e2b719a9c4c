// similarity.csv, rdm.csv, dimensionality.csv: how alike layers and steps represent the images of an experiment.
//
//   write_similarity({plan, images, of, keys, settings}, {.dimensionality = true});
//
// similarity.csv has a row for each condition and pair of populations: every layer with every layer at the same step, and every step of
// a layer with its other steps.
//   debiased, cka   centred kernel alignment over images (analysis/population/kernel_alignment.hpp), from sums over full batches of
//                   at most 256 images, of equal size: all images in one, or as many as the memory of the kernels allows
//   rsa             Spearman's correlation of dissimilarity matrices (1 - Pearson) of the means of classes
//   ceiling         what a perfect model could reach: takes several networks, empty of one
// rdm.csv has these matrices at up to six of the steps from the onset on, dimensionality.csv how many directions the images of a step vary over.
//
// Batch by batch. Held are one batch of features at the chosen steps, its kernels (64 MB at most), and sums for each class, with
// dimensionality P^2 numbers of each layer and step: nothing that grows with the number of images.
//
// Errors: experiments.172, those of files.
#pragma once
#include <dynvision/analysis/population/dimensionality.hpp>
#include <dynvision/analysis/population/dissimilarity.hpp>
#include <dynvision/analysis/population/kernel_alignment.hpp>
#include <dynvision/analysis/population/representational_similarity.hpp>
#include <dynvision/experiments/populations/population_tables.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dynvision::experiments {

struct SimilarityTables {
  bool similarity = true, dimensionality = false;
  std::size_t most_rdm_steps = 6;
  std::size_t most_classes = 100;  // of dissimilarity matrices: the first ones that have images
};

namespace populations {

// Images of a batch of kernels, so that all batches are full and the kernels of so many populations fit in 64 MB.
inline std::size_t kernel_batch(std::size_t n_images, std::size_t n_populations) {
  constexpr double most_bytes = 64 << 20;
  std::size_t most = 256;
  while (most > 8 && static_cast<double>(most * (most + 1) / 2 * n_populations) * 16 > most_bytes) --most;
  std::size_t const n_batches = (n_images + most - 1) / most;
  return std::max<std::size_t>(4, n_images / n_batches);
}

// Every layer at every step of a condition, read once.
class Read {
 public:
  Read(PopulationTables const& t, Shown const& shown, SimilarityTables const& what) : n_steps_(shown.steps.size()) {
    std::vector<char> has_images(t.images.classes.size(), 0);
    for (std::int64_t const label : shown.labels) has_images[static_cast<std::size_t>(label)] = 1;
    std::vector<std::int64_t> place(has_images.size(), -1);
    for (std::size_t c = 0; c < has_images.size() && classes_.size() < what.most_classes; ++c) {
      if (has_images[c] == 0) continue;
      place[c] = static_cast<std::int64_t>(classes_.size());
      classes_.push_back(static_cast<std::int64_t>(c));
    }
    std::vector<double> counts(classes_.size(), 0);
    std::size_t first = 0;
    for (std::int64_t b = 0; b < n_batches(t); ++b) {
      ConditionPopulations const batch = shown.batch(t, b);
      auto const n = static_cast<std::size_t>(batch.n_images());
      if (b == 0) begin(batch, t, what);
      std::vector<std::vector<double>> rows(size());
      std::vector<analysis::Patterns> all;
      for (std::size_t k = 0; k < size(); ++k) {
        std::string const& layer = layers_[k / n_steps_];
        std::size_t const P = batch.n_features(layer);
        rows[k].resize(n * P);
        batch.copy(layer, shown.steps[k % n_steps_], rows[k].data());
        all.push_back({rows[k], P});
        for (std::size_t i = 0; i < n; ++i) {
          std::int64_t const c = place[static_cast<std::size_t>(shown.labels[first + i])];
          if (c < 0) continue;
          double* const sum = sums_[k].data() + static_cast<std::size_t>(c) * P;
          for (std::size_t p = 0; p < P; ++p) sum[p] += rows[k][i * P + p];
          if (k == 0) counts[static_cast<std::size_t>(c)] += 1;
        }
        if (what.dimensionality) covariances_[k].add(all.back());
      }
      if (what.similarity && size() > 0) alignment_->add(all);
      first += n;
    }
    for (std::size_t k = 0; k < size(); ++k) {
      std::size_t const P = sums_[k].size() / std::max<std::size_t>(classes_.size(), 1);
      for (std::size_t i = 0; i < sums_[k].size(); ++i) sums_[k][i] /= counts[i / P];
      if (classes_.size() > 1) rdms_.push_back(analysis::dissimilarities({sums_[k], P}));
    }
  }

  std::vector<std::string> const& layers() const { return layers_; }  // that a signal has reached
  std::vector<std::int64_t> const& classes() const { return classes_; }
  std::size_t kernel_batch() const { return kernel_batch_; }
  std::size_t at(std::size_t layer, std::size_t step) const { return layer * n_steps_ + step; }
  std::size_t size() const { return layers_.size() * n_steps_; }
  analysis::BatchedAlignment const& alignment() const { return *alignment_; }
  std::vector<double> const& rdm(std::size_t k) const { return rdms_[k]; }  // of at least two classes
  analysis::Dimensionality dimensionality(std::size_t k) const { return analysis::dimensionality(covariances_[k]); }

  // Spearman's correlations of these populations' matrices, (R,R).
  std::vector<double> rsa(std::vector<std::size_t> const& who) const {
    if (rdms_.empty()) return std::vector<double>(who.size() * who.size(), analysis::not_defined);
    std::vector<std::vector<double>> of;
    for (std::size_t const k : who) of.push_back(rdms_[k]);
    return analysis::similarities(of);
  }

 private:
  void begin(ConditionPopulations const& batch, PopulationTables const& t, SimilarityTables const& what) {
    for (std::string const& layer : batch.layers()) {
      std::size_t const P = batch.n_features(layer);
      if (P == 0) continue;
      layers_.push_back(layer);
      for (std::size_t s = 0; s < n_steps_; ++s) {
        sums_.emplace_back(classes_.size() * P, 0.0);
        if (what.dimensionality) covariances_.emplace_back(P);
      }
    }
    kernel_batch_ = populations::kernel_batch(static_cast<std::size_t>(t.images.size()), size());
    if (what.similarity && size() > 0) alignment_.emplace(size(), kernel_batch_);
  }

  std::size_t n_steps_, kernel_batch_ = 0;
  std::vector<std::string> layers_{};
  std::vector<std::int64_t> classes_{};
  std::vector<std::vector<double>> sums_{}, rdms_{};
  std::vector<analysis::CovarianceSum> covariances_{};
  std::optional<analysis::BatchedAlignment> alignment_{};
};

class SimilarityWriter {
 public:
  SimilarityWriter(PopulationTables const& t, SimilarityTables const& what) : t_(t), what_(what) {}

  bool write() {
    each_shown(t_, [&](Shown const& shown) {
      Read const read(t_, shown, what_);
      if (read.size() == 0) return;
      if (what_.similarity) similarity(shown, read);
      if (what_.similarity && read.classes().size() > 1) rdm(shown, read);
      if (what_.dimensionality) dimensionality(shown, read);
    });
    for (std::optional<TableFile>* one : {&similarity_, &rdm_, &dimensionality_}) {
      if (*one) (*one)->commit();
    }
    return similarity_ || dimensionality_;
  }

 private:
  TableFile& file(std::optional<TableFile>& table, char const* name, std::vector<Column> const& columns) {
    if (!table) table.emplace(t_.of.out / name, columns_behind_keys(columns));
    return *table;
  }
  void begin_row(TableFile& table, Shown const& shown) const {
    add_keys(table, t_.keys, t_.plan.conditions[shown.number], shown.dt);
  }

  void similarity(Shown const& shown, Read const& read) {
    std::vector<Column> columns{{"layer", "text", "", "layer of the model"},
                                {"layer_other", "text", "", "layer that it is compared with"}};
    for (Column const& one : step_columns("recorded step that it is compared with")) columns.push_back(one);
    for (Column const& one : std::vector<Column>{
             {"category_value_other", "text", "", "model that it is compared with: of one network itself"},
             {"rsa", "float64", "", "Spearman's correlation of dissimilarity matrices of class means"},
             {"cka", "float64", "", "linear centred kernel alignment over images"},
             {"debiased", "float64", "", "the same, 0 for independent populations"},
             {"ceiling", "float64", "", "of rsa, over several networks; of one there is none"},
             {"n", "int64", "", "images"},
             {"batch", "int64", "", "images of a batch, over which cka and debiased are summed"},
             {"features", "text", "", "what a layer's response is described by"}}) {
      columns.push_back(one);
    }
    TableFile& table = file(similarity_, "similarity.csv", columns);
    auto const row = [&](std::size_t layer, std::size_t other, std::size_t s, std::size_t u, double rsa) {
      begin_row(table, shown);
      table.cell(read.layers()[layer]).cell(read.layers()[other]);
      for (std::size_t const step : {s, u}) table.cell(shown.steps[step]).cell(shown.time_ms(shown.steps[step]));
      std::size_t const a = read.at(layer, s), b = read.at(other, u);
      table.cell(t_.keys.category_value).cell(rsa).cell(read.alignment().linear_cka(a, b));
      table.cell(read.alignment().cka(a, b)).cell("").cell(shown.labels.size()).cell(read.kernel_batch());
      table.cell(t_.settings.features).end_row();
    };
    std::size_t const L = read.layers().size(), S = shown.steps.size();
    for (std::size_t s = 0; s < S; ++s) {
      std::vector<std::size_t> who;
      for (std::size_t l = 0; l < L; ++l) who.push_back(read.at(l, s));
      std::vector<double> const rsa = read.rsa(who);
      for (std::size_t l = 0; l < L; ++l) {
        for (std::size_t m = 0; m < L; ++m) row(l, m, s, s, rsa[l * L + m]);
      }
    }
    for (std::size_t l = 0; l < L; ++l) {
      std::vector<std::size_t> who;
      for (std::size_t s = 0; s < S; ++s) who.push_back(read.at(l, s));
      std::vector<double> const rsa = read.rsa(who);
      for (std::size_t s = 0; s < S; ++s) {
        for (std::size_t u = 0; u < S; ++u) {
          if (s != u) row(l, l, s, u, rsa[s * S + u]);
        }
      }
    }
  }

  void rdm(Shown const& shown, Read const& read) {
    TableFile& table =
        file(rdm_, "rdm.csv",
             {{"layer", "text", "", "layer of the model"},
              {"times_index", "int64", "steps", "recorded step"},
              {"time_ms", "float64", "ms", "start of the step, from the onset of what is shown"},
              {"label_a", "int64", "", "class"},
              {"label_b", "int64", "", "class, not before label_a"},
              {"dissimilarity", "float64", "", "1 - Pearson's correlation of their mean features; 0: the same class"}});
    std::vector<std::size_t> shown_steps;
    for (std::size_t s = 0; s < shown.steps.size(); ++s) {
      if (shown.steps[s] >= shown.onset) shown_steps.push_back(s);
    }
    std::vector<std::size_t> some;
    for (std::int64_t const i :
         spread_steps(static_cast<std::int64_t>(shown_steps.size()), static_cast<std::int64_t>(what_.most_rdm_steps))) {
      some.push_back(shown_steps[static_cast<std::size_t>(i)]);
    }
    std::size_t const K = read.classes().size();
    for (std::size_t l = 0; l < read.layers().size(); ++l) {
      for (std::size_t const s : some) {
        std::vector<double> const& matrix = read.rdm(read.at(l, s));
        for (std::size_t a = 0; a < K; ++a) {
          for (std::size_t b = a; b < K; ++b) {
            begin_row(table, shown);
            table.cell(read.layers()[l]).cell(shown.steps[s]).cell(shown.time_ms(shown.steps[s]));
            table.cell(read.classes()[a]).cell(read.classes()[b]);
            table.cell(a == b ? 0 : matrix[analysis::pair_index(a, b, K)]).end_row();
          }
        }
      }
    }
  }

  void dimensionality(Shown const& shown, Read const& read) {
    std::vector<Column> columns{{"layer", "text", "", "layer of the model"},
                                {"times_index", "int64", "steps", "recorded step"},
                                {"time_ms", "float64", "ms", "start of the step, from the onset of what is shown"}};
    for (auto const& one : analysis::dimensionality_numbers)
      columns.push_back({one.name, "float64", one.unit, one.meaning});
    columns.push_back({"n", "int64", "", "images"});
    columns.push_back({"features", "text", "", "what a layer's response is described by"});
    TableFile& table = file(dimensionality_, "dimensionality.csv", columns);
    for (std::size_t l = 0; l < read.layers().size(); ++l) {
      for (std::size_t s = 0; s < shown.steps.size(); ++s) {
        analysis::Dimensionality const d = read.dimensionality(read.at(l, s));
        begin_row(table, shown);
        table.cell(read.layers()[l]).cell(shown.steps[s]).cell(shown.time_ms(shown.steps[s]));
        for (auto const& one : analysis::dimensionality_numbers) table.cell(one.of(d));
        table.cell(shown.labels.size()).cell(t_.settings.features).end_row();
      }
    }
  }

  PopulationTables const& t_;
  SimilarityTables const& what_;
  std::optional<TableFile> similarity_{}, rdm_{}, dimensionality_{};
};

}  // namespace populations

// Whether there is such a table: not where no condition shows an image of a class.
inline bool write_similarity(PopulationTables const& t, SimilarityTables const& what = {}) {
  check_images_of_similarity(t.images);
  return populations::SimilarityWriter(t, what).write();
}

}  // namespace dynvision::experiments
