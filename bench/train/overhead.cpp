// What a training costs beside forward, backward and the optimiser's step: fit() against its own loop without it.
//
//   cmake --build build --target bench.overhead && build/bench/bench.overhead [batches] [rounds]
//
// DyRCNNx2, batches of 16, images of 28 x 28, 10 steps. Both train the same model on the same batches, in turn; CPU time of the
// process, median of the rounds. fit() has everything on: metrics file, clipping, schedule, a callback of every event, checkpoint at
// the end alone. `none`: the same loop twice, what the measurement itself is worth.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/train/fit.hpp>
#include <dynvision/train/present_with.hpp>

#include <ATen/Parallel.h>

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

using namespace dynvision;

namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](timeval const& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}
template <class Call> double timed(Call const& call) {
  double const start = cpu_seconds();
  call();
  return cpu_seconds() - start;
}
double median(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

}  // namespace

int main(int count, char** arguments) {
  int const n_batches = count > 1 ? std::atoi(arguments[1]) : 30, rounds = count > 2 ? std::atoi(arguments[2]) : 9;
  at::set_num_threads(1);
  DyRCNNx2<Full> model({.n_classes = 10, .input_dims = {1, 28, 28}, .seed = 1});
  Images images{randn({16 * n_batches, 1, 28, 28}), zeros({16 * n_batches}, at::kLong), {}};
  for (int i = 0; i < 10; ++i) images.classes.push_back("class");
  for (std::int64_t i = 0; i < images.size(); ++i) images.labels[i].fill_(i % 10);
  run::TrialSettings const trial{.n_timesteps = 10};
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1, CrossEntropy{});
  OptimizerSettings const adam{.learning_rate = 1e-4};
  BatchOptions const order{.batch_size = 16, .seed = 1};

  auto const own_loop = [&] {
    Optimizer optimizer(model.parameters(), adam);
    for (Batch const& batch : Batches(images, order)) {
      run::Trial const shown = run::make_trial(model, batch.images, batch.labels, trial);
      CrossEntropy{}(run::run(model, shown.stimulus).outputs, shown.labels).backward();
      optimizer.update();
      optimizer.zero_grad();
    }
  };
  RunBatch const run = present_with(model, trial);
  FitSettings settings{.batches = order, .log_every_n_steps = 10, .metrics = "overhead_metrics.csv", .progress = false};
  double sum = 0;
  settings.callbacks.on_after_backward.push_back([&](Training& now) { sum += now.loss->parts[0].value; });
  settings.callbacks.on_train_batch_end.push_back([&](Training& now) { sum += now.optimizer.learning_rate(); });
  auto const trainer = [&] {
    Optimizer optimizer(model.parameters(), adam);
    std::remove("overhead_metrics.csv");
    fit(optimizer, objective, run, images, {}, settings);
  };

  own_loop(), trainer();
  std::vector<double> own, own_again, with;
  for (int i = 0; i < rounds; ++i) {
    own.push_back(timed(own_loop));
    with.push_back(timed(trainer));
    own_again.push_back(timed(own_loop));
  }
  std::remove("overhead_metrics.csv");
  double const base = median(own), n = n_batches;
  std::printf("%-22s %8.2f ms a batch\n", "own loop", 1e3 * base / n);
  std::printf("%-22s %8.2f ms a batch   %+.2f %%\n", "own loop again", 1e3 * median(own_again) / n,
              100 * (median(own_again) / base - 1));
  std::printf("%-22s %8.2f ms a batch   %+.2f %%\n", "fit()", 1e3 * median(with) / n, 100 * (median(with) / base - 1));
}
