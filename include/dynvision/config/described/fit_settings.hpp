// What a configuration says of a training: FitSettings, SchedulerSettings, RecordSettings.
#pragma once
#include <dynvision/config/describe/kwargs.hpp>
#include <dynvision/config/described/batch_options.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/record_settings.hpp>
#include <dynvision/train/schedulers/scheduler_kwargs.hpp>

namespace dynvision::config {

template <> struct Description<SchedulerConfigs> {
  static constexpr std::string_view section = "model";
  using S = SchedulerConfigs;
  static constexpr auto fields = hana::make_tuple(
      field<&S::interval>({.key = "interval", .help = "when the schedule goes on", .words = "epoch step"}),
      field<&S::frequency>({.key = "frequency", .range = at_least(1), .help = "once in so many epochs or updates"}),
      field<&S::monitor>({.key = "monitor", .help = "column of the metrics that ReduceLROnPlateau looks at"}));
};

template <> struct Description<SchedulerSettings> {
  static constexpr std::string_view section = "model";
  using S = SchedulerSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::scheduler>({.key = "scheduler",
                            .help = "of the learning rate, of torch.optim.lr_scheduler",
                            .aliases = {"sched"},
                            .words = "ConstantLR LinearLR StepLR MultiStepLR ExponentialLR PolynomialLR "
                                     "CosineAnnealingLR CosineAnnealingWarmRestarts OneCycleLR CyclicLR "
                                     "ReduceLROnPlateau LinearWarmupCosineAnnealingLR none"}),
      field<&S::scheduler_kwargs, KwargsOf<schedulers::all>>(
          {.key = "scheduler_kwargs", .help = "its arguments, by PyTorch's names"}),
      inner<&S::scheduler_configs>("scheduler_configs."));
};

// 32 may be a number.
struct PrecisionName : Codec<std::string> {
  static std::optional<Refusal> read(Value const& value, std::string& to, NumberRange const& range) {
    if (value.kind != Value::Kind::scalar || !value.scalar.is_number())
      return Codec<std::string>::read(value, to, range);
    double const bits = value.scalar.get<double>();
    to = bits == 16 ? "16-mixed" : number_text(bits);
    return std::nullopt;
  }
  static Json write(std::string const& value) { return value == "32" ? Json(32) : Json(value); }
};

template <> struct Description<FitSettings> {
  static constexpr std::string_view section = "trainer";
  using S = FitSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::epochs>(
          {.key = "epochs", .range = at_least(0), .help = "times that all images are shown", .aliases = {"ep"}}),
      inner<&S::batches>(), no_key<&S::limit_train_batches>("follows from data.images_per_epoch"),
      field<&S::accumulate_grad_batches>({.key = "accumulate_grad_batches",
                                          .range = at_least(1),
                                          .help = "batches for one update",
                                          .aliases = {"accum"}}),
      field<&S::gradient_clip_val>({.key = "gradient_clip_val",
                                    .range = at_least(0),
                                    .help = "largest norm of the gradient, or largest number of it; 0: any",
                                    .aliases = {"clip"}}),
      field<&S::gradient_clip_algorithm>({.key = "gradient_clip_algorithm",
                                          .help = "norm: of all parameters together; value: every number by itself",
                                          .words = "norm value"}),
      field<&S::precision, PrecisionName>(
          {.key = "precision",
           .help = "what signals are computed in; parameters are float32 in all of them",
           .aliases = {"prec"},
           .words = "32 32-true bf16-mixed bf16-true 16-mixed"}),
      inner<&S::scheduler>(),
      field<&S::check_val_every_n_epoch>({.key = "check_val_every_n_epoch",
                                          .unit = "epochs",
                                          .range = at_least(1),
                                          .help = "between validations",
                                          .aliases = {"val_freq"}}),
      field<&S::val_batch_size>({.key = "test_batch_size",
                                 .range = at_least(1),
                                 .help = "images in a batch of validation and test",
                                 .section = "data"}),
      field<&S::limit_val_batches>(
          {.key = "limit_val_batches",
           .range = at_least(0),
           .help = "up to 1: this part of the batches of a validation; above: so many; 0: none"}),
      field<&S::num_sanity_val_steps>({.key = "num_sanity_val_steps",
                                       .range = at_least(0),
                                       .help = "batches of the validation before the training, to see that it runs"}),
      field<&S::early_stopping_patience>({.key = "early_stopping_patience",
                                          .unit = "validations",
                                          .range = at_least(0),
                                          .help = "without an improvement, then the training ends; null: it does not",
                                          .aliases = {"patience"}}),
      field<&S::early_stopping_min_delta>(
          {.key = "early_stopping_min_delta", .range = at_least(0), .help = "the smallest improvement"}),
      field<&S::early_stopping_monitor>(
          {.key = "early_stopping_monitor", .help = "column of the metrics that early stopping looks at"}),
      field<&S::early_stopping_mode>(
          {.key = "early_stopping_mode", .help = "which way of it is better", .words = "min max"}),
      field<&S::on_non_finite>(
          {.key = "on_non_finite",
           .help = "loss or gradient is no finite number: stop with an error, skip the update, or lower the rate too",
           .words = "stop skip lower"}),
      field<&S::lower_rate_factor>({.key = "lower_rate_factor",
                                    .range = {.low = 0, .high = 1, .has_low = false, .has_high = false},
                                    .help = "of the learning rate, with on_non_finite = lower"}),
      field<&S::non_finite_patience>(
          {.key = "non_finite_patience",
           .unit = "updates",
           .range = at_least(1),
           .help = "one after the other with numbers that are not finite, then it is an error"}),
      field<&S::log_every_n_steps>({.key = "log_every_n_steps",
                                    .unit = "updates",
                                    .range = at_least(1),
                                    .help = "between rows of metrics.csv",
                                    .aliases = {"log_freq"}}),
      field<&S::max_seconds>({.key = "max_seconds",
                              .unit = "s",
                              .range = at_least(0),
                              .help = "the training stops after so long, and can go on later; 0: it does not"}),
      no_key<&S::checkpoint>("in the run folder"),
      field<&S::checkpoint_seconds>(
          {.key = "checkpoint_seconds", .unit = "s", .range = at_least(0), .help = "between checkpoints, at most"}),
      field<&S::save_top_k>({.key = "save_top_k",
                             .range = at_least(-1),
                             .help = "checkpoints of the best epochs beside the last one; -1: of all",
                             .aliases = {"topk"}}),
      field<&S::monitor_checkpoint>(
          {.key = "monitor_checkpoint", .help = "column of metrics.csv by which epochs are best"}),
      field<&S::checkpoint_mode>(
          {.key = "checkpoint_mode", .help = "whether small or large numbers are good", .words = "min max"}),
      field<&S::every_n_epochs>({.key = "every_n_epochs",
                                 .unit = "epochs",
                                 .range = at_least(0),
                                 .help = "between checkpoints that stay; 0: there are none"}),
      no_key<&S::metrics>("in the run folder"), no_key<&S::identity>("the resolved configuration"),
      field<&S::progress>({.key = "enable_progress_bar", .help = "a progress bar", .aliases = {"prog"}}),
      no_key<&S::stop_requested>("a function of a program"), no_key<&S::callbacks>("functions of a program"));
};

template <> struct Description<WatchSettings> {
  static constexpr std::string_view section = "trainer";
  using S = WatchSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::layers>({.key = "watch_layers",
                         .help = "mean responses of layers once an epoch; warnings of silent and exploding ones"}),
      field<&S::silent_below>(
          {.key = "silent_below", .range = at_least(0), .help = "mean response below which a layer is silent"}),
      field<&S::exploding_above>(
          {.key = "exploding_above", .range = above(0), .help = "mean response above which a layer explodes"}),
      field<&S::norms>(
          {.key = "watch_norms", .help = "norms of every parameter and its gradient as columns of metrics.csv"}),
      field<&S::memory>({.key = "watch_memory", .help = "memory of the process as columns of metrics.csv"}));
};

template <> struct Description<TensorboardSettings> {
  static constexpr std::string_view section = "trainer";
  using S = TensorboardSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::on>({.key = "tensorboard", .help = "event files that TensorBoard shows"}),
      field<&S::histograms_every_n_epochs>({.key = "histograms_every_n_epochs",
                                            .unit = "epochs",
                                            .range = at_least(0),
                                            .help = "between distributions of the parameters; 0: none"}),
      field<&S::filters>({.key = "filter_images", .help = "filters of the first convolution as images"}),
      field<&S::responses>({.key = "response_histograms",
                            .help = "distributions of the layers' responses, with those of the parameters"}));
};

template <> struct Description<CurveSettings> {
  static constexpr std::string_view section = "trainer";
  using S = CurveSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::on>(
          {.key = "curves", .help = "a figure of loss, accuracy, learning rate and gradient, renewed while it trains"}),
      no_key<&S::title>("the name of the model"),
      field<&S::every_seconds>({.key = "curve_seconds",
                                .unit = "s",
                                .range = at_least(0),
                                .help = "after which the figure is renewed within an epoch"}));
};

template <> struct Description<RecordSettings> {
  static constexpr std::string_view section = "trainer";
  using S = RecordSettings;
  static constexpr auto fields =
      hana::make_tuple(inner<&S::watch>(), inner<&S::tensorboard>(), inner<&S::curves>(),
                       field<&S::log>({.key = "write_log", .help = "log.txt and log.jsonl in the run folder"}));
};

}  // namespace dynvision::config
