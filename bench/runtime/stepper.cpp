// What a step costs that is taken alone: DyRCNNx4 with d = 3, a new frame at every step, through run::Stepper, as a multiple of
// a step of one run of all these frames. One program, both in turn; the least of several rounds, since other programs only add.
//
//   OMP_NUM_THREADS=2 build/bench/bench.stepper [rounds]
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/keep_freed_memory.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>

#include <ATen/Parallel.h>

#include "times.hpp"

#include <cstdio>
#include <vector>

using namespace dynvision;

namespace {

void compare(int batch, int rounds) {
  constexpr int n_timesteps = 64;
  DyRCNNx4<Full> const model({.input_dims = {3, 32, 32}, .t_recurrence = 6, .seed = 1});
  Tensor const movie = randn({batch, n_timesteps, 3, 32, 32});  // (B,T,C,H,W)
  std::vector<Tensor> frames;
  for (int t = 0; t < n_timesteps; ++t) frames.push_back(movie.select(1, t).contiguous());
  run::Settings const settings{.share_cpus = false};
  run::Stepper stepper(model, settings);
  stepper.step(frames[0]);
  Times of_run, of_stepper;
  for (int i = 0; i < rounds; ++i) {
    measure(of_run, [&] { run::run(model, movie, settings); });
    measure(of_stepper, [&] {
      for (Tensor const& frame : frames) stepper.step(frame);
    });
  }
  auto const per_step = [](double seconds) { return 1e3 * seconds / n_timesteps; };
  std::printf("batch %2d: a step of a run %6.3f ms, through the stepper %6.3f ms: %.2f   (of CPUs %.3f, %.3f: %.2f)\n",
              batch, per_step(of_run.wall), per_step(of_stepper.wall), of_stepper.wall / of_run.wall,
              per_step(of_run.of_cpus), per_step(of_stepper.of_cpus), of_stepper.of_cpus / of_run.of_cpus);
}

}  // namespace

int main(int n_arguments, char** arguments) {
  at::AutoGradMode const no_gradient(false);
  run::keep_freed_memory();
  int const rounds = rounds_of(n_arguments, arguments, 20);
  std::printf("threads: %d\n", at::get_num_threads());
  for (int const batch : {1, 16}) compare(batch, rounds);
}
