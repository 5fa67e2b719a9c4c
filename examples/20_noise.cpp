// Noise in a network: trials of one seed, a run drawn again, the numbers themselves, and a size that does not depend on dt.
//
//   cmake --build build --target example.20_noise && build/examples/20_noise
#include <dynvision/connections/full.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/run.hpp>

#include <cmath>
#include <cstdio>

using namespace dynvision;

// [layers]
struct V1 : Layer<"V1", Conv<1, 8, 3>, Recur<Full<8>>, Noise<StationaryDrive>, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<8, 8, 3, 2>, Evolve<Euler>, Noise<Diffusion>, Relu, Record, Delay> {};
using Net = Model<V1, V2>;
// [/layers]
struct Unit : Layer<"unit", Conv<1, 1, 1, 1, NoBias>, Noise<StationaryDrive>, Evolve<Euler>, Record, Delay> {};

int main() {
  Net const model({.n_classes = 2, .input_dims = {1, 16, 16}, .sigma = 0.3, .seed = 1});
  Tensor const image = randn({4, 1, 16, 16});  // (B,C,H,W)

  // [trials]
  std::vector<Tensor> trials;
  for (std::uint64_t k = 0; k < 20; ++k) {
    run::Activity const activity = run::run(model, image, {.n_timesteps = 15, .record = true, .seed = 7, .trial = k});
    trials.push_back(activity.response("V2").steps.back());
  }
  Tensor const responses = stack_along(trials, 0);  // (trials,B,C,H,W)
  // [/trials]
  std::printf("V2: mean %.3f, standard deviation over trials %.3f\n", responses.mean().item<double>(),
              responses.std({0}).mean().item<double>());

  // [again]
  run::Activity const some = run::run(model, image, {.n_timesteps = 15});  // with a seed of LibTorch's generator
  run::Activity const same = run::run(model, image, {.n_timesteps = 15, .seed = some.seed});
  // [/again]
  bool const is_repeated = same.outputs.equal(some.outputs);

  // [numbers]
  NoiseSource const source(7, 3);                                                        // seed 7, trial 3
  Tensor const xi = source.numbers(noise_place(0), 5, {4, 8, 16, 16}, image.options());  // of layer 0, V1, at step 5
  // [/numbers]
  std::printf("%s; of V1 at step 5: mean %+.3f, variance %.3f\n", is_repeated ? "repeated" : "another run",
              xi.mean().item<double>(), xi.var().item<double>());

  for (double const dt : {2.0, 0.5}) {  // [ms]
    Model<Unit> const unit({.input_dims = {1, 0, 0}, .dt = dt, .tau = 5, .sigma = 0.3});
    run::Activity const activity =
        run::run(unit, zeros({1, 1, 64, 64}), {.n_timesteps = 200, .record = true, .seed = 1});
    std::printf("dt %.1f ms: standard deviation %.3f, of the equation %.3f\n", dt,
                activity.response("unit").steps.back().std().item<double>(), 0.3 * std::sqrt(2 / (2 - dt / 5)));
  }
  return is_repeated ? 0 : 1;
}
