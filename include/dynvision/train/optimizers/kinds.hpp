// How an optimiser of each name is made of LibTorch's, or of a rule, and what it keeps of a parameter.
#pragma once
#include <dynvision/train/optimizers/optimizer_kwargs.hpp>
#include <dynvision/train/optimizers/rules.hpp>

#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

namespace dynvision::optimizers {

using Groups = std::vector<torch::optim::OptimizerParamGroup>;
using Options = torch::optim::OptimizerOptions;
using State = torch::optim::OptimizerParamState;

struct Kind {
  std::string_view name;
  std::unique_ptr<Options> (*options)(double rate, KnownKwargs const& kwargs);
  std::unique_ptr<torch::optim::Optimizer> (*make)(Groups const& groups, std::unique_ptr<Options> defaults);
  std::unique_ptr<State> (*first_state)(Tensor const& w);
  StateFields (*fields)(State& state, KnownKwargs const& kwargs);  // those in use
  void (*set_momentum)(Options& options, double momentum);         // null: it has none
};

namespace detail {

template <class Optimizer, class OwnOptions>
std::unique_ptr<torch::optim::Optimizer> make(Groups const& groups, std::unique_ptr<Options> defaults) {
  return std::make_unique<Optimizer>(groups, static_cast<OwnOptions const&>(*defaults));
}
template <class Own> std::unique_ptr<State> empty_state(Tensor const&) { return std::make_unique<Own>(); }

inline std::tuple<double, double> pair(std::vector<double> const& numbers) { return {numbers[0], numbers[1]}; }

// Adam and AdamW.
template <class Own> std::unique_ptr<Options> adam_options(double rate, KnownKwargs const& kwargs) {
  Own options(rate);
  options.betas(pair(kwargs.numbers("betas")))
      .eps(kwargs.number("eps"))
      .weight_decay(kwargs.number("weight_decay"))
      .amsgrad(kwargs.flag("amsgrad"));
  return std::make_unique<Own>(options);
}
template <class Own> StateFields adam_fields(State& state, KnownKwargs const& kwargs) {
  auto& own = static_cast<Own&>(state);
  StateFields fields{{"exp_avg", &own.exp_avg()}, {"exp_avg_sq", &own.exp_avg_sq(), false}};
  if (kwargs.flag("amsgrad")) fields.push_back({"max_exp_avg_sq", &own.max_exp_avg_sq(), false});
  fields.push_back({"step", &own.step(), false});
  return fields;
}
template <class Own> void set_beta1(Options& options, double momentum) {
  auto& own = static_cast<Own&>(options);
  own.betas({momentum, std::get<1>(own.betas())});
}
template <class Own> void set_momentum(Options& options, double momentum) {
  static_cast<Own&>(options).momentum(momentum);
}

inline std::unique_ptr<Options> sgd_options(double rate, KnownKwargs const& kwargs) {
  torch::optim::SGDOptions options(rate);
  options.momentum(kwargs.number("momentum"))
      .dampening(kwargs.number("dampening"))
      .weight_decay(kwargs.number("weight_decay"))
      .nesterov(kwargs.flag("nesterov"));
  return std::make_unique<torch::optim::SGDOptions>(options);
}
inline StateFields sgd_fields(State& state, KnownKwargs const&) {
  return {{"momentum_buffer", &static_cast<torch::optim::SGDParamState&>(state).momentum_buffer()}};
}

inline std::unique_ptr<Options> rmsprop_options(double rate, KnownKwargs const& kwargs) {
  torch::optim::RMSpropOptions options(rate);
  options.alpha(kwargs.number("alpha"))
      .eps(kwargs.number("eps"))
      .weight_decay(kwargs.number("weight_decay"))
      .momentum(kwargs.number("momentum"))
      .centered(kwargs.flag("centered"));
  return std::make_unique<torch::optim::RMSpropOptions>(options);
}
inline StateFields rmsprop_fields(State& state, KnownKwargs const& kwargs) {
  auto& own = static_cast<torch::optim::RMSpropParamState&>(state);
  StateFields fields{{"square_avg", &own.square_avg(), false}};
  if (kwargs.number("momentum") > 0 || own.momentum_buffer().defined()) {
    fields.push_back({"momentum_buffer", &own.momentum_buffer()});
  }
  if (kwargs.flag("centered")) fields.push_back({"grad_avg", &own.grad_avg()});
  fields.push_back({"step", &own.step(), false});
  return fields;
}

inline std::unique_ptr<Options> adagrad_options(double rate, KnownKwargs const& kwargs) {
  torch::optim::AdagradOptions options(rate);
  options.lr_decay(kwargs.number("lr_decay"))
      .weight_decay(kwargs.number("weight_decay"))
      .initial_accumulator_value(kwargs.number("initial_accumulator_value"))
      .eps(kwargs.number("eps"));
  return std::make_unique<torch::optim::AdagradOptions>(options);
}
inline StateFields adagrad_fields(State& state, KnownKwargs const&) {
  auto& own = static_cast<torch::optim::AdagradParamState&>(state);
  return {{"sum", &own.sum(), false}, {"step", &own.step(), false}};
}

inline std::unique_ptr<Options> rule_options(double rate, KnownKwargs const& kwargs) {
  return std::make_unique<RuleOptions>(rate, kwargs);
}
inline void set_rule_momentum(Options& options, double momentum) {
  static_cast<RuleOptions&>(options).momentum = momentum;
}
template <std::size_t rule>
std::unique_ptr<torch::optim::Optimizer> make_of_rule(Groups const& groups, std::unique_ptr<Options> defaults) {
  return std::make_unique<RuleOptimizer>(
      groups, std::unique_ptr<RuleOptions>(static_cast<RuleOptions*>(defaults.release())), rules()[rule]);
}
template <std::size_t rule> std::unique_ptr<State> state_of_rule(Tensor const& w) {
  return std::make_unique<RuleState>(first_state(rules()[rule], w));
}
template <std::size_t rule> StateFields fields_of_rule(State& state, KnownKwargs const&) {
  Rule const& of = rules()[rule];
  auto& own = static_cast<RuleState&>(state);
  auto const may_be_negative = [&](std::string_view name) {
    return std::find(of.not_negative.begin(), of.not_negative.end(), name) == of.not_negative.end();
  };
  StateFields fields;
  for (std::size_t i = 0; i < of.tensors.size(); ++i) {
    fields.push_back({of.tensors[i], &own.tensors[i], may_be_negative(of.tensors[i])});
  }
  for (std::size_t i = 0; i < of.numbers.size(); ++i) {
    fields.push_back({of.numbers[i], &own.numbers[i], may_be_negative(of.numbers[i])});
  }
  fields.push_back({"step", &own.step, false});
  return fields;
}
template <std::size_t rule> Kind kind_of_rule() {
  bool const has_betas = rule == 1 || rule == 2 || rule == 3;
  return {rules()[rule].name,  rule_options,         make_of_rule<rule>,
          state_of_rule<rule>, fields_of_rule<rule>, has_betas ? set_rule_momentum : nullptr};
}

}  // namespace detail

inline Kind const& kind_of(std::string_view name) {
  using namespace torch::optim;
  static std::vector<Kind> const kinds{
      {"Adam", detail::adam_options<AdamOptions>, detail::make<Adam, AdamOptions>, detail::empty_state<AdamParamState>,
       detail::adam_fields<AdamParamState>, detail::set_beta1<AdamOptions>},
      {"AdamW", detail::adam_options<AdamWOptions>, detail::make<AdamW, AdamWOptions>,
       detail::empty_state<AdamWParamState>, detail::adam_fields<AdamWParamState>, detail::set_beta1<AdamWOptions>},
      {"SGD", detail::sgd_options, detail::make<SGD, SGDOptions>, detail::empty_state<SGDParamState>,
       detail::sgd_fields, detail::set_momentum<SGDOptions>},
      {"RMSprop", detail::rmsprop_options, detail::make<RMSprop, RMSpropOptions>,
       detail::empty_state<RMSpropParamState>, detail::rmsprop_fields, detail::set_momentum<RMSpropOptions>},
      {"Adagrad", detail::adagrad_options, detail::make<Adagrad, AdagradOptions>,
       detail::empty_state<AdagradParamState>, detail::adagrad_fields, nullptr},
      detail::kind_of_rule<0>(),
      detail::kind_of_rule<1>(),
      detail::kind_of_rule<2>(),
      detail::kind_of_rule<3>(),
      detail::kind_of_rule<4>(),
      detail::kind_of_rule<5>()};
  return *std::find_if(kinds.begin(), kinds.end(), [&](Kind const& kind) { return kind.name == name; });
}

}  // namespace dynvision::optimizers
