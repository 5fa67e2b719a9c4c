// Time constants of channels, and a time constant and a gain that change while a run goes on.
//
//   cmake --build build --target example.19_time_constants && build/examples/19_time_constants
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/modulate.hpp>
#include <dynvision/run/run.hpp>

#include <cmath>
#include <cstdio>

using namespace dynvision;

// [model]
struct V1 : Layer<"V1", Conv<3, 8, 5>, Recur<Full<8>>, Modulate, Evolve<Euler, Feature>, Relu, Record, Delay> {};
using Net = Model<V1>;
// [/model]

double mean_at(run::Activity const& activity, int t) {
  return activity.response("V1").steps[static_cast<std::size_t>(t)].mean().item<double>();
}

int main() {
  Tensor const image = full({1, 3, 16, 16}, 1);
  // [assign]
  Net net({.train_tau = true, .seed = 1});
  {
    at::AutoGradMode const no_gradient(false);
    Tensor const tau = tensor_of(net.parameters(), "tau_V1");                  // (8,1,1) [ms]
    for (int c = 0; c < 8; ++c) tau.select(0, c).fill_(5 * std::pow(1.5, c));  // from 5 to 85 ms
  }
  // [/assign]

  // [over_time]
  std::vector<double> slower(50, 1);
  std::fill(slower.begin() + 25, slower.end(), 4);  // from step 25 on everything takes four times as long
  Tensor attention = full({1, 50, 1, 1, 1}, 1);
  attention.narrow(1, 25, 25).fill_(1.5);
  run::Activity const rest = run::run(net, image, {.n_timesteps = 50, .record = true});
  run::Activity const slow = run::run(net, image, {.n_timesteps = 50, .record = true, .tau_factors = {{"V1", slower}}});
  run::Activity const attended =
      run::run(net, image, {.n_timesteps = 50, .record = true, .external = {{"V1.modulation", attention}}});
  // [/over_time]

  std::printf("  time   mean response: at rest, with a longer tau, attended\n");
  for (int t = 9; t < 50; t += 10) {
    std::printf("%3.0f ms %29.4f %18.4f %9.4f\n", rest.time(t), mean_at(rest, t), mean_at(slow, t),
                mean_at(attended, t));
  }
  return mean_at(attended, 49) > mean_at(rest, 49) ? 0 : 1;
}
