// A model of two lines and images that it can learn, for tests of training.
#pragma once
#include <dynvision/train/fit.hpp>

namespace toy {

using namespace dynvision;

inline constexpr int n_steps = 3;

// Four classes: where the bright quarter of the image is.
inline Images quarters(std::int64_t n) {
  Images set{dynvision::zeros({n, 1, 2, 2}), dynvision::zeros({n}, at::kLong), {"a", "b", "c", "d"}};
  auto* const pixels = set.images.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < n; ++i) {
    set.labels.mutable_data_ptr<std::int64_t>()[i] = i % 4;
    for (int k = 0; k < 4; ++k) {
      pixels[4 * i + k] =
          static_cast<float>((i % 4 == k ? 1.0 : 0.0) + 0.1 * static_cast<double>((7 * i + 3 * k) % 11));
    }
  }
  return set;
}

struct Toy {
  Tensor weight, bias;
  Toy() : weight(dynvision::zeros({4, 4})), bias(dynvision::zeros({4})) {
    auto* const w = weight.mutable_data_ptr<float>();
    for (int i = 0; i < 16; ++i) w[i] = 0.01F * static_cast<float>((5 * i) % 7 - 3);
    weight.set_requires_grad(true);
    bias.set_requires_grad(true);
  }
  Parameters parameters() const { return {{"toy.weight", weight}, {"toy.recurrence.bias", bias}}; }
  // The output grows over the steps; the first does not count.
  RunBatch run() const {
    return [*this](Batch const& batch, BatchContext const& context) {
      Tensor const z = dynvision::linear(batch.images.flatten(1), weight, bias);
      std::vector<Tensor> steps;
      run::Activity activity;
      if (context.record) activity.responses = {{"toy", "record", {}}};
      for (int t = 0; t < n_steps; ++t) {
        steps.push_back(z.mul(t));
        if (context.record) activity.responses[0].steps.push_back(t == 0 ? Signal{} : z.detach().mul(t));
      }
      activity.outputs = dynvision::stack_along(steps, 1);
      Tensor const labels = batch.labels.unsqueeze(1).repeat({1, n_steps});
      labels.select(1, 0).fill_(-1);
      return Presented{activity, labels};
    };
  }
};

inline WeightedSum cross_entropy() {
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1, CrossEntropy{});
  return objective;
}

inline OptimizerSettings const adam{.learning_rate = 0.02};

inline FitSettings quiet(std::int64_t epochs) {
  FitSettings settings;
  settings.epochs = epochs;
  settings.batches = {.batch_size = 8, .seed = 3};
  settings.log_every_n_steps = 3;
  settings.scheduler.scheduler_kwargs = {{"T_max", 3}};
  settings.progress = false;
  settings.identity = {{"seed", "3"}};
  return settings;
}

}  // namespace toy
