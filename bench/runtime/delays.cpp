// What delays between steps cost: a training step of DyRCNNx4 with them, to one with delays of three whole steps.
//
//   OMP_NUM_THREADS=1 bench.delays [ROUNDS]
//
// Batch 16, 3 x 32 x 32, T = 20, outputs squared as a loss; the models are asked in turn, the least of all rounds counts. In
// CPU time of the process, which other programs on the machine disturb less than the clock.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string_view>

using namespace dynvision;

namespace {

double cpu_seconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Model> struct Subject {
  Model model;
  Tensor images = randn({16, 3, 32, 32}, at::TensorOptions(at::kFloat));
  double least = std::numeric_limits<double>::infinity();  // [s]

  explicit Subject(double t_recurrence)  // [ms], dt = 2 ms
      : model(Options{.input_dims = {3, 32, 32}, .t_recurrence = t_recurrence, .seed = 1}) {
    at::AutoGradMode const no_gradient(false);
    for (Parameter const& p : model.parameters()) {
      if (p.name.ends_with(".delay")) {
        Tensor const d = p.tensor.view({-1});  // within the step behind three whole ones
        for (std::int64_t c = 0; c < d.size(0); ++c) d.select(0, c).add_(0.1 + 1.8 * static_cast<double>(c % 7) / 7);
      } else if (p.learned && p.tensor.dim() > 1) {
        p.tensor.uniform_(-1, 1).div_(std::sqrt(static_cast<double>(p.tensor[0].numel())));
      }
    }
  }
  void step() {
    for (Parameter const& p : model.parameters()) p.tensor.mutable_grad() = Tensor{};
    double const before = cpu_seconds();
    run::run(model, images, {.n_timesteps = 20}).outputs.square().mean().backward();
    least = std::min(least, cpu_seconds() - before);
  }
};

}  // namespace

int main(int argc, char** argv) {
  int rounds = 20;
  if (argc > 1) {
    std::string_view const text = argv[1];
    std::from_chars(text.data(), text.data() + text.size(), rounds);
  }
  Subject<DyRCNNx4<>> whole(6);
  Subject<DyRCNNx4<Full, Interpolated>> between(7.1);
  Subject<DyRCNNx4<Full, LearnedDelay<>>> learned(6);
  Subject<DyRCNNx4<Full, LearnedDelay<Feature>>> of_channels(6);
  for (int i = 0; i < rounds; ++i) whole.step(), between.step(), learned.step(), of_channels.step();
  std::printf("whole steps                    %6.1f ms\n", 1e3 * whole.least);
  std::printf("Interpolated                   %6.3f of it\n", between.least / whole.least);
  std::printf("LearnedDelay<>                 %6.3f\n", learned.least / whole.least);
  std::printf("LearnedDelay<Feature>          %6.3f\n", of_channels.least / whole.least);
}
