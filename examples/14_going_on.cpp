// A run that goes on where another one stopped, an initial condition, and a closed loop.
//
//   cmake --build build --target example.14_going_on && build/examples/14_going_on
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/state.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>

#include <cstdio>
#include <filesystem>

using namespace dynvision;

int main() {
  DyRCNNx2<> model({.n_classes = 3, .input_dims = {1, 16, 16}, .seed = 1});
  Tensor const image = randn({1, 1, 16, 16});  // (B,C,H,W)

  // [halves]
  run::Activity const whole = run::run(model, image, {.n_timesteps = 20});
  run::Activity const first = run::run(model, image, {.n_timesteps = 10, .keep_state = true});
  run::Activity const second = run::run(model, image, {.n_timesteps = 10, .start = first.state});  // steps 10 to 19
  // [/halves]
  Tensor const both = cat({first.outputs, second.outputs}, 1);  // (B,T,K)
  double const difference = both.sub(whole.outputs).abs().max().item<double>();
  std::printf("two halves and the whole differ by %.1e\n", difference);

  // [file]
  write_state("after_10_steps.safetensors", first.state);
  run::State const read = read_state("after_10_steps.safetensors");
  // [/file]
  std::filesystem::remove("after_10_steps.safetensors");

  // [initial]
  Tensor const r0 = read.response("layer1").mul(2);                      // (B,C,H,W)
  run::State const start = run::initial_state(model, {{"layer1", r0}});  // at r0 for all times before the run
  run::Activity const other = run::run(model, image, {.n_timesteps = 20, .start = start});
  // [/initial]
  std::printf("started elsewhere: outputs differ by %.3f at first, by %.3f after 20 steps\n",
              other.outputs.sub(whole.outputs).abs().max().item<double>(),
              other.outputs.sub(whole.outputs).select(1, 19).abs().max().item<double>());

  // [loop]
  run::Stepper stepper(model, {.record = true});
  double contrast = 1, response = 0;
  for (int t = 0; t < 200; ++t) {  // what is shown depends on the response: contrast gain control
    stepper.step(image.mul(contrast));
    Signal const r = stepper.response("layer2");
    response = r.defined() ? r.mean().item<double>() : 0;
    contrast += 2 * (0.05 - response);
  }
  // [/loop]
  std::printf("contrast %.3f gives a mean response of %.4f, as asked for\n", contrast, response);
  return difference < 1e-5 ? 0 : 1;
}
