// Steps of training on the compiled path: gradients as on the reference path, a loss that falls, and weights that a file
// brings back. What of LibTorch changes between its versions (the graph's nodes, optimisers, dtypes) has a part in it.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/torch/writer.hpp>
#include <dynvision/io/weights.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/optimizer.hpp>

#include <torch/version.h>

#include <cstdio>
#include <filesystem>
#include <vector>

using namespace dynvision;

namespace {

int failures = 0;

void expect(bool good, char const* what) {
  std::printf("  %-60s %s\n", what, good ? "yes" : "NO");
  failures += !good;
}

}  // namespace

int main() {
  std::printf("LibTorch %s\n", TORCH_VERSION);
  using Net = DyRCNNx2<Full, Feedback<>, Skip<>>;
  Net model({.n_classes = 3, .input_dims = {3, 16, 16}, .t_feedforward = 2, .seed = 1});
  Tensor const images = randn({6, 3, 16, 16}), labels = indices({0, 2, 1, 2, 0, 1}, images);  // (B,C,H,W), (B)
  run::Trial const trial = run::make_trial(
      images, labels, {.n_timesteps = 8, .dt = model.options.dt, .n_residual_timesteps = model.n_residual_timesteps()});
  auto const loss_of = [&](run::Activity const& activity) { return CrossEntropy{}(activity.outputs, trial.labels); };

  auto const gradients = [&](auto const& activity) {
    for (Parameter& p : model.parameters()) p.tensor.mutable_grad() = Tensor{};
    loss_of(activity).backward();
    std::vector<Tensor> all;
    for (Parameter const& p : model.parameters()) all.push_back(p.tensor.grad());
    return all;
  };
  auto const expected = gradients(run::unroll(model, trial.stimulus));
  auto const found = gradients(run::compiled(model, trial.stimulus));
  bool same = true;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    bool const there = expected[i].defined();
    same = same && there == found[i].defined() && (!there || expected[i].allclose(found[i], 1e-3, 1e-5));
  }
  expect(same, "gradients of both paths agree");

  Optimizer optimizer(model.parameters(), {.learning_rate = 1e-2});
  std::vector<double> losses;
  for (int step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    Tensor const loss = loss_of(run::compiled(model, trial.stimulus));
    losses.push_back(loss.item<double>());
    loss.backward();
    optimizer.step(1.0);
  }
  std::printf("  loss: %.3f -> %.3f\n", losses.front(), losses.back());
  expect(losses.back() < 0.7 * losses.front(), "the loss falls");

  Net other({.n_classes = 3, .input_dims = {3, 16, 16}, .t_feedforward = 2, .seed = 2});
  at::NoGradGuard const none;
  auto const brings_back = [&](char const* name, auto const& write) {
    auto const file = std::filesystem::current_path() / name;
    write(file);
    load_weights(file, other.parameters());
    expect(run::compiled(model, trial.stimulus).outputs.equal(run::compiled(other, trial.stimulus).outputs), name);
  };
  brings_back("weights.safetensors", [&](auto const& file) { save_weights(file, model.parameters()); });
  for (Parameter const& p : other.parameters()) p.tensor.zero_();
  brings_back("weights.pt", [&](auto const& file) { write_torch(file, named_tensors(model.parameters())); });
  return failures;
}
