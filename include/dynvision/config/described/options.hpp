// What a configuration says of the numbers of a model: Options, LayerOptions. The parts say what their numbers are.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/operations/add_feedback.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/operations/linear_head.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/operations/supralinear.hpp>

namespace dynvision::config {

template <> struct Words<FeedforwardInit> {
  static constexpr std::pair<std::string_view, FeedforwardInit> all[]{
      {"kaiming_normal", FeedforwardInit::kaiming_normal},
      {"truncated_normal", FeedforwardInit::truncated_normal},
      {"kaiming_uniform", FeedforwardInit::kaiming_uniform}};
};

template <> struct Words<at::ScalarType> {
  static constexpr std::pair<std::string_view, at::ScalarType> all[]{{"float32", at::kFloat}, {"float64", at::kDouble}};
};

// Options::input_dims: (C,H,W), (C) for images of any size, or the toolbox's (T,C,H,W), whose T counts for nothing.
template <> struct Codec<Option<std::array<int, 3>>> {
  static constexpr bool takes_list = true, takes_object = false;
  static std::string type() { return "list of whole numbers: [C, H, W], [T, C, H, W] or [C]"; }
  static std::optional<Refusal> read(Value const& value, Option<std::array<int, 3>>& to, NumberRange const& range) {
    std::vector<int> all;
    std::size_t const n = value.items.size();
    if (!value.is_list() || (n != 1 && n != 3 && n != 4)) return Refusal{"a " + type(), false, &value};
    if (auto refused = Codec<std::vector<int>>::read(value, all, range)) return refused;
    if (n == 1) all.resize(3, 0);
    to = std::array<int, 3>{all[all.size() - 3], all[all.size() - 2], all[all.size() - 1]};
    return std::nullopt;
  }
  static Json write(Option<std::array<int, 3>> const& value) { return value.value(); }
  static Json schema(NumberRange const& range) {
    return {{"type", "array"}, {"items", Codec<int>::schema(range)}, {"minItems", 1}, {"maxItems", 4}};
  }
};

// "cpu", "cuda", "cuda:1"
template <> struct Codec<at::Device> : Codec<std::string> {
  static std::string type() { return "cpu | cuda | cuda:N"; }
  static std::optional<Refusal> read(Value const& value, at::Device& to, NumberRange const& range) {
    std::string text;
    if (auto refused = Codec<std::string>::read(value, text, range)) return refused;
    bool const number = text.starts_with("cuda:") && text.size() > 5 && text.size() < 8 &&
                        text.find_first_not_of("0123456789", 5) == text.npos;
    if (text != "cpu" && text != "cuda" && !number) return Refusal{type(), true, &value};
    to = at::Device(text);
    return std::nullopt;
  }
  static Json write(at::Device const& value) { return value.str(); }
  static Json schema(NumberRange const&) { return {{"type", "string"}, {"pattern", "^(cpu|cuda(:[0-9]+)?)$"}}; }
};

template <> struct Description<LayerOptions> {
  static constexpr std::string_view section = "model";
  using L = LayerOptions;
  static constexpr auto fields = hana::make_tuple(
      field<&L::tau>(number_of<Evolve<>>("tau")), field<&L::t_feedforward>(number_of<Delay>("t_feedforward", {"tff"})),
      field<&L::t_recurrence>(number_of<Recur<Full<1>>>("t_recurrence", {"trc"})),
      field<&L::t_feedback>(number_of<AddFeedback<"V1">>("t_feedback", {"tfb"})),
      field<&L::t_skip>(number_of<AddSkip<"V1">>("t_skip", {"tsk"})),
      field<&L::sigma>(number_of<Noise<PerStep>>("sigma")),
      field<&L::longest_delay>(number_of<LongestDelay>("longest_delay")),
      field<&L::numbers>({.key = "numbers", .help = "of parts of one's own, by the names that these give them"}));
};

template <> struct Description<Options> {
  static constexpr std::string_view section = "model";
  using O = Options;
  static constexpr PartNumber const& step = model_numbers[0];
  static constexpr auto fields = hana::make_tuple(
      field<&O::n_classes>(number_of<LinearHead<>>("n_classes", {"classes"})),
      field<&O::input_dims>({.key = "input_dims",
                             .range = at_least(0),
                             .help = "channels, height and width of the images; H = W = 0: of any size"}),
      field<&O::dt>({.key = step.name, .unit = step.unit, .range = step.range, .help = step.help}),
      field<&O::tau>(number_of<Evolve<>>("tau")), field<&O::t_feedforward>(number_of<Delay>("t_feedforward", {"tff"})),
      field<&O::t_recurrence>(number_of<Recur<Full<1>>>("t_recurrence", {"trc"})),
      field<&O::t_feedback>(number_of<AddFeedback<"V1">>("t_feedback", {"tfb"})),
      field<&O::t_skip>(number_of<AddSkip<"V1">>("t_skip", {"tsk"})),
      field<&O::longest_delay>(number_of<LongestDelay>("longest_delay")),
      field<&O::layers>({.key = "layers", .help = "exceptions for single layers: {\"IT\": {\"tau\": 9}}"}),
      field<&O::bias>({.key = "bias", .help = "biases of convolutions and lateral connections"}),
      field<&O::train_tau>({.key = "train_tau", .help = "whether time constants learn", .aliases = {"taugrad"}}),
      no_key<&O::feedforward_only>("the run's, model.feedforward_only: weights load and are saved either way"),
      field<&O::supralinearity>(number_of<Supralinear>("supralinearity", {"supralin"})),
      field<&O::input_adaption_weight>(number_of<InputAdaption>("input_adaption_weight", {"inadapt"})),
      field<&O::fixed_self_weight>(number_of<Self<1>>("fixed_self_weight")),
      field<&O::max_weight_init>(number_of<Full<1>>("max_weight_init", {"winit"})),
      field<&O::sigma>(number_of<Noise<PerStep>>("sigma")),
      field<&O::train_sigma>({.key = "train_sigma", .help = "whether the strength of the noise learns"}),
      field<&O::dropout>(number_of<Dropout>("dropout")),
      field<&O::feedforward_init>(
          {.key = "feedforward_init", .help = "weights of feedforward convolutions at the start"}),
      field<&O::numbers>({.key = "numbers", .help = "of parts of one's own, by the names that these give them"}),
      field<&O::seed>({.key = "seed", .help = "of the weights at the start; null: others each time"}),
      field<&O::dtype>({.key = "dtype", .help = "of the parameters"}),
      field<&O::device>({.key = "device", .help = "where the parameters are"}));
};

}  // namespace dynvision::config
