// How the learning rate goes on: the schedulers of torch.optim.lr_scheduler, by their names, with their numbers.
//
//   Scheduler const scheduler({.scheduler = "StepLR", .scheduler_kwargs = {{"step_size", 30}}}, 0.1);
//   scheduler.at(60).learning_rate;                         // 0.001
//
// A rate is a function of t alone, t: epochs or updates so far, divided by `frequency` (SchedulerConfigs); nothing has to be
// kept to go on. ReduceLROnPlateau depends on what it has seen: that stands in TrainingState::numbers ("scheduler.*").
//
//   ConstantLR         lr factor [t < total_iters]            LinearLR        lr (a + (b - a) min(t/total_iters, 1))
//   StepLR             lr gamma^floor(t/step_size)            MultiStepLR     lr gamma^(milestones <= t)
//   ExponentialLR      lr gamma^t                             PolynomialLR    lr (1 - min(t/total_iters, 1))^power
//   CosineAnnealingLR  eta_min + (lr - eta_min)(1 + cos(pi t/T_max))/2        Loshchilov & Hutter 2017, eq. 5
//   CosineAnnealingWarmRestarts   the same, t and T of the period that is under way: T_0, T_0 T_mult, ...
//   OneCycleLR         max_lr/div_factor -> max_lr -> /final_div_factor       Smith & Topin 2018
//   CyclicLR           base_lr <-> max_lr                                     Smith 2017
//   LinearWarmupCosineAnnealingLR  linear from warmup_start_lr, cosine from warmup_epochs on (of lightning-bolts)
//
// Rates are those of the group "regular": another group has lr_factor times each of them, max_lr and eta_min included.
// (PyTorch gives all groups the same max_lr and eta_min.)
//
// Errors: train.136, train.203, train.204.
#pragma once
#include <dynvision/train/schedulers/scheduler_kwargs.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

struct Rates {
  double learning_rate = 0;
  std::optional<double> momentum{};  // where the schedule sets it
};

namespace schedulers {

inline double cosine_between(double from, double to, double part) {
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * part));
}

// Learning rate and momentum of a cycle; both go in the same phases.
inline Rates one_cycle_at(KnownKwargs const& k, double total_steps, double t) {
  struct Phase {
    double end, rate_from, rate_to, momentum_from, momentum_to;
  };
  double const most = k.number("max_lr"), first = most / k.number("div_factor"),
               last = first / k.number("final_div_factor");
  double const high = k.number("max_momentum"), low = k.number("base_momentum"),
               rise = k.number("pct_start") * total_steps;
  std::vector<Phase> phases{{rise - 1, first, most, high, low}};
  if (k.flag("three_phase")) {
    phases.push_back({2 * rise - 2, most, first, low, high});
    phases.push_back({total_steps - 1, first, last, high, high});
  } else {
    phases.push_back({total_steps - 1, most, last, low, high});
  }
  double begin = 0;
  std::size_t i = 0;
  while (t > phases[i].end && i + 1 < phases.size()) begin = phases[i++].end;
  Phase const& phase = phases[i];
  double const part = (t - begin) / (phase.end - begin);
  auto const between = [&](double from, double to) {
    return k.word("anneal_strategy") == "cos" ? cosine_between(from, to, part) : from + (to - from) * part;
  };
  Rates rates{between(phase.rate_from, phase.rate_to)};
  if (k.flag("cycle_momentum")) rates.momentum = between(phase.momentum_from, phase.momentum_to);
  return rates;
}

inline Rates cyclic_at(KnownKwargs const& k, double t) {
  double const up = k.number("step_size_up"), down = k.number("step_size_down", up), whole = up + down,
               ratio = up / whole;
  double const cycle = std::floor(1 + t / whole), x = 1 + t / whole - cycle;
  double const part = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
  std::string const& mode = k.word("mode");
  double const height = mode == "triangular"    ? 1
                        : mode == "triangular2" ? 1 / std::pow(2.0, cycle - 1)
                                                : std::pow(k.number("gamma"), t);
  auto const reach = [&](char const* from, char const* to) { return (k.number(to) - k.number(from)) * part * height; };
  Rates rates{k.number("base_lr") + reach("base_lr", "max_lr")};
  if (k.flag("cycle_momentum")) rates.momentum = k.number("max_momentum") - reach("base_momentum", "max_momentum");
  return rates;
}

inline double restarts_at(KnownKwargs const& k, double lr, double t) {
  double const longer = k.number("T_mult");
  double period = k.number("T_0");
  if (longer == 1) {
    t = std::fmod(t, period);
  } else {
    for (; t >= period; period *= longer) t -= period;
  }
  return cosine_between(lr, k.number("eta_min"), t / period);
}

}  // namespace schedulers

class Scheduler {
 public:
  // `learning_rate`: that of the optimiser's settings. `n_steps`: epochs or updates of the whole training, for a OneCycleLR
  // without total_steps; 0: not known.
  Scheduler(SchedulerSettings settings, double learning_rate, std::int64_t n_steps = 0)
      : settings_(std::move(settings)), kwargs_(checked(settings_)), lr_(learning_rate) {
    if (settings_.scheduler != "OneCycleLR") return;
    total_steps_ = kwargs_.number("total_steps", static_cast<double>(n_steps / settings_.scheduler_configs.frequency));
    if (!kwargs_.is_given("total_steps") && kwargs_.is_given("epochs")) {
      total_steps_ = kwargs_.number("epochs") * kwargs_.number("steps_per_epoch");
    }
    if (total_steps_ < 2) {
      fail("train", 204,
           {"scheduler OneCycleLR: a cycle of ", total_steps_,
            " steps: expected total_steps, or epochs and steps_per_epoch, of at least 2"});
    }
  }

  SchedulerSettings const& settings() const { return settings_; }
  bool once_a_step() const { return settings_.scheduler_configs.interval == "step"; }
  bool is_plateau() const { return settings_.scheduler == "ReduceLROnPlateau"; }
  bool sets_momentum() const {
    return (settings_.scheduler == "OneCycleLR" || settings_.scheduler == "CyclicLR") && kwargs_.flag("cycle_momentum");
  }

  // After `n` epochs or updates. `numbers`: of the training, for ReduceLROnPlateau.
  Rates at(std::int64_t n, std::map<std::string, double> const& numbers = {}) const {
    KnownKwargs const& k = kwargs_;
    std::string const& name = settings_.scheduler;
    auto const t = static_cast<double>(n / settings_.scheduler_configs.frequency);
    if (name == "ConstantLR") return {lr_ * (t < k.number("total_iters") ? k.number("factor") : 1)};
    if (name == "LinearLR") {
      double const from = k.number("start_factor"), to = k.number("end_factor");
      return {lr_ * (from + (to - from) * std::min(t / k.number("total_iters"), 1.0))};
    }
    if (name == "StepLR") return {lr_ * std::pow(k.number("gamma"), std::floor(t / k.number("step_size")))};
    if (name == "MultiStepLR") {
      std::vector<double> const& all = k.numbers("milestones");
      auto const passed = std::count_if(all.begin(), all.end(), [&](double milestone) { return milestone <= t; });
      return {lr_ * std::pow(k.number("gamma"), static_cast<double>(passed))};
    }
    if (name == "ExponentialLR") return {lr_ * std::pow(k.number("gamma"), t)};
    if (name == "PolynomialLR") {
      return {lr_ * std::pow(1 - std::min(t / k.number("total_iters"), 1.0), k.number("power"))};
    }
    if (name == "CosineAnnealingLR")
      return {schedulers::cosine_between(lr_, k.number("eta_min"), t / k.number("T_max"))};
    if (name == "CosineAnnealingWarmRestarts") return {schedulers::restarts_at(k, lr_, t)};
    if (name == "OneCycleLR") return one_cycle(t);
    if (name == "CyclicLR") return schedulers::cyclic_at(k, t);
    if (name == "LinearWarmupCosineAnnealingLR") return {warm_up(t)};
    if (is_plateau()) {
      auto const found = numbers.find("scheduler.learning_rate");
      return {found == numbers.end() ? lr_ : found->second};
    }
    return {lr_};
  }

  // ReduceLROnPlateau: what is monitored, once every `frequency` epochs.
  void look(double value, std::map<std::string, double>& numbers) const {
    bool const least = kwargs_.word("mode") == "min", relative = kwargs_.word("threshold_mode") == "rel";
    double const threshold = kwargs_.number("threshold"), infinite = std::numeric_limits<double>::infinity();
    auto const of = [&](char const* name, double first) -> double& {
      return numbers.try_emplace(std::string("scheduler.") + name, first).first->second;
    };
    double &best = of("best", least ? infinite : -infinite), &bad = of("num_bad_epochs", 0),
           &cooldown = of("cooldown_counter", 0), &rate = of("learning_rate", lr_);
    double const sign = least ? -1 : 1, bar = relative ? best * (1 + sign * threshold) : best + sign * threshold;
    if (least ? value < bar : value > bar) {
      best = value;
      bad = 0;
    } else {
      ++bad;
    }
    if (cooldown > 0) {
      --cooldown;
      bad = 0;
    }
    if (bad <= kwargs_.number("patience")) return;
    double const lower = std::max(rate * kwargs_.number("factor"), kwargs_.number("min_lr"));
    if (rate - lower > kwargs_.number("eps")) rate = lower;
    cooldown = kwargs_.number("cooldown");
    bad = 0;
  }

 private:
  static KnownKwargs checked(SchedulerSettings const& settings) {
    std::string text;
    for (std::string const& problem : schedulers::problems_of(settings)) text += "\n  " + problem;
    if (!text.empty()) fail("train", 203, {"the scheduler:", text});
    std::vector<std::string> none;
    Kwargs const given = settings.scheduler == "none" ? Kwargs{} : settings.scheduler_kwargs;
    return checked_kwargs(settings.scheduler, schedulers::find(settings.scheduler, none)->kwargs, given, none);
  }
  Rates one_cycle(double t) const {
    if (t > total_steps_) {
      fail("train", 204,
           {"scheduler OneCycleLR: step ", t, " of a cycle of ", total_steps_,
            ": expected total_steps of the whole training"});
    }
    return schedulers::one_cycle_at(kwargs_, total_steps_, t);
  }
  double warm_up(double t) const {
    double const warm = kwargs_.number("warmup_epochs"), first = kwargs_.number("warmup_start_lr");
    if (t < warm) return first + t * (lr_ - first) / std::max(1.0, warm - 1);
    return schedulers::cosine_between(lr_, kwargs_.number("eta_min"),
                                      (t - warm) / (kwargs_.number("max_epochs") - warm));
  }

  SchedulerSettings settings_;
  KnownKwargs kwargs_;
  double lr_, total_steps_ = 0;
};

// Epochs at a learning rate of 0 are an error: the first of a training, or the last.
inline void check_rates(Scheduler const& scheduler, std::int64_t epochs, std::int64_t first = 0) {
  if (scheduler.once_a_step() || scheduler.is_plateau()) return;
  for (std::int64_t const epoch : {first, epochs - 1}) {
    if (epoch < first || epoch >= epochs || scheduler.at(epoch).learning_rate > 0) continue;
    fail("train", 136,
         {"scheduler ", scheduler.settings().scheduler, ": the learning rate of epoch ", epoch + 1,
          " is 0: expected one above 0 in every epoch (of CosineAnnealingLR: T_max = ", epochs,
          " or more, or eta_min above 0)"});
  }
}

}  // namespace dynvision
