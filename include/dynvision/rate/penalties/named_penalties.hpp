// Penalties of rates and weights by the names that a configuration gives them, beside the losses of losses/named_losses.hpp.
//
//   WeightedSum const objective = objective_of({.loss = {"CrossEntropyLoss", "RatePenalty"},
//                                               .loss_configs = {{"RatePenalty", {{"weight", 0.01}, {"norm", "l2"}}}}},
//                                              rate::penalties::all, net.parameters());
//   run::Settings settings{.monitor = objective.monitored()};
//
//   RatePenalty RateDispersion StatePrediction RateEntropy       of the rates of `layer`: activity.hpp; without a layer the mean over all
//   HebbianPenalty                                               of the rates and the recurrent weights of each layer
//   WeightPenalty                                                of the weights whose name contains `of`: weights.hpp; summed
//
// Weights are those of the equation: with mask and signs. Errors: rate.124, losses.141.
#pragma once
#include <dynvision/losses/named_losses.hpp>
#include <dynvision/rate/penalties/activity.hpp>
#include <dynvision/rate/penalties/weights.hpp>

namespace dynvision::rate::penalties {

inline constexpr Kwarg weight{
    .name = "weight", .default_value = {0.01}, .range = at_least(0), .help = "in the sum; 0: left out"};
inline constexpr Kwarg layer{.name = "layer", .kind = KwargKind::word, .help = "whose rates; null: of each layer"};

inline constexpr Kwarg of_rates[]{
    weight, layer, {.name = "norm", .kind = KwargKind::word, .words = "l1|l2", .help = "of mean rates"}};
inline constexpr Kwarg dispersion[]{weight,
                                    layer,
                                    {.name = "of",
                                     .kind = KwargKind::word,
                                     .words = "sd|cv|mean_deviation|greatest_deviation",
                                     .help = "of mean rates over the units"}};
inline constexpr Kwarg prediction[]{
    weight,
    layer,
    {.name = "lag", .kind = KwargKind::whole, .default_value = {1}, .range = at_least(1), .help = "[steps] ahead"}};
inline constexpr Kwarg entropy[]{weight,
                                 layer,
                                 {.name = "of_squares",
                                  .default_value = {0},
                                  .range = at_least(0),
                                  .help = "weight of the squared rates beside the entropy"}};
inline constexpr Kwarg of_hebbian[]{weight, layer};
inline constexpr Kwarg of_weights[]{
    weight,
    {.name = "norm", .kind = KwargKind::word, .words = "mean_square|frobenius|absolute_sum", .help = "of each matrix"},
    {.name = "of", .kind = KwargKind::word, .help = "part of the names of the weights; null: recurrent.weight"}};

// The term is the mean of `penalty` over the layers. penalty(rates, name of the layer)
template <class Penalty> void add(WeightedSum& to, char const* name, KnownKwargs const& k, Penalty const& penalty) {
  std::string const operation = k.is_given("layer") ? k.word("layer") + ".record" : "record";
  to.add(name, k.number("weight"),
         [penalty, operation, name](run::Activity const& activity, Tensor const&) {
           Tensor sum;
           double n = 0;
           std::vector<std::string_view> layers;
           for (run::Trace const& trace : activity.monitored) {
             if (trace.operation == "record") layers.push_back(trace.layer);
             if (!trace.is_named(operation)) continue;
             Tensor const all = trace.stacked();
             if (!all.defined()) continue;
             Tensor const one = penalty(all.flatten(2), trace.layer);
             sum = sum.defined() ? sum.add(one) : one;
             n += 1;
           }
           if (!sum.defined()) {
             fail("rate", 124,
                  {name, ": there are no rates of \"", operation, "\": expected a layer of the model, with rates"});
           }
           return sum.div(n);
         },
         {}, {operation});
}

// The weight as the equation has it, of a parameter and the mask and signs beside it.
inline Tensor effective(Parameters const& parameters, std::string const& name, Tensor const& v) {
  std::string const path = name.substr(0, name.size() - std::string_view("weight").size());
  Tensor w = v;
  if (Parameter const* const mask = find_parameter(parameters, path + "mask")) w = w.mul(mask->tensor);
  if (Parameter const* const sign = find_parameter(parameters, path + "sign")) w = w.abs().mul(sign->tensor);
  return w;
}

inline void add_rate(WeightedSum& to, KnownKwargs const& k) {
  Norm const norm = k.word("norm") == "l1" ? Norm::l1 : Norm::l2;
  add(to, "RatePenalty", k, [norm](Tensor const& r, std::string const&) { return mean_rate(r, norm); });
}
inline void add_dispersion(WeightedSum& to, KnownKwargs const& k) {
  std::string const& word = k.word("of");
  Dispersion const of = word == "sd"               ? Dispersion::sd
                        : word == "cv"             ? Dispersion::cv
                        : word == "mean_deviation" ? Dispersion::mean_deviation
                                                   : Dispersion::greatest_deviation;
  add(to, "RateDispersion", k, [of](Tensor const& r, std::string const&) { return rate_dispersion(r, of); });
}
inline void add_prediction(WeightedSum& to, KnownKwargs const& k) {
  auto const lag = static_cast<std::int64_t>(k.number("lag"));
  add(to, "StatePrediction", k, [lag](Tensor const& r, std::string const&) { return state_prediction(r, lag); });
}
inline void add_entropy(WeightedSum& to, KnownKwargs const& k) {
  double const of_squares = k.number("of_squares");
  add(to, "RateEntropy", k, [of_squares](Tensor const& r, std::string const&) { return rate_entropy(r, of_squares); });
}
inline void add_hebbian(WeightedSum& to, KnownKwargs const& k, Parameters const& parameters) {
  add(to, "HebbianPenalty", k, [parameters](Tensor const& r, std::string const& of) {
    std::string const name = of + ".recurrent.weight";
    return hebbian(r, effective(parameters, name, tensor_of(parameters, name)));
  });
}
inline void add_weights(WeightedSum& to, KnownKwargs const& k, Parameters const& parameters) {
  std::string const part = k.is_given("of") ? k.word("of") : "recurrent.weight", norm = k.word("norm");
  std::vector<std::string> names;
  for (Parameter const& one : parameters) {
    bool const is_weight = one.learned && one.name.ends_with(".weight") && one.tensor.dim() > 1;
    if (is_weight && one.name.find(part) != std::string::npos) names.push_back(one.name);
  }
  if (names.empty() && !parameters.empty()) {
    fail("rate", 124,
         {"WeightPenalty: no weights whose names contain \"", part, "\": expected part of one, \"recurrent.weight\""});
  }
  to.add("WeightPenalty", k.number("weight"), [=](run::Activity const&, Tensor const&) {
    Tensor sum;
    for (std::string const& name : names) {
      Tensor const w = effective(parameters, name, tensor_of(parameters, name));
      Tensor const one = norm == "mean_square" ? mean_square(w) : norm == "frobenius" ? frobenius(w) : absolute_sum(w);
      sum = sum.defined() ? sum.add(one) : one;
    }
    return sum.defined() ? sum : zeros({});
  });
}

inline constexpr losses::Known all[]{{"RatePenalty", of_rates, add_rate},
                                     {"RateDispersion", dispersion, add_dispersion},
                                     {"StatePrediction", prediction, add_prediction},
                                     {"RateEntropy", entropy, add_entropy},
                                     {"HebbianPenalty", of_hebbian, nullptr, add_hebbian},
                                     {"WeightPenalty", of_weights, nullptr, add_weights}};

// All that a configuration can name.
inline constexpr auto with_losses = [] {
  constexpr std::size_t n = std::size(losses::all);
  std::array<losses::Known, n + std::size(all)> both{};
  std::copy(std::begin(losses::all), std::end(losses::all), both.begin());
  std::copy(std::begin(all), std::end(all), both.begin() + n);
  return both;
}();

}  // namespace dynvision::rate::penalties
