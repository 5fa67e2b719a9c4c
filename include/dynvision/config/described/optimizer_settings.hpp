// What a configuration says of learning: OptimizerSettings, learning rates by group and batch size, losses, first weights.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/kwargs.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/rate/penalties/named_penalties.hpp>
#include <dynvision/train/initial_weights.hpp>
#include <dynvision/train/lr_scaling.hpp>
#include <dynvision/train/optimizers/optimizer_kwargs.hpp>

namespace dynvision::config {

// The toolbox's form: {"recurrence": {"lr_factor": 0.2}}; a number in place of the inner object will do.
template <> struct Codec<LrParameterGroups> {
  static constexpr bool takes_list = false, takes_object = true;
  static std::string type() { return "{part of a name: {lr_factor: number}}"; }
  static std::optional<Refusal> read(Value const& value, LrParameterGroups& to, NumberRange const&) {
    if (!value.is_object()) return Refusal{"an object " + type(), false, &value};
    LrParameterGroups all;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      Value const& group = value.items[i];
      Value const* const factor = group.is_object() ? group.find("lr_factor") : &group;
      double number = 1;
      if (factor == nullptr || (group.is_object() && group.items.size() != 1)) {
        return Refusal{"{\"lr_factor\": number}", false, &group, value.names[i].text};
      }
      if (auto refused = Codec<double>::read(*factor, number, at_least(0))) {
        refused->where = value.names[i].text + ".lr_factor";
        return refused;
      }
      all.push_back({value.names[i].text, number});
    }
    to = std::move(all);
    return std::nullopt;
  }
  static Json write(LrParameterGroups const& value) {
    Json all = Json::object();
    for (auto const& [key, factor] : value) all[key] = {{"lr_factor", factor}};
    return all;
  }
  static Json schema(NumberRange const&) {
    Json const number{{"type", "number"}, {"minimum", 0}};
    Json const group{{"type", "object"}, {"properties", {{"lr_factor", number}}}};
    return {{"type", "object"}, {"additionalProperties", {{"anyOf", Json::array({group, number})}}}};
  }
};

// "CrossEntropyLoss", or a list of names.
struct ListOrOne : Codec<std::vector<std::string>> {
  static std::optional<Refusal> read(Value const& value, std::vector<std::string>& to, NumberRange const& range) {
    std::string one;
    if (value.is_list() || Codec<std::string>::read(value, one, range)) {
      return Codec<std::vector<std::string>>::read(value, to, range);
    }
    to = {one};
    return std::nullopt;
  }
};

template <> struct Description<OptimizerSettings> {
  static constexpr std::string_view section = "model";
  using S = OptimizerSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::optimizer>({.key = "optimizer",
                            .help = "of torch.optim",
                            .aliases = {"opt"},
                            .words = "Adadelta Adagrad Adam AdamW Adamax ASGD NAdam RAdam RMSprop Rprop SGD"}),
      field<&S::learning_rate>(
          {.key = "learning_rate", .range = above(0), .help = "base of the schedule", .aliases = {"lr"}}),
      field<&S::optimizer_kwargs, KwargsOf<optimizers::all>>(
          {.key = "optimizer_kwargs", .help = "its arguments, by PyTorch's names"}),
      field<&S::lr_parameter_groups>(
          {.key = "lr_parameter_groups",
           .help = "factors of the learning rate of parameters whose name contains the key; regular: of all others"}));
};

template <> struct Description<LrScaling> {
  static constexpr std::string_view section = "trainer";
  using S = LrScaling;
  static constexpr auto fields = hana::make_tuple(
      field<&S::enabled>({.key = "enabled", .help = "the learning rate follows the size of an update"}),
      field<&S::ref_batch_size>(
          {.key = "ref_batch_size", .unit = "images", .range = above(0), .help = "for which learning_rate is meant"}),
      field<&S::threshold_factor>({.key = "threshold_factor",
                                   .range = at_least(0),
                                   .help = "up to so many times as many in proportion, above by the square root"}));
};

template <> struct Description<LossSettings> {
  static constexpr std::string_view section = "model";
  using S = LossSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::loss, ListOrOne>({.key = "loss",
                                  .help =
                                      "losses of the objective: CrossEntropyLoss, ActivityLoss, "
                                      "SpontaneousActivity, WeightedSteps; penalties of rate networks: RatePenalty, "
                                      "RateDispersion, StatePrediction, RateEntropy, HebbianPenalty, WeightPenalty"}),
      field<&S::loss_configs, KwargsByName<rate::penalties::with_losses>>(
          {.key = "loss_configs", .help = "their weights and numbers"}),
      field<&S::activity_loss_weight>({.key = "activity_loss_weight",
                                       .range = at_least(0),
                                       .help = "of ActivityLoss, which is then one of them; null: as loss says",
                                       .aliases = {"activityloss"}}));
};

template <> struct Description<InitialWeights> {
  static constexpr std::string_view section = "model";
  using S = InitialWeights;
  static constexpr auto fields = hana::make_tuple(
      field<&S::load_weights>({.key = "load_weights", .help = "file of the weights that a training begins with"}),
      field<&S::head>({.key = "load_head",
                       .help = "a classifier of another number of classes begins anew, or with the rows of the file",
                       .words = "initialised rows"}),
      field<&S::trainable>({.key = "trainable", .help = "patterns of the parameters that are trained; none: all"}),
      field<&S::frozen>({.key = "frozen", .help = "patterns of the parameters that are not"}));
};

}  // namespace dynvision::config
