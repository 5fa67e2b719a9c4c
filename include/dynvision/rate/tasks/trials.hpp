// Trials of a task: what a network is shown, what it is to answer, and when it counts.
//
//   Trials const some = GoNoGo{}.draw(64, seed);             the trials 0 ... 63 of this seed, the same ones in any batch
//   run::run(net, some.inputs).outputs                       (B,T,K)
//   trial_accuracy(outputs, some)                            share of trials that are answered rightly
//
// inputs (B,T,I), labels (B,T): the answer that is right at each step, 0: none; mask (B,T): what a step counts in the loss. After a
// trial that is shorter than the longest one nothing is shown, and nothing counts.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/rate/tasks/timing.hpp>

#include <cmath>
#include <concepts>
#include <numbers>
#include <utility>

namespace dynvision::rate {

struct Trials {
  Tensor inputs;                       // (B,T,I) float32
  Tensor labels;                       // (B,T) int64
  Tensor mask;                         // (B,T) float32
  Tensor begins;                       // (B,P+1) int64: the first step of each period, and the end
  std::vector<std::string> periods{};  // P names
  std::vector<std::pair<std::string, Tensor>> conditions{};  // (B) float64 each: what was drawn, "match", "angle"
  double dt = 0;                                             // [ms]

  std::int64_t n_trials() const { return inputs.size(0); }
  Tensor const& condition(std::string_view name) const {
    std::vector<std::string_view> names;
    for (auto const& [one, numbers] : conditions) {
      if (one == name) return numbers;
      names.push_back(one);
    }
    fail("rate", 132, {"condition \"", name, "\" of trials: ", expected_one_of(name, names)});
  }
};

// draw(n, seed, first): the trials first ... first + n - 1.
template <class T>
concept Task = requires(T const& task) {
  { task.n_inputs() } -> std::convertible_to<int>;
  { task.n_outputs() } -> std::convertible_to<int>;
  { task.timing() } -> std::convertible_to<Timing>;
  { task.draw(1, std::uint64_t{}, std::uint64_t{}) } -> std::same_as<Trials>;
};

// One trial while it is made.
class TrialWriter {
 public:
  TrialWriter(Trials& all, std::int64_t row, std::vector<int> const& begins)
      : inputs_(all.inputs.mutable_data_ptr<float>() + row * all.inputs.size(1) * all.inputs.size(2)),
        labels_(all.labels.mutable_data_ptr<std::int64_t>() + row * all.inputs.size(1)),
        mask_(all.mask.mutable_data_ptr<float>() + row * all.inputs.size(1)),
        channels_(all.inputs.size(2)),
        begins_(begins) {}

  int begin(int period) const { return begins_[static_cast<std::size_t>(period)]; }
  int end(int period) const { return begin(period + 1); }
  // Adds to an input, or sets the answer, in all steps of a period.
  void show(int period, int channel, double value) const {
    for (int t = begin(period); t < end(period); ++t) at(t, channel) += static_cast<float>(value);
  }
  void answer(int period, int label) const {
    for (int t = begin(period); t < end(period); ++t) labels_[t] = label;
  }
  void answer_at(int t, int label) const { labels_[t] = label; }
  void leave_out(int t) const { mask_[t] = 0; }  // of what counts
  float& at(int t, int channel) const { return inputs_[t * channels_ + channel]; }

 private:
  float* inputs_;
  std::int64_t* labels_;
  float* mask_;
  std::int64_t channels_;
  std::vector<int> const& begins_;
};

// A direction on a ring of units, from input `first` on.
template <class Activity>
void show_direction(TrialWriter const& trial, int period, int first, int units, double theta,
                    Activity const& activity) {
  for (int i = 0; i < units; ++i) {
    trial.show(period, first + i, activity(std::cos(2 * std::numbers::pi * i / units - theta)));
  }
}
// Noise of one period; each trial has 2^24 places for a period, from those of the task on.
inline void add_noise(TrialWriter const& trial, analysis::DrawStream const& draws, int period, int first, int units,
                      double deviation) {
  if (deviation == 0) return;
  std::uint64_t place = (static_cast<std::uint64_t>(period) + 1) << 24;
  for (int t = trial.begin(period); t < trial.end(period); ++t) {
    for (int i = 0; i < units; ++i) trial.at(t, first + i) += static_cast<float>(deviation * draws.normal(place++));
  }
}

// write(TrialWriter, DrawStream, values): one trial; values: what `names` are of it. Random numbers from place 64 on are the task's.
inline constexpr std::uint64_t first_place_of_task = 64;
template <class Write>
Trials drawn_trials(Timing const& timing, int channels, std::vector<std::string> const& names, int n,
                    std::uint64_t seed, std::uint64_t first, Write const& write) {
  if (n < 1) fail("rate", 133, {n, " trials: expected at least 1"});
  std::int64_t const T = timing.n_timesteps();
  at::TensorOptions const whole(at::kLong), real(at::kDouble);
  Trials all{.inputs = zeros({n, T, channels}),
             .labels = zeros({n, T}, whole),
             .mask = zeros({n, T}),
             .begins = zeros({n, timing.n_periods() + 1}, whole),
             .dt = timing.dt()};
  for (TaskPeriod const& period : timing.periods()) all.periods.push_back(period.name);
  for (std::string const& name : names) all.conditions.emplace_back(name, zeros({n}, real));
  std::vector<double> values(names.size());
  for (std::int64_t i = 0; i < n; ++i) {
    analysis::DrawStream const draws(seed, first + static_cast<std::uint64_t>(i));
    std::vector<int> const begins = timing.drawn(draws, 0);
    std::copy(begins.begin(), begins.end(), all.begins.mutable_data_ptr<std::int64_t>() + i * (timing.n_periods() + 1));
    std::fill_n(all.mask.mutable_data_ptr<float>() + i * T, begins.back(), 1.F);
    write(TrialWriter(all, i, begins), draws, values);
    for (std::size_t k = 0; k < names.size(); ++k) {
      all.conditions[k].second.mutable_data_ptr<double>()[i] = values[k];
    }
  }
  return all;
}

// A trial is right if the right answer is given in the period in which it is wanted, and no other answer at any step: the answer of
// a step is the largest output, 0 is none.
inline double trial_accuracy(Tensor const& outputs, Trials const& trials) {
  if (outputs.dim() != 3 || outputs.size(0) != trials.labels.size(0) || outputs.size(1) != trials.labels.size(1)) {
    fail("rate", 134,
         {"outputs of shape ", shape_text(outputs.sizes()), " for trials of shape ", shape_text(trials.labels.sizes()),
          ": expected (B,T,K)"});
  }
  Tensor const answer = outputs.detach().argmax(-1).to(at::kCPU), wanted = trials.labels, counts = trials.mask.gt(0);
  Tensor const given = answer.gt(0).logical_and(counts);
  Tensor const wrong = given.logical_and(answer.ne(wanted)).sum({1}).gt(0);
  Tensor const is_wanted = wanted.gt(0).sum({1}).gt(0);
  Tensor const right = given.logical_and(answer.eq(wanted)).sum({1}).gt(0);
  return is_wanted.logical_not()
      .logical_or(right)
      .logical_and(wrong.logical_not())
      .to(at::kDouble)
      .mean()
      .item<double>();
}

// Cross entropy of every step that counts: outputs (B,T,K).
inline Tensor trial_loss(Tensor const& outputs, Trials const& trials) {
  Tensor const log_p = outputs.log_softmax(-1).gather(-1, trials.labels.to(outputs.device()).unsqueeze(-1)).squeeze(-1);
  Tensor const mask = trials.mask.to(outputs.options());
  return log_p.mul(mask).sum().div(mask.sum()).neg();
}

}  // namespace dynvision::rate
