// A checkpoint of 10 M parameters with the state of Adam (120 MB): how long until it stands, and how long the training waits.
//   save_checkpoint     in the training's own thread: written, on the disk (fsync), in its place
//   writer, waited      what the training waits where checkpoints::Writer writes beside it: the copy of its numbers
//   writer, in all      until the file stands
//   step beside it      a step (a matrix product of about 100 ms) while a checkpoint is written, against one without
// The first copy takes the memory for the optimiser's state from the system, later ones have it. Medians.
#include <dynvision/core/ops.hpp>
#include <dynvision/train/checkpoints/writer.hpp>

#include <ATen/ops/mm.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

using namespace dynvision;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double own_cpu_time() {  // [s] of this thread: the same however many other programs run
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

void print(char const* name, std::vector<double> const& seconds) {
  std::printf("%-20s %7.1f ms   (%.1f ... %.1f)\n", name, 1e3 * median(seconds),
              1e3 * *std::min_element(seconds.begin(), seconds.end()),
              1e3 * *std::max_element(seconds.begin(), seconds.end()));
}

}  // namespace

int main(int count, char** arguments) {
  constexpr int n_rounds = 9, n_tensors = 20;
  auto const folder = std::filesystem::path(count > 1 ? arguments[1] : ".");
  auto const file = folder / ("checkpoint-" + number_text(::getpid()) + ".safetensors");
  Parameters parameters;
  std::vector<TensorMap::Entry> optimizer;
  for (int i = 0; i < n_tensors; ++i) {
    std::string const name = "layer" + number_text(i) + ".weight";
    parameters.push_back({name, randn({500, 1000})});
    for (char const* const moment : {"optimizer.exp_avg.", "optimizer.exp_avg_sq."}) {
      optimizer.emplace_back(moment + name, randn({500, 1000}));
    }
  }
  TrainingState const state;
  Tensor const a = randn({1600, 1600});
  auto const step = [&] {
    double const start = now();
    for (int i = 0; i < 2; ++i) a.mm(a);
    return now() - start;
  };
  std::vector<double> alone, waited, cpu, in_all, quiet, beside;
  double first = 0, first_cpu = 0;
  step();
  {
    checkpoints::Writer writer;
    writer.reserve(parameters, {});  // as a training does before it begins
    for (int round = 0; round < n_rounds; ++round) {
      double start = now();
      save_checkpoint(file, parameters, optimizer, state);
      alone.push_back(now() - start);
      quiet.push_back(step());
      start = now();
      double const start_cpu = own_cpu_time();
      writer.save(parameters, optimizer, state, {{file}, {}});
      (round == 0 ? first : waited.emplace_back()) = now() - start;
      (round == 0 ? first_cpu : cpu.emplace_back()) = own_cpu_time() - start_cpu;
      beside.push_back(step());
      auto const outcome = writer.wait();
      in_all.push_back(outcome->seconds + outcome->seconds_waited);
      if (!outcome->error.empty()) {
        std::printf("%s\n", outcome->error.c_str());
        return 1;
      }
    }
  }
  std::filesystem::remove(file);
  print("save_checkpoint", alone);
  std::printf("%-20s %7.1f ms   of its CPU time %.1f ms\n", "writer, first wait", 1e3 * first, 1e3 * first_cpu);
  print("writer, waited", waited);
  print("... its CPU time", cpu);
  print("writer, in all", in_all);
  print("step alone", quiet);
  print("step beside it", beside);
  return 0;
}
