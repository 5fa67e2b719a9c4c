// How well a model does on a set of images, and what it does over time.
//
//   accuracy, confidences    means over all labels that count (sample and step), as in the Python toolbox
//   *_over_time              at every step, whether or not the label counts there; the label is the sample's first
//   answer                   the guess at the last step whose label counts: one for each image
//   of trials                (images with a label of each step) accuracy is the share of trials that are answered rightly
//                            (trial_answer), so is that of the answer; *_over_time are of steps that count
//   responses                mean |r| over samples and units, for every layer and step; nan where a layer was silent
//
// `run` is the model: a batch in, activity and labels out (see Presented).
#pragma once
#include <dynvision/data/batches.hpp>
#include <dynvision/losses/loss_average.hpp>
#include <dynvision/records/metrics.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/run/probe.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>

namespace dynvision {

struct Presented {  // a batch as it was shown, and what the model made of it
  run::Activity activity;
  Tensor labels;  // (B,T) int64, negative where a step does not count
};

struct BatchContext {                  // what a batch is presented for; run_for() does what it says
  bool record = false;                 // keep the responses of all layers
  bool training = false;               // parameters will learn from it
  std::int64_t epoch = 0, batch = 0;   // of a training: seeds what is drawn
  bool reference = false;              // step by step, on the reference path
  std::vector<std::string> monitor{};  // what these operations give, beside those of the settings
  std::vector<run::Probe> probes{};    // likewise
};

using RunBatch = std::function<Presented(Batch const&, BatchContext const&)>;

struct LayerResponse {
  std::string layer;
  std::vector<double> mean;  // [T]
};

struct Evaluation {
  double loss = 0;     // of the whole set, whatever the batches
  LossAverage losses;  // its terms
  double accuracy = 0, guess_confidence = 0, first_label_confidence = 0;
  double answer_accuracy = 0;
  std::vector<double> accuracy_over_time, guess_confidence_over_time, label_confidence_over_time;  // [T]
  std::vector<std::vector<std::int64_t>> confusion;                                                // [label][answer]
  std::vector<LayerResponse> responses;                                                            // if recorded
  std::int64_t n_images = 0;
  double seconds = 0;     // [s]
  bool complete = false;  // false: stopped, the numbers are of the images so far
};

struct EvaluateSettings {
  std::int64_t batch_size = 128;
  double limit_batches = 1;  // up to 1: this part of the batches, at least one; above: so many
  bool record = false;
  std::string progress = "evaluate";          // label of the progress bar; empty: none
  std::function<bool()> stop_requested = {};  // asked after every batch
};

namespace evaluation {

struct Sums {
  double guess = 0, label = 0;
  std::int64_t n_labels = 0, n_right = 0, n_answers = 0, n_right_answers = 0;
  std::vector<double> right, guess_over_time, label_over_time, counted;  // [T]
  std::vector<std::vector<double>> responses, response_counts;           // [layer][T]
};

inline std::int64_t limited(double limit, std::int64_t n_batches) {
  double const wanted = limit <= 1 ? limit * static_cast<double>(n_batches) : limit;
  return wanted >= static_cast<double>(n_batches) ? n_batches
                                                  : std::max<std::int64_t>(1, static_cast<std::int64_t>(wanted));
}

inline void grow(std::vector<double>& v, std::size_t n) {
  if (v.size() < n) v.resize(n, 0);
}

// `trials`: whether a sample is a trial, which is answered once, and whose steps have labels of their own.
inline void add_answers(Sums& sums, Evaluation& result, LabelledLogits const& data, bool trials) {
  std::int64_t const n_steps = data.labels.size(1);
  Tensor const judged = trials ? data.labels : first_labels(data.labels);
  auto const* const of_image = judged.const_data_ptr<std::int64_t>();
  for (auto* v : {&sums.right, &sums.guess_over_time, &sums.label_over_time, &sums.counted}) {
    grow(*v, static_cast<std::size_t>(n_steps));
  }
  result.confusion.resize(static_cast<std::size_t>(data.n_classes));
  for (auto& row : result.confusion) row.resize(static_cast<std::size_t>(data.n_classes));
  for (std::int64_t b = 0; b < data.labels.size(0); ++b) {
    std::int64_t answer = -1;
    for (std::int64_t t = 0; t < n_steps; ++t) {
      std::int64_t const i = b * n_steps + t, guess = data.guess(i), label = of_image[i];
      if (label < 0) continue;
      double const at_guess = data.confidence(i, guess), at_label = data.confidence(i, label);
      auto const step = static_cast<std::size_t>(t);
      sums.counted[step] += 1;
      sums.right[step] += guess == label ? 1 : 0;
      sums.guess_over_time[step] += at_guess;
      sums.label_over_time[step] += at_label;
      if (data.label(i) < 0) continue;
      ++sums.n_labels;
      sums.n_right += guess == data.label(i);
      sums.guess += at_guess;
      sums.label += at_label;
      answer = guess;
    }
    TrialAnswer const trial = trials ? trial_answer(data, b) : TrialAnswer{};
    if (trials) answer = trial.counts ? trial.given : -1;
    std::int64_t const label = trials ? trial.wanted : of_image[b * n_steps];
    if (label < 0 || answer < 0) continue;
    ++sums.n_answers;
    sums.n_right_answers += trials ? trial.right : answer == label;
    if (label < data.n_classes) ++result.confusion[static_cast<std::size_t>(label)][static_cast<std::size_t>(answer)];
  }
}

inline void add_responses(Sums& sums, Evaluation& result, std::vector<run::Trace> const& traces, std::int64_t n) {
  for (std::size_t l = 0; l < traces.size(); ++l) {
    if (result.responses.size() <= l) {
      result.responses.push_back({traces[l].layer, {}});
      sums.responses.emplace_back();
      sums.response_counts.emplace_back();
    }
    grow(sums.responses[l], traces[l].steps.size());
    grow(sums.response_counts[l], traces[l].steps.size());
    for (std::size_t t = 0; t < traces[l].steps.size(); ++t) {
      Signal const& r = traces[l].steps[t];
      if (!r.defined()) continue;
      sums.responses[l][t] += r.abs().mean().item<double>() * static_cast<double>(n);
      sums.response_counts[l][t] += static_cast<double>(n);
    }
  }
}

inline std::vector<double> ratio(std::vector<double> const& sum, std::vector<double> const& count) {
  std::vector<double> all;
  for (std::size_t i = 0; i < sum.size(); ++i) all.push_back(sum[i] / count[i]);  // 0/0: nan
  return all;
}

}  // namespace evaluation

inline Evaluation evaluate(RunBatch const& run, WeightedSum const& objective, Images const& images,
                           EvaluateSettings const& settings = {}) {
  at::AutoGradMode const no_gradient(false);
  auto const now = ProgressView{}.seconds;
  double const start = now();
  Batches const batches(images, {.batch_size = settings.batch_size, .shuffle = false});
  std::optional<Progress> progress;
  std::int64_t const n_batches = evaluation::limited(settings.limit_batches, batches.size());
  if (!settings.progress.empty()) {
    progress.emplace(settings.progress, std::min(n_batches * settings.batch_size, images.size()));
  }
  Evaluation result;
  evaluation::Sums sums;
  result.complete = true;
  for (std::int64_t i = 0; i < n_batches; ++i) {
    Batch const batch = batches[i];
    std::int64_t const n = batch.images.size(0);
    Presented const shown = run(batch, {.record = settings.record, .batch = i});
    result.losses.add(objective(shown.activity, shown.labels));
    evaluation::add_answers(sums, result, {shown.activity.outputs, shown.labels}, images.changes());
    evaluation::add_responses(sums, result, shown.activity.responses, n);
    result.n_images += n;
    if (progress) progress->step(n);
    if (settings.stop_requested && settings.stop_requested() && i + 1 < n_batches) {
      result.complete = false;
      break;
    }
  }
  auto const mean = [](double sum, std::int64_t n) { return n > 0 ? sum / static_cast<double>(n) : 0; };
  result.loss = result.losses.total();
  result.accuracy = images.changes() ? mean(static_cast<double>(sums.n_right_answers), sums.n_answers)
                                     : mean(static_cast<double>(sums.n_right), sums.n_labels);
  result.guess_confidence = mean(sums.guess, sums.n_labels);
  result.first_label_confidence = mean(sums.label, sums.n_labels);
  result.answer_accuracy = mean(static_cast<double>(sums.n_right_answers), sums.n_answers);
  result.accuracy_over_time = evaluation::ratio(sums.right, sums.counted);
  result.guess_confidence_over_time = evaluation::ratio(sums.guess_over_time, sums.counted);
  result.label_confidence_over_time = evaluation::ratio(sums.label_over_time, sums.counted);
  for (std::size_t l = 0; l < result.responses.size(); ++l) {
    result.responses[l].mean = evaluation::ratio(sums.responses[l], sums.response_counts[l]);
  }
  result.seconds = now() - start;
  return result;
}

}  // namespace dynvision
