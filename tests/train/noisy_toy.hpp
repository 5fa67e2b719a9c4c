// A model of two lines that draws random numbers of LibTorch's generator and keeps a running mean: what a training that
// goes on could lose.
#pragma once
#include <torch/types.h>

#include "toy.hpp"

namespace toy {

struct NoisyToy {
  Tensor weight, running_mean, ballast;
  explicit NoisyToy(std::int64_t n_ballast = 1) {
    Toy const plain;
    weight = plain.weight;
    running_mean = dynvision::zeros({4});
    ballast = dynvision::zeros({n_ballast});
    ballast.set_requires_grad(true);
  }
  Parameters parameters() const {
    return {{"toy.weight", weight}, {"toy.ballast", ballast}, {"toy.running_mean", running_mean, false}};
  }
  RunBatch run() const {
    return [*this](Batch const& batch, BatchContext const&) {
      Tensor const x = batch.images.flatten(1);
      bool const training = at::GradMode::is_enabled();
      if (training) {
        at::AutoGradMode const no_gradient(false);
        running_mean.mul_(0.9).add_(x.mean(0), 0.1);
      }
      // In a validation too: it must leave the generator where it would be without a stop.
      Tensor const noise = torch::randn({x.size(0), 4});
      Tensor const z = dynvision::linear(x.sub(running_mean).add(noise, 0.05), weight, Tensor{}).add(ballast.sum());
      std::vector<Tensor> steps;
      for (int t = 0; t < n_steps; ++t) steps.push_back(z.mul(t));
      run::Activity activity;
      activity.outputs = dynvision::stack_along(steps, 1);
      Tensor const labels = batch.labels.unsqueeze(1).repeat({1, n_steps});
      labels.select(1, 0).fill_(-1);
      return Presented{activity, labels};
    };
  }
};

struct NoisyTraining {
  NoisyToy model;
  Optimizer optimizer;
  Fit result{};
  explicit NoisyTraining(std::int64_t n_ballast = 1) : model(n_ballast), optimizer(model.parameters(), adam) {}

  // From the checkpoint, if there is one.
  void go_on(FitSettings const& settings, Images const& train, Images const& validation) {
    TrainingState start;
    if (std::filesystem::exists(settings.checkpoint)) start = resume(settings.checkpoint, optimizer, settings.identity);
    result = fit(optimizer, cross_entropy(), model.run(), train, validation, settings, std::move(start));
  }
};

// Everything but the time it took, as one text: two trainings that are the same have the same.
inline std::string everything(Parameters const& parameters, std::vector<TensorMap::Entry> const& optimizer,
                              TrainingState const& state) {
  std::string all = joined({state.epoch, " ", state.batch, " ", state.step, " ", state.images, "\n"});
  auto const put = [&](std::string const& name, Tensor const& x) {
    Tensor const host = x.detach().contiguous();
    all += name + " ";
    all.append(static_cast<char const*>(host.const_data_ptr()), host.nbytes());
  };
  for (Parameter const& p : parameters) put(p.name, p.tensor);
  for (auto const& [name, x] : optimizer) put(name, x);
  for (auto const& [device, x] : state.random) put(device, x);
  for (std::size_t row = 0; row < state.metrics.size(); ++row) {
    for (std::string const& column : state.metrics.columns()) {
      if (column != "seconds") all += column + "=" + number_text(state.metrics.at(row, column)) + " ";
    }
    all += "\n";
  }
  for (auto const& [name, number] : state.numbers) all += name + "=" + number_text(number) + "\n";
  return all;
}
inline std::string everything(NoisyTraining const& training) {
  return everything(training.model.parameters(), training.optimizer.state(), training.result.state);
}

}  // namespace toy
