// What noise costs: a standard normal number, and a training step of DyRCNNx4 with noise in all its areas, as a fraction of
// one without. One program, the models in turn; the least of several, since other programs only add to it.
//
//   OMP_NUM_THREADS=2 build/bench/bench.noise [rounds]
#include <dynvision/dyrcnn.hpp>
#include <dynvision/kernels/random/normal_numbers.hpp>
#include <dynvision/run/keep_freed_memory.hpp>
#include <dynvision/run/run.hpp>

#include <ATen/Parallel.h>
#include <ATen/ops/cross_entropy_loss_ops.h>

#include "times.hpp"

#include <cstdio>
#include <vector>

using namespace dynvision;

namespace {

template <class Model> void training_step(Model const& model, Tensor const& images, Tensor const& labels) {
  for (Parameter p : model.parameters()) p.tensor.mutable_grad() = Tensor{};
  Tensor const outputs = run::compiled(model, images, {.n_timesteps = 20, .share_cpus = false, .seed = 1}).outputs;
  at::_ops::cross_entropy_loss::call(outputs.flatten(0, 1), labels.flatten(), {}, 1, -100, 0).backward();
}

void print(char const* name, Times const& one, Times const& without) {
  std::printf("%-28s %7.1f ms, %.3f   (of CPUs %7.1f ms, %.3f)\n", name, 1e3 * one.wall, one.wall / without.wall,
              1e3 * one.of_cpus, one.of_cpus / without.of_cpus);
}

}  // namespace

int main(int n_arguments, char** arguments) {
  run::keep_freed_memory();
  int const rounds = rounds_of(n_arguments, arguments, 10);
  kernels::NormalNumbers const numbers{.key = {{1, 2}}, .n_steps = 3, .batch = 16, .size = 36 * 32 * 32};
  std::vector<float> drawn(static_cast<std::size_t>(numbers.count()));
  Times of_numbers;
  for (int i = 0; i < 4 * rounds; ++i)
    measure(of_numbers, [&] { kernels::draw_normal(numbers, at::kCPU, drawn.data()); });
  std::printf("a normal number: %.2f ns; threads: %d\n", 1e9 * of_numbers.wall / static_cast<double>(numbers.count()),
              at::get_num_threads());

  using Quiet = DyRCNNx4<Full>;
  using Noisy = DyRCNNx4<Full, WithNoise<StationaryDrive>>;
  Options options{.input_dims = {3, 32, 32}, .t_recurrence = 6, .seed = 1};
  Quiet const quiet(options);
  Noisy const fixed(options);
  options.train_sigma = true;
  Noisy const learned(options);
  Tensor const images = randn({16, 3, 32, 32}), labels = zeros({16, 20}, at::TensorOptions(at::kLong));
  Times of_quiet, of_fixed, of_learned;
  for (int i = 0; i < rounds; ++i) {
    measure(of_quiet, [&] { training_step(quiet, images, labels); });
    measure(of_fixed, [&] { training_step(fixed, images, labels); });
    measure(of_learned, [&] { training_step(learned, images, labels); });
  }
  print("without noise", of_quiet, of_quiet);
  print("with noise", of_fixed, of_quiet);
  print("with noise, sigma learned", of_learned, of_quiet);
}
