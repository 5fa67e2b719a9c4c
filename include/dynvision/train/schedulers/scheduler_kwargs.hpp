// The schedulers by their names, and what each of them takes, with PyTorch's names and defaults. Without torch/*.
//
// Errors: train.203.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/kwargs.hpp>
#include <dynvision/train/scheduler_settings.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::schedulers {

inline constexpr Kwarg whole(std::string_view name, std::initializer_list<double> by_default, std::string_view help) {
  return {.name = name,
          .kind = KwargKind::whole,
          .default_value = by_default,
          .range = at_least(1),
          .help = help,
          .required = by_default.size() == 0};
}

inline constexpr Kwarg gamma{
    .name = "gamma", .default_value = {0.1}, .range = at_least(0), .help = "factor of every step"};
inline constexpr Kwarg gamma_required{
    .name = "gamma", .range = at_least(0), .help = "factor of every step", .required = true};
inline constexpr Kwarg eta_min{
    .name = "eta_min", .default_value = {0}, .range = at_least(0), .help = "the smallest learning rate"};
inline constexpr Kwarg max_lr{.name = "max_lr",
                              .range = above(0),
                              .help = "the largest learning rate, of the group \"regular\"",
                              .required = true};
inline constexpr Kwarg cycle_momentum{.name = "cycle_momentum",
                                      .kind = KwargKind::flag,
                                      .default_value = {1},
                                      .help = "momentum, or the first of betas, goes the other way"};
inline constexpr Kwarg max_iters{.name = "total_iters",
                                 .kind = KwargKind::whole,
                                 .default_value = {5},
                                 .range = at_least(1),
                                 .help = "until the end of the change"};

inline constexpr Kwarg constant[]{
    {.name = "factor", .default_value = {1.0 / 3}, .range = between(0, 1), .help = "until total_iters"}, max_iters};
inline constexpr Kwarg linear[]{
    {.name = "start_factor",
     .default_value = {1.0 / 3},
     .range = {.low = 0, .high = 1, .has_low = false},
     .help = "in the beginning"},
    {.name = "end_factor", .default_value = {1}, .range = between(0, 1), .help = "from total_iters on"},
    max_iters};
inline constexpr Kwarg step[]{{.name = "step_size",
                               .kind = KwargKind::whole,
                               .range = at_least(1),
                               .help = "between two changes",
                               .required = true},
                              gamma};
inline constexpr Kwarg multi_step[]{{.name = "milestones",
                                     .kind = KwargKind::numbers,
                                     .range = at_least(0),
                                     .help = "when it changes",
                                     .required = true},
                                    gamma};
inline constexpr Kwarg exponential[]{gamma_required};
inline constexpr Kwarg polynomial[]{
    max_iters, {.name = "power", .default_value = {1}, .range = at_least(0), .help = "of what is left of the time"}};
inline constexpr Kwarg cosine[]{{.name = "T_max",
                                 .default_value = {250},
                                 .range = above(0),
                                 .help = "half a period; the rate rises again afterwards"},
                                eta_min};
inline constexpr Kwarg restarts[]{{.name = "T_0",
                                   .kind = KwargKind::whole,
                                   .range = at_least(1),
                                   .help = "until the first restart",
                                   .required = true},
                                  {.name = "T_mult",
                                   .kind = KwargKind::whole,
                                   .default_value = {1},
                                   .range = at_least(1),
                                   .help = "how much longer every period is"},
                                  eta_min};
inline constexpr Kwarg one_cycle[]{
    max_lr,
    {.name = "total_steps",
     .kind = KwargKind::whole,
     .range = at_least(2),
     .help = "of the cycle; null: epochs times steps_per_epoch, or the whole training"},
    {.name = "epochs", .kind = KwargKind::whole, .range = at_least(1), .help = "with steps_per_epoch: total_steps"},
    {.name = "steps_per_epoch", .kind = KwargKind::whole, .range = at_least(1), .help = "with epochs: total_steps"},
    {.name = "pct_start",
     .default_value = {0.3},
     .range = between(0, 1),
     .help = "part of the cycle while the rate rises"},
    {.name = "anneal_strategy", .kind = KwargKind::word, .words = "cos|linear", .help = "between the ends of a phase"},
    cycle_momentum,
    {.name = "base_momentum",
     .default_value = {0.85},
     .range = from_to_below(0, 1),
     .help = "where the rate is largest"},
    {.name = "max_momentum",
     .default_value = {0.95},
     .range = from_to_below(0, 1),
     .help = "in the beginning and at the end"},
    {.name = "div_factor", .default_value = {25}, .range = above(0), .help = "the first rate is max_lr/div_factor"},
    {.name = "final_div_factor",
     .default_value = {1e4},
     .range = above(0),
     .help = "the last rate is the first over it"},
    {.name = "three_phase",
     .kind = KwargKind::flag,
     .default_value = {0},
     .help = "down to the first rate as it rose, then on to the last"}};
inline constexpr Kwarg cyclic[]{
    {.name = "base_lr",
     .range = at_least(0),
     .help = "the smallest learning rate, of the group \"regular\"",
     .required = true},
    max_lr,
    {.name = "step_size_up",
     .kind = KwargKind::whole,
     .default_value = {2000},
     .range = at_least(1),
     .help = "while it rises"},
    {.name = "step_size_down",
     .kind = KwargKind::whole,
     .range = at_least(1),
     .help = "while it falls; null: as it rises"},
    {.name = "mode",
     .kind = KwargKind::word,
     .words = "triangular|triangular2|exp_range",
     .help = "how the heights of the cycles go on"},
    {.name = "gamma", .default_value = {1}, .range = at_least(0), .help = "of exp_range: the height is gamma^t"},
    cycle_momentum,
    {.name = "base_momentum",
     .default_value = {0.8},
     .range = from_to_below(0, 1),
     .help = "where the rate is largest"},
    {.name = "max_momentum",
     .default_value = {0.9},
     .range = from_to_below(0, 1),
     .help = "where the rate is smallest"}};
inline constexpr Kwarg plateau[]{
    {.name = "mode", .kind = KwargKind::word, .words = "min|max", .help = "which way of what is monitored is better"},
    {.name = "factor",
     .default_value = {0.1},
     .range = from_to_below(0, 1),
     .help = "of the rate, where nothing got better"},
    {.name = "patience",
     .kind = KwargKind::whole,
     .default_value = {10},
     .range = at_least(0),
     .help = "bad ones before"},
    {.name = "threshold", .default_value = {1e-4}, .range = at_least(0), .help = "what counts as better"},
    {.name = "threshold_mode",
     .kind = KwargKind::word,
     .words = "rel|abs",
     .help = "the threshold is a part, or a number"},
    {.name = "cooldown",
     .kind = KwargKind::whole,
     .default_value = {0},
     .range = at_least(0),
     .help = "before it counts again"},
    {.name = "min_lr", .default_value = {0}, .range = at_least(0), .help = "the smallest learning rate"},
    {.name = "eps", .default_value = {1e-8}, .range = at_least(0), .help = "smaller changes are left out"}};
inline constexpr Kwarg warm_up[]{
    {.name = "warmup_epochs",
     .kind = KwargKind::whole,
     .range = at_least(1),
     .help = "while it rises",
     .required = true},
    {.name = "max_epochs", .kind = KwargKind::whole, .range = at_least(2), .help = "until the end", .required = true},
    {.name = "warmup_start_lr", .default_value = {0}, .range = at_least(0), .help = "in the beginning"},
    eta_min};

struct Known {
  std::string_view name;
  std::span<Kwarg const> kwargs;
  std::string_view why_not{};
};

inline constexpr std::string_view takes_a_function =
    "it takes a function, which a configuration has not: a callback may set the learning rate "
    "(Optimizer::set_learning_rate)";
inline constexpr std::string_view takes_schedulers =
    "it takes other schedulers: LinearWarmupCosineAnnealingLR is the one of those that is here";

inline constexpr Known all[]{{"ConstantLR", constant},
                             {"LinearLR", linear},
                             {"StepLR", step},
                             {"MultiStepLR", multi_step},
                             {"ExponentialLR", exponential},
                             {"PolynomialLR", polynomial},
                             {"CosineAnnealingLR", cosine},
                             {"CosineAnnealingWarmRestarts", restarts},
                             {"OneCycleLR", one_cycle},
                             {"CyclicLR", cyclic},
                             {"ReduceLROnPlateau", plateau},
                             {"LinearWarmupCosineAnnealingLR", warm_up},
                             {"none", {}},
                             {"LambdaLR", {}, takes_a_function},
                             {"MultiplicativeLR", {}, takes_a_function},
                             {"SequentialLR", {}, takes_schedulers},
                             {"ChainedScheduler", {}, takes_schedulers}};

inline Known const* find(std::string_view name, std::vector<std::string>& problems) {
  std::vector<std::string_view> names;
  for (Known const& known : all) {
    if (known.name == name && known.why_not.empty()) return &known;
    if (known.name == name) {
      problems.push_back(joined({"scheduler ", name, ": ", known.why_not}));
      return nullptr;
    }
    if (known.why_not.empty()) names.push_back(known.name);
  }
  problems.push_back(joined({"scheduler \"", name, "\": ", expected_one_of(name, names)}));
  return nullptr;
}

// All that is wrong with settings, one line each; none: they are good.
inline std::vector<std::string> problems_of(SchedulerSettings const& settings) {
  std::vector<std::string> problems;
  SchedulerConfigs const& configs = settings.scheduler_configs;
  std::string const interval = "scheduler_configs: interval = \"" + configs.interval + "\": ";
  if (configs.interval != "epoch" && configs.interval != "step") {
    problems.push_back(interval + expected_one_of(configs.interval, std::vector<std::string_view>{"epoch", "step"}));
  }
  if (configs.frequency < 1) {
    problems.push_back(joined({"scheduler_configs: frequency = ", configs.frequency, ": expected a number >= 1"}));
  }
  Known const* const known = find(settings.scheduler, problems);
  if (known == nullptr || known->name == "none") return problems;
  std::string const of = "scheduler " + settings.scheduler;
  std::size_t const n = problems.size();
  KnownKwargs const kwargs = checked_kwargs(of, known->kwargs, settings.scheduler_kwargs, problems);
  if (problems.size() > n) return problems;
  if (known->name == "ReduceLROnPlateau" && configs.interval != "epoch") {
    problems.push_back(of + ": " + interval + "expected epoch: what it looks at is known then");
  }
  if (known->name == "OneCycleLR" && !kwargs.is_given("total_steps") &&
      kwargs.is_given("epochs") != kwargs.is_given("steps_per_epoch")) {
    problems.push_back(of + ": expected epochs and steps_per_epoch together, or total_steps, or none of them");
  }
  if (known->name == "LinearWarmupCosineAnnealingLR" && kwargs.number("max_epochs") <= kwargs.number("warmup_epochs")) {
    problems.push_back(of + ": max_epochs = " + kwargs["max_epochs"].text() +
                       ": expected more than warmup_epochs = " + kwargs["warmup_epochs"].text());
  }
  return problems;
}

}  // namespace dynvision::schedulers
