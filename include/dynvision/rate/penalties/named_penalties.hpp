// Penalties of rates and weights by the names that a configuration gives them, beside the losses of losses/named_losses.hpp.
//
//   WeightedSum const objective = objective_of({.loss = {"CrossEntropyLoss", "RatePenalty"},
//                                               .loss_configs = {{"RatePenalty", {{"weight", 0.01}, {"norm", "l2"}}}}},
//                                              rate::penalties::all, net.parameters());
//   run::Settings settings{.monitor = objective.monitored()};
//
//   RatePenalty RateDispersion StatePrediction RateEntropy       of the rates of `layer`: activity.hpp; without a layer the mean over all
//   HebbianPenalty                                               of the rates and the recurrent weights of each layer
//   WeightPenalty DistancePenalty                                of the weights whose name contains `of`: weights.hpp; summed
//   TimeConstantPenalty                                          of the time constants of the units of `layer`: cortical_axis.hpp
//   PopulationKL                                                 between the rates of `layer` and of `to`
//   SoftCrossEntropy                                             of the outputs, with the labels smoothed
//
// Weights are those of the equation: with mask and signs. Errors: rate.124, losses.141.
#pragma once
#include <dynvision/losses/named_losses.hpp>
#include <dynvision/rate/penalties/activity.hpp>
#include <dynvision/rate/penalties/named_distances.hpp>
#include <dynvision/rate/penalties/weights.hpp>

#include <map>

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
inline constexpr Kwarg of{
    .name = "of", .kind = KwargKind::word, .help = "part of the names of the weights; null: recurrent.weight"};
inline constexpr Kwarg of_weights[]{
    weight,
    {.name = "norm", .kind = KwargKind::word, .words = "mean_square|frobenius|absolute_sum", .help = "of each matrix"},
    of};
inline constexpr Kwarg of_distance[]{
    weight,
    of,
    places,
    grid,
    file,
    normalise,
    {.name = "exponent", .kind = KwargKind::whole, .default_value = {2}, .range = between(1, 2), .help = "of weights"},
    {.name = "communicability",
     .kind = KwargKind::flag,
     .default_value = {0},
     .help = "whether the distance is that times the communicability of the weights"}};
inline constexpr Kwarg of_time_constants[]{
    weight,
    {.name = "layer", .kind = KwargKind::word, .help = "whose units; null: rates"},
    {.name = "first", .default_value = {20}, .range = above(0), .help = "[ms] that the first unit is to have"},
    {.name = "last", .default_value = {200}, .range = above(0), .help = "[ms] of the last one; evenly between them"}};
inline constexpr Kwarg of_populations[]{
    weight,
    {.name = "layer", .kind = KwargKind::word, .help = "whose rates", .required = true},
    {.name = "to", .kind = KwargKind::word, .help = "layer of as many units", .required = true},
    {.name = "symmetric", .kind = KwargKind::flag, .default_value = {1}, .help = "mean of both directions"},
    {.name = "over", .kind = KwargKind::word, .words = "mean|sum", .help = "of the units"},
    {.name = "of_squares", .default_value = {1e-3}, .range = at_least(0), .help = "weight of the squared rates beside"},
    {.name = "least_variance", .default_value = {1e-6}, .range = at_least(0), .help = "added to each variance"}};
inline constexpr Kwarg soft_labels[]{
    losses::weight_1,
    losses::ignore_index,
    {.name = "smoothing", .default_value = {0.1}, .range = between(0, 1), .help = "share that all answers have alike"}};

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
// The sum of `penalty` over the weights that `of` says. penalty(W, name)
template <class Penalty>
void add_of_weights(WeightedSum& to, char const* term, KnownKwargs const& k, Parameters const& parameters,
                    std::vector<std::string> const& names, Penalty const& penalty) {
  to.add(term, k.number("weight"), [=](run::Activity const&, Tensor const&) {
    Tensor sum;
    for (std::string const& name : names) {
      Tensor const one = penalty(effective(parameters, name, tensor_of(parameters, name)), name);
      sum = sum.defined() ? sum.add(one) : one;
    }
    return sum.defined() ? sum : zeros({});
  });
}
inline std::vector<std::string> weights_named(char const* term, KnownKwargs const& k, Parameters const& parameters) {
  std::string const part = k.is_given("of") ? k.word("of") : "recurrent.weight";
  std::vector<std::string> names;
  for (Parameter const& one : parameters) {
    bool const is_weight = one.learned && one.name.ends_with(".weight") && one.tensor.dim() > 1;
    if (is_weight && one.name.find(part) != std::string::npos) names.push_back(one.name);
  }
  if (names.empty() && !parameters.empty()) {
    fail("rate", 124,
         {term, ": no weights whose names contain \"", part, "\": expected part of one, \"recurrent.weight\""});
  }
  return names;
}
inline void add_weights(WeightedSum& to, KnownKwargs const& k, Parameters const& parameters) {
  std::string const norm = k.word("norm");
  add_of_weights(to, "WeightPenalty", k, parameters, weights_named("WeightPenalty", k, parameters),
                 [norm](Tensor const& w, std::string const&) {
                   return norm == "mean_square" ? mean_square(w) : norm == "frobenius" ? frobenius(w) : absolute_sum(w);
                 });
}
inline void add_distance(WeightedSum& to, KnownKwargs const& k, Parameters const& parameters) {
  std::vector<std::string> const names = weights_named("DistancePenalty", k, parameters);
  std::map<std::string, Tensor> distances;
  for (std::string const& name : names) {
    Tensor const w = tensor_of(parameters, name);
    if (w.dim() != 2 || w.size(0) != w.size(1)) {
      fail("rate", 124,
           {"DistancePenalty: \"", name, "\" of shape ", shape_text(w.sizes()),
            ": expected weights (N,N) between the units of one layer"});
    }
    distances[name] = named_distances(k, w.size(0)).to(w.options());
  }
  auto const exponent = static_cast<int>(k.number("exponent"));
  bool const communicates = k.flag("communicability");
  add_of_weights(to, "DistancePenalty", k, parameters, names, [=](Tensor const& w, std::string const& name) {
    Tensor const& D = distances.at(name);
    return distance_penalty(w, communicates ? D.mul(communicability(w)) : D, exponent);
  });
}
inline void add_time_constants(WeightedSum& to, KnownKwargs const& k, Parameters const& parameters) {
  std::string const name = "tau_" + (k.is_given("layer") ? k.word("layer") : "rates");
  Parameter const* const tau = find_parameter(parameters, name);
  if (!parameters.empty() && (tau == nullptr || tau->tensor.numel() < 2)) {
    fail("rate", 124,
         {"TimeConstantPenalty: there are no time constants \"", name,
          "\", one for each unit: expected a layer with time_constants by_unit"});
  }
  Tensor const target = tau == nullptr ? zeros({2})
                                       : evenly(k.number("first"), k.number("last"), tau->tensor.numel())
                                             .to(tau->tensor.options().requires_grad(false));
  to.add("TimeConstantPenalty", k.number("weight"), [=](run::Activity const&, Tensor const&) {
    return time_constant_penalty(tensor_of(parameters, name).flatten(), target);
  });
}
inline void add_populations(WeightedSum& to, KnownKwargs const& k) {
  std::string const one = k.word("layer") + ".record", other = k.word("to") + ".record";
  bool const symmetric = k.flag("symmetric");
  Over const over = k.word("over") == "mean" ? Over::mean : Over::sum;
  double const of_squares = k.number("of_squares"), least_variance = k.number("least_variance");
  auto const term = [=](run::Activity const& activity, Tensor const&) {
    auto const rates = [&](std::string const& operation) {
      for (run::Trace const& trace : activity.monitored) {
        if (!trace.is_named(operation)) continue;
        if (Tensor const all = trace.stacked(); all.defined()) return all.flatten(2);
      }
      fail("rate", 124,
           {"PopulationKL: there are no rates of \"", operation, "\": expected a layer of the model, with rates"});
    };
    Tensor const r = rates(one), q = rates(other);
    if (r.size(2) != q.size(2)) {
      fail("rate", 124,
           {"PopulationKL: \"", one, "\" has ", r.size(2), " units, \"", other, "\" has ", q.size(2),
            ": expected as many"});
    }
    return population_kl(r, q, symmetric, over, of_squares, least_variance);
  };
  to.add("PopulationKL", k.number("weight"), term, {}, {one, other});
}
inline void add_soft_labels(WeightedSum& to, KnownKwargs const& k) {
  double const s = k.number("smoothing");
  auto const ignored = static_cast<std::int64_t>(k.number("ignore_index"));
  auto const term = [=](run::Activity const& activity, Tensor const& labels) {
    std::int64_t const K = activity.outputs.size(-1);
    Tensor const flat = labels.reshape({-1}), rows = flat.ne(ignored).nonzero().squeeze(1);
    if (rows.numel() == 0) return activity.outputs.sum().mul(0);
    Tensor const z = activity.outputs.reshape({-1, K}).index_select(0, rows);
    double const each = s / static_cast<double>(K);
    Tensor const p = full(z.sizes(), each, z.options().requires_grad(false))
                         .scatter(1, flat.index_select(0, rows).unsqueeze(1), 1 - s + each);
    return soft_cross_entropy(z, p);
  };
  to.add("SoftCrossEntropy", k.number("weight"), term,
         [ignored](Tensor const& labels) { return labels.ne(ignored).sum().item<double>(); });
}

inline constexpr losses::Known all[]{{"RatePenalty", of_rates, add_rate},
                                     {"RateDispersion", dispersion, add_dispersion},
                                     {"StatePrediction", prediction, add_prediction},
                                     {"RateEntropy", entropy, add_entropy},
                                     {"HebbianPenalty", of_hebbian, nullptr, add_hebbian},
                                     {"WeightPenalty", of_weights, nullptr, add_weights},
                                     {"DistancePenalty", of_distance, nullptr, add_distance},
                                     {"TimeConstantPenalty", of_time_constants, nullptr, add_time_constants},
                                     {"PopulationKL", of_populations, add_populations},
                                     {"SoftCrossEntropy", soft_labels, add_soft_labels}};

// All that a configuration can name.
inline constexpr auto with_losses = [] {
  constexpr std::size_t n = std::size(losses::all);
  std::array<losses::Known, n + std::size(all)> both{};
  std::copy(std::begin(losses::all), std::end(losses::all), both.begin());
  std::copy(std::begin(all), std::end(all), both.begin() + n);
  return both;
}();

}  // namespace dynvision::rate::penalties
