// The objective from the names of its losses, as a configuration gives them.
//
//   WeightedSum const objective = objective_of({.loss = {"CrossEntropyLoss", "ActivityLoss"},
//                                               .loss_configs = {{"ActivityLoss", {{"weight", 0.02}}}}});
//   run::Settings settings{.monitor = objective.monitored()};       what ActivityLoss looks at
//
// Names, weights and numbers are those of the Python toolbox where it has them. A loss of one's own is added in a program:
// objective.add("mine", 0.1, [](run::Activity const& a, Tensor const& labels) { return ...; });
//
// Errors: losses.141.
#pragma once
#include <dynvision/core/parameters.hpp>
#include <dynvision/losses/loss_settings.hpp>
#include <dynvision/losses/spontaneous_activity.hpp>
#include <dynvision/losses/weighted_steps.hpp>
#include <dynvision/losses/weighted_sum.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

namespace losses {

inline constexpr Kwarg reduction{
    .name = "reduction", .kind = KwargKind::word, .words = "mean|sum", .help = "over what is counted, or samples"};
inline constexpr Kwarg ignore_index{.name = "ignore_index",
                                    .kind = KwargKind::whole,
                                    .default_value = {-1},
                                    .help = "label of a step that does not count"};
inline constexpr Kwarg weight_1{
    .name = "weight", .default_value = {1}, .range = at_least(0), .help = "in the sum; 0: left out"};

inline constexpr Kwarg cross_entropy[]{
    weight_1,
    ignore_index,
    {.name = "class_weight", .kind = KwargKind::numbers, .range = at_least(0), .help = "one for each class"},
    reduction};
inline constexpr Kwarg activity[]{
    {.name = "weight", .default_value = {2e-4}, .range = at_least(0), .help = "in the sum; 0: left out"},
    {.name = "ord", .default_value = {1}, .range = above(0), .help = "of the norm of a layer's activity"},
    {.name = "mode",
     .kind = KwargKind::word,
     .words = "absolute|signed_mean",
     .help = "absolute values, or the absolute value of their mean"},
    {.name = "operation",
     .kind = KwargKind::word,
     .help = "whose signal it is: record, the responses; tstep, before the nonlinearity; V1.tstep, of one layer"},
    reduction};
inline constexpr Kwarg spontaneous[]{
    {.name = "weight", .default_value = {1e-3}, .range = at_least(0), .help = "in the sum; 0: left out"},
    {.name = "n_timesteps",
     .kind = KwargKind::whole,
     .default_value = {100},
     .range = at_least(1),
     .help = "[steps] at the start of a trial, blank ones"},
    {.name = "operation", .kind = KwargKind::word, .help = "whose signal it is, as of ActivityLoss"}};
inline constexpr Kwarg weighted_steps[]{
    weight_1,
    {.name = "n_timesteps",
     .kind = KwargKind::whole,
     .default_value = {30},
     .range = at_least(1),
     .help = "[steps] at the end of a trial"},
    {.name = "first", .default_value = {-3}, .help = "power of ten of the first one's weight"},
    {.name = "last", .default_value = {0}, .help = "of the last one's"},
    ignore_index};

struct Known {
  std::string_view name;
  std::span<Kwarg const> kwargs;
  void (*add)(WeightedSum& to, KnownKwargs const& numbers);
  void (*add_with)(WeightedSum& to, KnownKwargs const& numbers, Parameters const&) = nullptr;  // in place of add
};

inline std::string operation_of(KnownKwargs const& k) {
  return k.is_given("operation") ? k.word("operation") : "record";
}
inline LossReduction reduction_of(KnownKwargs const& k) {
  return k.word("reduction") == "sum" ? LossReduction::sum : LossReduction::mean;
}
inline Tensor row_of(std::vector<double> const& numbers) {
  Tensor const row = full({static_cast<std::int64_t>(numbers.size())}, 0, at::TensorOptions(at::kDouble));
  std::copy(numbers.begin(), numbers.end(), row.mutable_data_ptr<double>());
  return row.to(at::kFloat);
}

inline void add_cross_entropy(WeightedSum& to, KnownKwargs const& k) {
  CrossEntropy loss{.ignore_index = static_cast<std::int64_t>(k.number("ignore_index")), .reduction = reduction_of(k)};
  if (k.is_given("class_weight")) loss.class_weight = row_of(k.numbers("class_weight"));
  to.add("CrossEntropyLoss", k.number("weight"), loss);
}
inline void add_activity(WeightedSum& to, KnownKwargs const& k) {
  bool const absolute = k.word("mode") == "absolute";
  to.add("ActivityLoss", k.number("weight"),
         ActivityLoss{.monitors = {{operation_of(k), absolute ? ActivityMode::absolute : ActivityMode::signed_mean}},
                      .p = k.number("ord"),
                      .reduction = reduction_of(k)});
}
inline void add_spontaneous(WeightedSum& to, KnownKwargs const& k) {
  SpontaneousActivity const loss{static_cast<int>(k.number("n_timesteps"))};
  std::string const operation = operation_of(k);
  auto const term = [loss, operation](run::Activity const& activity, Tensor const&) {
    std::vector<run::Trace> traces;  // others may be monitored for other losses
    for (run::Trace const& trace : activity.monitored) {
      if (trace.is_named(operation)) traces.push_back(trace);
    }
    return loss(traces);
  };
  to.add("SpontaneousActivity", k.number("weight"), term, {}, {operation});
}
inline void add_weighted_steps(WeightedSum& to, KnownKwargs const& k) {
  WeightedSteps const loss{logspace(k.number("first"), k.number("last"), static_cast<int>(k.number("n_timesteps"))),
                           static_cast<std::int64_t>(k.number("ignore_index"))};
  to.add("WeightedSteps", k.number("weight"),
         [loss](run::Activity const& a, Tensor const& labels) { return loss(a.outputs, labels); });
}

inline constexpr Known all[]{{"CrossEntropyLoss", cross_entropy, add_cross_entropy},
                             {"ActivityLoss", activity, add_activity},
                             {"SpontaneousActivity", spontaneous, add_spontaneous},
                             {"WeightedSteps", weighted_steps, add_weighted_steps}};

inline Known const* find(std::string_view name, std::vector<std::string>& problems, std::span<Known const> more = {}) {
  std::vector<std::string_view> names;
  for (std::span<Known const> const some : {std::span<Known const>(all), more}) {
    for (Known const& known : some) {
      if (known.name == name) return &known;
      names.push_back(known.name);
    }
  }
  problems.push_back(joined({"loss \"", name, "\": ", expected_one_of(name, names)}));
  return nullptr;
}

// The names with their numbers, in the order of the sum.
inline LossConfigs chosen(LossSettings const& settings) {
  LossConfigs all;
  auto const add = [&](std::string const& name) -> Kwargs& {
    for (auto& [known, numbers] : all) {
      if (known == name) return numbers;
    }
    auto const own = std::find_if(settings.loss_configs.begin(), settings.loss_configs.end(),
                                  [&](auto const& one) { return one.first == name; });
    return all.emplace_back(name, own == settings.loss_configs.end() ? Kwargs{} : own->second).second;
  };
  for (std::string const& name : settings.loss) add(name);
  if (settings.activity_loss_weight) {
    Kwargs& numbers = add("ActivityLoss");
    std::erase_if(numbers, [](auto const& one) { return one.first == "weight"; });
    numbers.emplace_back("weight", *settings.activity_loss_weight);
  }
  return all;
}

// All that is wrong with settings, one line each; none: they are good. `more`: losses that there are beside `all`.
inline std::vector<std::string> problems_of(LossSettings const& settings, std::span<Known const> more = {}) {
  std::vector<std::string> problems;
  LossConfigs const in_use = chosen(settings);
  LossConfigs all_of_them = in_use;  // numbers of a loss that is not in use are checked, too
  for (auto const& one : settings.loss_configs) {
    bool const is_used =
        std::any_of(in_use.begin(), in_use.end(), [&](auto const& own) { return own.first == one.first; });
    if (!is_used) all_of_them.push_back(one);
  }
  bool any = false;
  for (std::size_t i = 0; i < all_of_them.size(); ++i) {
    auto const& [name, numbers] = all_of_them[i];
    Known const* const known = find(name, problems, more);
    if (known == nullptr) continue;
    KnownKwargs const checked = checked_kwargs("loss " + name, known->kwargs, numbers, problems);
    any = any || (i < in_use.size() && checked.number("weight") > 0);
  }
  if (!any && problems.empty()) problems.push_back("loss: expected at least one loss with a weight above 0");
  return problems;
}

}  // namespace losses

// `more`, `parameters`: of rate/penalties/named_penalties.hpp.
inline WeightedSum objective_of(LossSettings const& settings, std::span<losses::Known const> more = {},
                                Parameters const& parameters = {}) {
  std::string text;
  for (std::string const& problem : losses::problems_of(settings, more)) text += "\n  " + problem;
  if (!text.empty()) fail("losses", 141, {"the objective:", text});
  WeightedSum objective;
  std::vector<std::string> none;
  for (auto const& [name, numbers] : losses::chosen(settings)) {
    losses::Known const& known = *losses::find(name, none, more);
    KnownKwargs const checked = checked_kwargs(name, known.kwargs, numbers, none);
    if (known.add != nullptr) known.add(objective, checked);
    if (known.add_with != nullptr) known.add_with(objective, checked, parameters);
  }
  return objective;
}

}  // namespace dynvision
