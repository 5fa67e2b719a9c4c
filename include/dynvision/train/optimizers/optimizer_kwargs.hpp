// The optimisers by their names, and what each of them takes, with PyTorch's names and defaults. Without torch/*.
//
// All of torch.optim that the Python toolbox names but two, which are refused with the reason. What PyTorch takes beside
// and what says only how it computes (foreach, fused, capturable, differentiable) is accepted and has no effect.
//
// Errors: train.201, train.202.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/kwargs.hpp>
#include <dynvision/train/optimizer_settings.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::optimizers {

// Of every optimiser.
inline constexpr Kwarg maximize{
    .name = "maximize", .kind = KwargKind::flag, .default_value = {0}, .help = "the objective is to become large"};
inline constexpr std::string_view how = "how PyTorch computes it; has no effect here";
inline constexpr Kwarg foreach_{.name = "foreach", .kind = KwargKind::flag, .help = how};
inline constexpr Kwarg fused{.name = "fused", .kind = KwargKind::flag, .help = how};
inline constexpr Kwarg capturable{.name = "capturable", .kind = KwargKind::flag, .help = how};
inline constexpr Kwarg differentiable{.name = "differentiable", .kind = KwargKind::flag, .help = how};

// Of several.
inline constexpr Kwarg weight_decay{
    .name = "weight_decay", .default_value = {0}, .range = at_least(0), .help = "L2, added to the gradient"};
inline constexpr Kwarg betas{.name = "betas",
                             .kind = KwargKind::numbers,
                             .default_value = {0.9, 0.999},
                             .range = from_to_below(0, 1),
                             .help = "how much of the running means of gradient and squared gradient is kept"};
inline constexpr Kwarg eps{
    .name = "eps", .default_value = {1e-8}, .range = at_least(0), .help = "added to the denominator"};
inline constexpr Kwarg decoupled{
    .name = "decoupled_weight_decay",
    .kind = KwargKind::flag,
    .default_value = {0},
    .help = "w <- w - lr weight_decay w, apart from the gradient (Loshchilov & Hutter 2019)"};
inline constexpr Kwarg momentum{
    .name = "momentum", .default_value = {0}, .range = at_least(0), .help = "how much of the last update is kept"};

inline constexpr Kwarg amsgrad{.name = "amsgrad",
                               .kind = KwargKind::flag,
                               .default_value = {0},
                               .help = "the largest second moment so far in place of the last (Reddi et al. 2018)"};

inline constexpr Kwarg adam[]{betas,    eps,   weight_decay, amsgrad,        maximize,
                              foreach_, fused, capturable,   differentiable, decoupled};
inline constexpr Kwarg adamw[]{
    betas,
    eps,
    {.name = "weight_decay", .default_value = {0.01}, .range = at_least(0), .help = "w <- w - lr weight_decay w"},
    amsgrad,
    maximize,
    foreach_,
    fused,
    capturable,
    differentiable};
inline constexpr Kwarg sgd[]{
    momentum,
    {.name = "dampening", .default_value = {0}, .help = "of the gradient that joins the momentum"},
    weight_decay,
    {.name = "nesterov",
     .kind = KwargKind::flag,
     .default_value = {0},
     .help = "Nesterov's momentum: wants momentum above 0 and dampening 0"},
    maximize,
    foreach_,
    differentiable,
    fused};
inline constexpr Kwarg rmsprop[]{{.name = "alpha",
                                  .default_value = {0.99},
                                  .range = between(0, 1),
                                  .help = "how much of the mean squared gradient is kept"},
                                 eps,
                                 weight_decay,
                                 momentum,
                                 {.name = "centered",
                                  .kind = KwargKind::flag,
                                  .default_value = {0},
                                  .help = "divided by the standard deviation of the gradient"},
                                 maximize,
                                 foreach_,
                                 capturable,
                                 differentiable};
inline constexpr Kwarg adagrad[]{
    {.name = "lr_decay", .default_value = {0}, .range = at_least(0), .help = "lr/(1 + (n - 1) lr_decay)"},
    weight_decay,
    {.name = "initial_accumulator_value",
     .default_value = {0},
     .range = at_least(0),
     .help = "of the sum of squared gradients"},
    {.name = "eps", .default_value = {1e-10}, .range = at_least(0), .help = "added to the denominator"},
    maximize,
    foreach_,
    differentiable,
    fused};
inline constexpr Kwarg adadelta[]{
    {.name = "rho", .default_value = {0.9}, .range = between(0, 1), .help = "how much of the mean squares is kept"},
    {.name = "eps", .default_value = {1e-6}, .range = at_least(0), .help = "under the roots"},
    weight_decay,
    maximize,
    foreach_,
    capturable,
    differentiable};
inline constexpr Kwarg adamax[]{betas, eps, weight_decay, maximize, foreach_, capturable, differentiable};
inline constexpr Kwarg nadam[]{
    betas,
    eps,
    weight_decay,
    {.name = "momentum_decay", .default_value = {0.004}, .range = at_least(0), .help = "of the momentum's schedule"},
    decoupled,
    maximize,
    foreach_,
    capturable,
    differentiable};
inline constexpr Kwarg radam[]{betas, eps, weight_decay, decoupled, maximize, foreach_, capturable, differentiable};
inline constexpr Kwarg asgd[]{
    {.name = "lambd", .default_value = {1e-4}, .help = "decay"},
    {.name = "alpha", .default_value = {0.75}, .help = "power of the rate's decay"},
    {.name = "t0", .default_value = {1e6}, .help = "[updates] after which the average begins"},
    weight_decay,
    maximize,
    foreach_,
    capturable,
    differentiable};
inline constexpr Kwarg rprop[]{
    {.name = "etas",
     .kind = KwargKind::numbers,
     .default_value = {0.5, 1.2},
     .range = above(0),
     .help = "factors of a step after a change of sign, and without; one below 1, one above"},
    {.name = "step_sizes",
     .kind = KwargKind::numbers,
     .default_value = {1e-6, 50},
     .range = at_least(0),
     .help = "the smallest and the largest step"},
    maximize,
    foreach_,
    capturable,
    differentiable};

struct Known {
  std::string_view name;
  std::span<Kwarg const> kwargs;
  std::string_view why_not{};  // of one that is refused
};

inline constexpr Known all[]{
    {"Adadelta", adadelta},
    {"Adagrad", adagrad},
    {"Adam", adam},
    {"AdamW", adamw},
    {"Adamax", adamax},
    {"ASGD", asgd},
    {"LBFGS",
     {},
     "it asks for the loss of the same batch many times in one update, and its line search and history are of a "
     "function that does not change, which the loss of batches is not: AdamW or SGD in its place"},
    {"NAdam", nadam},
    {"RAdam", radam},
    {"RMSprop", rmsprop},
    {"Rprop", rprop},
    {"SGD", sgd},
    {"SparseAdam",
     {},
     "it is for sparse gradients, which no part of this library has: Adam computes the same for dense ones"}};

// The optimiser of this name; everything that is wrong goes into `problems`.
inline Known const* find(std::string_view name, std::vector<std::string>& problems) {
  std::vector<std::string_view> names;
  for (Known const& known : all) {
    if (known.name == name && known.why_not.empty()) return &known;
    if (known.name == name) {
      problems.push_back(joined({"optimizer ", name, ": ", known.why_not}));
      return nullptr;
    }
    if (known.why_not.empty()) names.push_back(known.name);
  }
  problems.push_back(joined({"optimizer \"", name, "\": ", expected_one_of(name, names)}));
  return nullptr;
}

// All that is wrong with settings, one line each; none: they are good.
inline std::vector<std::string> problems_of(OptimizerSettings const& settings) {
  std::vector<std::string> problems;
  double const rate = settings.learning_rate;
  if (!(rate > 0) || !std::isfinite(rate)) {
    problems.push_back(joined({"learning_rate = ", rate, ": expected a number > 0"}));
  }
  Known const* const known = find(settings.optimizer, problems);
  if (known == nullptr) return problems;
  std::string const of = "optimizer " + settings.optimizer;
  Kwargs given = settings.optimizer_kwargs;
  std::erase_if(given, [&](auto const& one) {
    if (one.first == "lr") problems.push_back(of + ": lr is the learning_rate: expected that in place of it");
    return one.first == "lr";
  });
  std::size_t const n = problems.size();
  KnownKwargs const kwargs = checked_kwargs(of, known->kwargs, given, problems);
  if (problems.size() > n) return problems;
  if (known->name == "SGD" && kwargs.flag("nesterov") &&
      (kwargs.number("momentum") <= 0 || kwargs.number("dampening") != 0)) {
    problems.push_back(of + ": nesterov: expected momentum above 0 and dampening 0");
  }
  if (known->name == "Rprop" && !(kwargs.numbers("etas")[0] < 1 && kwargs.numbers("etas")[1] > 1)) {
    problems.push_back(of + ": etas = " + kwargs["etas"].text() +
                       ": expected the first below 1 and the second above 1");
  }
  return problems;
}

// What the optimiser is given, defaults filled in.
inline KnownKwargs checked(OptimizerSettings const& settings) {
  std::string text;
  for (std::string const& problem : problems_of(settings)) text += "\n  " + problem;
  if (!text.empty()) fail("train", 201, {"the optimiser:", text});
  std::vector<std::string> none;
  return checked_kwargs(settings.optimizer, find(settings.optimizer, none)->kwargs, settings.optimizer_kwargs, none);
}

}  // namespace dynvision::optimizers
