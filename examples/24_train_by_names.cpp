// A training whose parts are chosen by names, as a configuration chooses them: losses, optimiser, schedule, precision.
//
//   cmake --build build --target example.24_train_by_names && build/examples/24_train_by_names
#include <dynvision/connections/full.hpp>
#include <dynvision/losses/named_losses.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/train/begin_with.hpp>
#include <dynvision/train/fit.hpp>
#include <dynvision/train/lr_scaling.hpp>
#include <dynvision/train/present_with.hpp>

#include <cstdio>

using namespace dynvision;

// Stripes in noise, in one of four directions.
Images stripes(int n) {
  Tensor const images = randn({n, 1, 16, 16}).mul_(0.5), labels = zeros({n}, at::kLong);
  float* pixel = images.mutable_data_ptr<float>();
  for (int i = 0; i < n; ++i) {
    labels[i].fill_(i % 4);
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x, ++pixel) {
        int const along[]{x, y, x + y, x - y + 16};
        *pixel += along[i % 4] % 4 < 2 ? 1.0F : -1.0F;
      }
    }
  }
  return {images, labels, {"0", "90", "45", "135"}};
}

struct V1 : Layer<"V1", Conv<1, 8, 7, 2>, Recur<Full<8>>, Evolve<>, Relu, Record, Delay> {};
using Net = Model<V1>;

int main() {
  Net model({.n_classes = 4, .input_dims = {1, 16, 16}, .t_recurrence = 2, .seed = 1});
  Images const train = stripes(80), validation = stripes(24);

  // [begin]
  begin_with(model.parameters(), {.frozen = {"classifier.*bias"}});  // .load_weights = "weights.pt"
  // [/begin]

  // [objective]
  WeightedSum objective = objective_of({.loss = {"CrossEntropyLoss", "ActivityLoss"},
                                        .loss_configs = {{"ActivityLoss", {{"weight", 0.01}, {"ord", 2}}}}});
  objective.add("sparse outputs", 1e-4,  // one of your own
                [](run::Activity const& a, Tensor const&) { return a.outputs.abs().mean(); });
  // [/objective]

  // [run]
  RunBatch const run = present_with(model, {.n_timesteps = 6}, {.monitor = objective.monitored()},
                                    {.path = RunPath::compiled, .precision = "32"});
  // [/run]

  // [optimizer]
  Optimizer optimizer(model.parameters(),
                      {.optimizer = "AdamW",
                       .learning_rate = effective_learning_rate(0.01, 16, 2),  // batches of 16, two for an update
                       .optimizer_kwargs = {{"betas", {0.9, 0.99}}, {"weight_decay", 0.001}},
                       .lr_parameter_groups = {{"recurrence", 0.2}, {"V1.conv.*", 0.5}}});
  // [/optimizer]

  // [settings]
  FitSettings settings{.epochs = 3,
                       .batches = {.batch_size = 16, .seed = 1},
                       .accumulate_grad_batches = 2,
                       .gradient_clip_val = 1,
                       .scheduler = {.scheduler = "OneCycleLR",
                                     .scheduler_kwargs = {{"max_lr", 0.02}},
                                     .scheduler_configs = {.interval = "step"}},
                       .early_stopping_patience = 3,
                       .on_non_finite = "skip",
                       .progress = false};
  // [/settings]

  // [callback]
  settings.callbacks.on_train_epoch_end.push_back([](Training& now) {
    std::printf("epoch %2.0f   loss %.3f   accuracy of the validation %.0f %%\n", now.row->at("epoch"),
                now.row->at("train_loss_epoch"), 100 * now.row->at("val_accuracy"));
    if (now.row->at("val_accuracy") > 0.99) now.stop("it has learned all of them");
  });
  // [/callback]

  Fit const result = fit(optimizer, objective, run, train, validation, settings);
  if (!result.stop_reason.empty()) std::printf("stopped: %s\n", result.stop_reason.c_str());
  return result.state.epoch > 0 ? 0 : 1;
}
