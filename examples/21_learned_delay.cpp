// A network finds a delay that is no multiple of its time step, from the responses of another one.
//
//   cmake --build build --target example.21_learned_delay && build/examples/21_learned_delay
#include <dynvision/connections/full.hpp>
#include <dynvision/model/clamp_delays.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <cmath>
#include <cstdio>

using namespace dynvision;

namespace {

// [models]
template <class How> struct V1 : Layer<"V1", Conv<1, 8, 5>, Recur<Full<8>, How>, Evolve<>, Relu, Record, Delay> {};
using Measured = Model<V1<Interpolated>>;  // a delay between two steps
using Fitted = Model<V1<LearnedDelay<>>>;  // one that learns
// [/models]

}  // namespace

int main() {
  // [numbers]
  Options numbers{.input_dims = {1, 12, 12}, .dt = 2, .tau = 8, .max_weight_init = 0.1, .seed = 1};
  numbers.t_recurrence = 7.3;  // [ms]
  Measured const measured(numbers);
  numbers.t_recurrence = 3, numbers.longest_delay = 12;  // where it starts, what it may reach
  Fitted model(numbers);
  // [/numbers]

  Tensor const images = randn({8, 1, 12, 12}, at::TensorOptions(at::kFloat));  // (B,C,H,W)
  run::Settings const settings{.n_timesteps = 30, .record = true};
  Tensor const responses = run::run(measured, images, settings).response("V1").stacked().detach();  // (B,T,C,H,W)

  // [learn]
  Tensor const delay = tensor_of(model.parameters(), "V1.recurrence.delay");  // [ms]
  Optimizer optimizer({{"V1.recurrence.delay", delay, true}},
                      {.learning_rate = 0.1, .weight_decay = 0, .lr_parameter_groups = {{".delay", 1}}});
  for (int i = 0; i <= 100; ++i) {
    Tensor const error = run::run(model, images, settings).response("V1").stacked().sub(responses).square().mean();
    if (i % 20 == 0) std::printf("%3d   delay %.3f ms   error %.1e\n", i, delay.item<double>(), error.item<double>());
    optimizer.zero_grad();
    error.backward();
    optimizer.step();
    clamp_delays(model);  // an error when the next run starts, if it had left its range
  }
  // [/learn]
  return std::abs(delay.item<double>() - 7.3) < 0.05 ? 0 : 1;
}
