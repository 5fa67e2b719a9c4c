// What one pass saves: `duration` on images of DyRCNNx4, 32 x 32, its conditions in one pass and each by itself, in turn.
//
//   bench.one_pass [IMAGES] [ROUNDS]      200 images, 3 rounds; prints ratios of steps and of medians of time
#include <dynvision/dyrcnn.hpp>
#include <dynvision/experiments/run/one_pass.hpp>
#include <dynvision/run/run.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace dynvision;
using namespace dynvision::experiments;

namespace {

// Responses are there, as an experiment asks for them, and are let go of.
struct Taken {
  double steps = 0;
  static bool wants(std::size_t) { return true; }
  void take(std::size_t, std::size_t, run::Activity const& activity) {
    steps += static_cast<double>(activity.outputs.size(1));
  }
};

std::vector<Condition> durations() {
  std::vector<Condition> all;
  for (int const d : {1, 2, 3, 4, 5, 10, 15, 20}) {
    Condition c;
    c.schedule = {
        .idle = Duration(20), .n_timesteps = 30, .segments = {{.duration = 1}, {.show = Show::image, .duration = d}}};
    all.push_back(c);
  }
  return all;
}

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t const n_images = argc > 1 ? std::atoll(argv[1]) : 200;
  int const n_rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  constexpr std::int64_t batch = 50;
  DyRCNNx4<> const model({.n_classes = 10, .input_dims = {3, 32, 32}, .seed = 1});
  Tensor const images = randn({n_images, 3, 32, 32});
  std::vector<Condition> const conditions = durations();
  Plan const together = plan_of(conditions, PlanSettings{.dt = 2});
  std::vector<Plan> apart;
  for (Condition const& one : conditions) apart.push_back(plan_of({one}, PlanSettings{.dt = 2}));
  auto const seconds = [&](std::vector<Plan> const& plans, bool share_blank) {
    auto const begin = std::chrono::steady_clock::now();
    for (Plan const& plan : plans) {
      for (std::int64_t first = 0; first < n_images; first += batch) {
        Taken taken;
        Tensor const some = images.narrow(0, first, std::min(batch, n_images - first));
        one_pass(model, plan.trees[0], {.images = some}, {.share_blank = share_blank}, taken);
      }
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  seconds({apart[0]}, false);  // to warm up
  std::vector<double> separate, once, shared;
  for (int i = 0; i < n_rounds; ++i) {
    separate.push_back(seconds(apart, false)), once.push_back(seconds({together}, false));
    shared.push_back(seconds({together}, true));
  }
  auto const line = [&](char const* what, double steps, std::vector<double> const& time) {
    double const ratio = median(separate) / median(time);
    std::printf("%-32s %6.2f s   steps 1/%.2f   time 1/%.2f   time over steps %.2f\n", what, median(time), steps, ratio,
                ratio / steps);
  };
  line("each condition by itself", 1, separate);
  line("one pass", together.ratio(), once);
  line("one pass, blanks for one image", together.image_ratio(), shared);
}
