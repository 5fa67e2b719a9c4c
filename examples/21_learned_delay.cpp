// A network finds delays that are no multiples of its time step, from the responses of another one.
//
//   cmake --build build --target example.21_learned_delay && build/examples/21_learned_delay
#include <dynvision/connections/full.hpp>
#include <dynvision/model/clamp_delays.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay_by.hpp>
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
template <class How>
struct V1 : Layer<"V1", Conv<1, 8, 5>, Recur<Full<8>, How>, Evolve<>, Relu, Record, DelayBy<How>> {};
struct V2 : Layer<"V2", Conv<8, 8, 3>, Evolve<>, Relu, Record, Delay> {};
using Measured = Model<V1<Interpolated>, V2>;  // delays between two steps, within V1 and from V1 to V2
using Fitted = Model<V1<LearnedDelay<>>, V2>;  // that learn
// [/models]

}  // namespace

int main() {
  // [numbers]
  Options numbers{.input_dims = {1, 12, 12}, .dt = 2, .tau = 8, .max_weight_init = 0.1, .seed = 1};
  numbers.t_recurrence = 7.3, numbers.layers = {{"V1", {.t_feedforward = 4.6}}};  // [ms]
  Measured const measured(numbers);
  numbers.t_recurrence = 3, numbers.layers = {{"V1", {.t_feedforward = 3}}};  // where they start
  numbers.longest_delay = 12;                                                 // what they may reach
  Fitted model(numbers);
  // [/numbers]

  Tensor const images = randn({8, 1, 12, 12}, at::TensorOptions(at::kFloat));  // (B,C,H,W)
  run::Settings const settings{.n_timesteps = 30, .record = true};
  Tensor const responses = run::run(measured, images, settings).response("V2").stacked().detach();  // (B,T,C,H,W)

  // [learn]
  Parameters delays;  // [ms] V1.recurrence.delay, V1.feedforward.delay
  for (Parameter const& p : model.parameters()) {
    if (p.name.ends_with(".delay")) delays.push_back(p);
  }
  Optimizer optimizer(delays, {.learning_rate = 0.1, .optimizer_kwargs = {}, .lr_parameter_groups = {{".delay", 1}}});
  for (int i = 0; i <= 100; ++i) {
    Tensor const error = run::run(model, images, settings).response("V2").stacked().sub(responses).square().mean();
    if (i % 20 == 0) {
      std::printf("%3d   delays %.3f and %.3f ms   error %.1e\n", i, delays[0].tensor.item<double>(),
                  delays[1].tensor.item<double>(), error.item<double>());
    }
    optimizer.zero_grad();
    error.backward();
    optimizer.step();
    clamp_delays(model);  // an error when the next run starts, if it had left its range
  }
  // [/learn]
  bool const found =
      std::abs(delays[0].tensor.item<double>() - 7.3) < 0.05 && std::abs(delays[1].tensor.item<double>() - 4.6) < 0.05;
  return found ? 0 : 1;
}
