// Decoding over time: how well a class can be read from a population at each step, and whether a decoder of one step reads
// the others (generalisation over time).
//
//   accuracy(t)           over all samples, each decoded by the decoder that was trained without its fold
//   generalisation(t,u)   trained at step t, tested at step u, with the same folds; accuracy is its diagonal
//   chance(t)             mean and 95 % point of the accuracy with shuffled labels: within the folds, so that each of them keeps its
//                         numbers of the classes; the same shuffles at every step
//
//   Decoding const d = decode({features, n_samples, n_features}, labels, {.n_folds = 5});
//   Chance const c = decoding_chance({features, n_samples, n_features}, labels, {.n_folds = 5});
//
// The first of equal scores wins. A step with a number that is not finite has no decoder: its accuracies are nan, its predictions -1.
// The same bits for any number of threads.
//
// Source: King & Dehaene 2014, "Characterizing the dynamics of mental representations: the temporal generalization method".
// Errors: analysis.124, 126, 127, 128.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/population/folds.hpp>
#include <dynvision/analysis/population/linear_decoder.hpp>
#include <dynvision/analysis/statistics/draws.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace dynvision::analysis {

struct DecodingSettings {
  DecoderSettings decoder{};
  std::size_t n_classes = 0;  // 0: one more than the largest label
  std::size_t n_folds = 5;
  bool generalisation = true;  // else the diagonal alone
  std::size_t n_permutations = 200;
  std::uint64_t seed = 0;  // of the permutations
  unsigned n_threads = 0;  // 0: as many as the machine has
};

struct Decoding {
  std::size_t n_steps = 0, n_samples = 0, n_classes = 0;
  std::vector<std::size_t> folds{};        // (N)
  std::vector<double> decision{};          // (T,N,K)
  std::vector<std::int64_t> prediction{};  // (T,N)
  std::vector<double> accuracy{};          // (T)
  std::vector<double> generalisation{};    // (T,T): training step, test step; empty where it was not asked for
};

struct Chance {
  std::vector<double> accuracy{}, high{};  // (T): mean of the permutations, their 95 % point
  std::vector<double> permuted{};          // (T, permutations)
};

namespace population {

struct Fold {
  std::vector<std::size_t> train{}, test{};
  std::vector<std::int64_t> train_labels{};
};

inline std::vector<Fold> folds_of(std::vector<std::size_t> const& fold, std::span<std::int64_t const> labels,
                                  std::size_t n_folds) {
  std::vector<Fold> all(n_folds);
  for (std::size_t k = 0; k < n_folds; ++k) {
    for (std::size_t i = 0; i < fold.size(); ++i) {
      (fold[i] == k ? all[k].test : all[k].train).push_back(i);
      if (fold[i] != k) all[k].train_labels.push_back(labels[i]);
    }
  }
  std::erase_if(all, [](Fold const& one) { return one.test.empty(); });
  return all;
}

// Which steps can be decoded, and that everything fits.
inline std::vector<char> decodable_steps(PatternsOverTime const& x, std::span<std::int64_t const> labels,
                                         DecodingSettings const& settings) {
  x.check("features of a decoder");
  LinearDecoder::check(settings.decoder);
  if (labels.size() != x.n_samples) {
    fail("analysis", 128, {labels.size(), " labels for ", x.n_samples, " samples: expected one for each"});
  }
  std::vector<char> finite;
  for (std::size_t t = 0; t < x.n_steps(); ++t) finite.push_back(x[t].matrix().allFinite());
  return finite;
}

inline std::int64_t largest(Eigen::Ref<Eigen::RowVectorXd const> const& scores) {
  return std::max_element(scores.data(), scores.data() + scores.size()) - scores.data();
}

}  // namespace population

inline Decoding decode(PatternsOverTime const& x, std::span<std::int64_t const> labels,
                       DecodingSettings const& settings = {}) {
  std::vector<char> const finite = population::decodable_steps(x, labels, settings);
  Decoding d{.n_steps = x.n_steps(), .n_samples = x.n_samples};
  d.n_classes = settings.n_classes > 0 ? settings.n_classes : number_of_classes(labels);
  d.folds = stratified_folds(labels, {d.n_classes, settings.n_folds});
  std::size_t const T = d.n_steps, N = d.n_samples, K = d.n_classes;
  d.decision.assign(T * N * K, not_defined), d.prediction.assign(T * N, -1), d.accuracy.assign(T, not_defined);
  if (settings.generalisation) d.generalisation.assign(T * T, not_defined);
  std::vector<population::Fold> const folds = population::folds_of(d.folds, labels, settings.n_folds);
  each_draw(T, settings.n_threads, [&](std::size_t t) {
    if (!finite[t]) return;
    std::vector<std::size_t> right(T, 0);
    for (population::Fold const& fold : folds) {
      LinearDecoder const decoder(rows_of(x[t].matrix(), fold.train), fold.train_labels, K, settings.decoder);
      for (std::size_t u = 0; u < T; ++u) {
        if (!finite[u] || (u != t && !settings.generalisation)) continue;
        PatternMatrix const scores = decoder.decision(rows_of(x[u].matrix(), fold.test));
        for (Eigen::Index i = 0; i < scores.rows(); ++i) {
          std::size_t const sample = fold.test[static_cast<std::size_t>(i)];
          std::int64_t const guess = population::largest(scores.row(i));
          right[u] += guess == labels[sample];
          if (u != t) continue;
          d.prediction[t * N + sample] = guess;
          std::copy_n(scores.row(i).data(), K, d.decision.begin() + static_cast<std::ptrdiff_t>((t * N + sample) * K));
        }
      }
    }
    d.accuracy[t] = static_cast<double>(right[t]) / static_cast<double>(N);
    for (std::size_t u = 0; u < T && settings.generalisation; ++u) {
      if (finite[u]) d.generalisation[t * T + u] = static_cast<double>(right[u]) / static_cast<double>(N);
    }
  });
  return d;
}

namespace population {

// Ridge: scores of held-out samples are sums over the training samples, H' (targets - mean) + mean, with an H that does not depend on
// the labels. Of +1 and -1 the sum over the samples of the own class is left, which is one addition for each sample and shuffle.
class RidgeScores {
 public:
  RidgeScores(PatternMatrix const& training, PatternMatrix const& test, std::size_t n_classes, double alpha)
      : sums_(static_cast<Eigen::Index>(n_classes), test.rows()), counts_(n_classes) {
    Standardisation const scale(training);
    H_ = ridge_inverse(scale(training), alpha).transpose() * scale(test).transpose();
    all_ = H_.colwise().sum();
  }

  // How many of the test samples are right.
  std::size_t right(std::vector<std::int64_t> const& labels, std::vector<std::size_t> const& train,
                    std::vector<std::size_t> const& test) {
    sums_.setZero();
    std::fill(counts_.begin(), counts_.end(), 0.0);
    for (std::size_t i = 0; i < train.size(); ++i) {
      std::int64_t const k = labels[train[i]];
      sums_.row(k) += H_.row(static_cast<Eigen::Index>(i)), counts_[static_cast<std::size_t>(k)] += 1;
    }
    auto const K = static_cast<Eigen::Index>(counts_.size());
    for (Eigen::Index k = 0; k < K; ++k) {
      double const share = counts_[static_cast<std::size_t>(k)] / static_cast<double>(train.size());
      sums_.row(k).array() += share - share * all_.array();  // half of the score, without what all classes have
    }
    std::size_t n = 0;
    for (std::size_t j = 0; j < test.size(); ++j) {
      Eigen::Index best = 0;
      for (Eigen::Index k = 1; k < K; ++k) {
        if (sums_(k, static_cast<Eigen::Index>(j)) > sums_(best, static_cast<Eigen::Index>(j))) best = k;
      }
      n += best == labels[test[j]];
    }
    return n;
  }

 private:
  PatternMatrix H_, sums_;  // (N training, N test), (K, N test)
  Eigen::RowVectorXd all_;
  std::vector<double> counts_;
};

// Discriminant analysis, where there are more features than samples: products of samples do not depend on the labels.
class DiscriminantScores {
 public:
  DiscriminantScores(PatternMatrix const& training, PatternMatrix const& test, std::size_t n_classes, double shrinkage)
      : n_classes_(static_cast<Eigen::Index>(n_classes)), n_features_(training.cols()), shrinkage_(shrinkage) {
    Standardisation const scale(training);
    PatternMatrix const z = scale(training);
    among_.noalias() = z * z.transpose(), to_test_.noalias() = scale(test) * z.transpose();
  }

  PatternMatrix operator()(std::span<std::int64_t const> labels) const {
    DualDiscriminant const dual(among_, labels, n_classes_, n_features_, shrinkage_);
    return (to_test_ * dual.D).rowwise() + dual.offset;
  }

 private:
  Eigen::Index n_classes_, n_features_;
  double shrinkage_;
  Eigen::MatrixXd among_, to_test_;  // (N training, N training), (N test, N training)
};

}  // namespace population

inline Chance decoding_chance(PatternsOverTime const& x, std::span<std::int64_t const> labels,
                              DecodingSettings const& settings = {}) {
  std::vector<char> const finite = population::decodable_steps(x, labels, settings);
  if (settings.n_permutations == 0) fail("analysis", 128, "chance of no permutations: expected at least one");
  std::size_t const T = x.n_steps(), N = x.n_samples, P = settings.n_permutations;
  std::size_t const K = settings.n_classes > 0 ? settings.n_classes : number_of_classes(labels);
  std::vector<std::size_t> const fold_of = stratified_folds(labels, {K, settings.n_folds});
  std::vector<population::Fold> const folds = population::folds_of(fold_of, labels, settings.n_folds);
  std::vector<std::vector<std::int64_t>> shuffled(P, {labels.begin(), labels.end()});
  for (std::size_t p = 0; p < P; ++p) {
    DrawStream const draws(settings.seed, p);
    std::uint64_t place = 0;
    for (population::Fold const& fold : folds) {
      for (std::size_t n = fold.test.size(), i = 0; i < n; ++i) {
        std::swap(shuffled[p][fold.test[i]], shuffled[p][fold.test[i + draws.below(n - i, place++)]]);
      }
    }
  }
  Chance chance{std::vector<double>(T, not_defined), std::vector<double>(T, not_defined),
                std::vector<double>(T * P, not_defined)};
  each_draw(T, settings.n_threads, [&](std::size_t t) {
    if (!finite[t]) return;
    std::vector<std::size_t> right(P, 0);
    for (population::Fold const& fold : folds) {
      PatternMatrix const training = rows_of(x[t].matrix(), fold.train), test = rows_of(x[t].matrix(), fold.test);
      if (settings.decoder.kind == DecoderKind::ridge) {
        population::RidgeScores scores(training, test, K, settings.decoder.alpha);
        for (std::size_t p = 0; p < P; ++p) right[p] += scores.right(shuffled[p], fold.train, fold.test);
        continue;
      }
      std::optional<population::DiscriminantScores> dual;
      if (training.cols() > training.rows()) dual.emplace(training, test, K, settings.decoder.shrinkage);
      std::vector<std::int64_t> own(fold.train.size());
      for (std::size_t p = 0; p < P; ++p) {
        for (std::size_t i = 0; i < own.size(); ++i) own[i] = shuffled[p][fold.train[i]];
        PatternMatrix const scores =
            dual ? (*dual)(own) : LinearDecoder(training, own, K, settings.decoder).decision(test);
        for (Eigen::Index i = 0; i < scores.rows(); ++i) {
          right[p] += population::largest(scores.row(i)) == shuffled[p][fold.test[static_cast<std::size_t>(i)]];
        }
      }
    }
    double* const of_step = chance.permuted.data() + t * P;
    for (std::size_t p = 0; p < P; ++p) of_step[p] = static_cast<double>(right[p]) / static_cast<double>(N);
    chance.accuracy[t] = mean_of({of_step, P});
    chance.high[t] = quantile({of_step, P}, 0.95);
  });
  return chance;
}

}  // namespace dynvision::analysis
