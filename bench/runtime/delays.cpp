// What delays between steps cost: a training step of DyRCNNx4 with them, to one with lateral delays of three whole steps, and
// to one whose areas are one step apart.
//
//   OMP_NUM_THREADS=1 bench.delays [ROUNDS]
//
// Batch 16, 3 x 32 x 32, T = 20, outputs squared as a loss; the models are asked in turn, the least of all rounds counts. In
// CPU time of the process, which other programs on the machine disturb less than the clock.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include "times.hpp"

#include <cmath>
#include <cstdio>

using namespace dynvision;

namespace {

template <class Model> struct Subject {
  Model model;
  Tensor images = randn({16, 3, 32, 32}, at::TensorOptions(at::kFloat));
  Times times{};

  explicit Subject(double t_recurrence, double t_feedforward = 0)  // [ms], dt = 2 ms
      : model(Options{
            .input_dims = {3, 32, 32}, .t_feedforward = t_feedforward, .t_recurrence = t_recurrence, .seed = 1}) {
    at::AutoGradMode const no_gradient(false);
    for (Parameter const& p : model.parameters()) {
      if (p.name.ends_with(".delay")) {
        Tensor const d = p.tensor.view({-1});  // within the step behind the whole ones
        for (std::int64_t c = 0; c < d.size(0); ++c) d.select(0, c).add_(0.1 + 1.8 * static_cast<double>(c % 7) / 7);
      } else if (p.learned && p.tensor.dim() > 1) {
        p.tensor.uniform_(-1, 1).div_(std::sqrt(static_cast<double>(p.tensor[0].numel())));
      }
    }
  }
  void step() {
    for (Parameter const& p : model.parameters()) p.tensor.mutable_grad() = Tensor{};
    measure(times, [&] { run::run(model, images, {.n_timesteps = 20}).outputs.square().mean().backward(); });
  }
};

}  // namespace

int main(int argc, char** argv) {
  int const rounds = rounds_of(argc, argv, 20);
  Subject<DyRCNNx4<>> whole(6);
  Subject<DyRCNNx4<Full, Interpolated>> between(7.1);
  Subject<DyRCNNx4<Full, LearnedDelay<>>> learned(6);
  Subject<DyRCNNx4<Full, LearnedDelay<Feature>>> of_channels(6);
  Subject<DyRCNNx4<>> apart(6, 2);
  Subject<DyRCNNx4<Full, FeedforwardDelay<Interpolated>>> apart_between(6, 2.7);
  Subject<DyRCNNx4<Full, FeedforwardDelay<LearnedDelay<>>>> apart_learned(6, 2);
  Subject<DyRCNNx4<Full, FeedforwardDelay<LearnedDelay<Feature>>>> apart_of_channels(6, 2);
  for (int i = 0; i < rounds; ++i) {
    whole.step(), between.step(), learned.step(), of_channels.step();
    apart.step(), apart_between.step(), apart_learned.step(), apart_of_channels.step();
  }
  std::printf("whole steps                    %6.1f ms\n", 1e3 * whole.times.of_cpus);
  std::printf("Interpolated                   %6.3f of it\n", between.times.of_cpus / whole.times.of_cpus);
  std::printf("LearnedDelay<>                 %6.3f\n", learned.times.of_cpus / whole.times.of_cpus);
  std::printf("LearnedDelay<Feature>          %6.3f\n", of_channels.times.of_cpus / whole.times.of_cpus);
  std::printf("areas one step apart           %6.1f ms\n", 1e3 * apart.times.of_cpus);
  std::printf("FeedforwardDelay<Interpolated> %6.3f of it\n", apart_between.times.of_cpus / apart.times.of_cpus);
  std::printf("  <LearnedDelay<>>             %6.3f\n", apart_learned.times.of_cpus / apart.times.of_cpus);
  std::printf("  <LearnedDelay<Feature>>      %6.3f\n", apart_of_channels.times.of_cpus / apart.times.of_cpus);
}
