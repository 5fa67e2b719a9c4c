// Biological and engineering time: with delays from layer to layer the same responses come later.
//
//   cmake --build build --target example.06_biological_and_engineering_time && build/examples/06_biological_and_engineering_time
//
//   r_l^bio(t) = r_l^eng(t - l t_feedforward)       l = 0, 1, ...: layer
//
// where t_skip^bio = t_skip^eng + j t_feedforward and t_feedback^bio = t_feedback^eng - j t_feedforward for connections
// that lead over j layers.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

int main() {
  // [two-times]
  using Net = DyRCNNx4<Full, Feedback<>>;  // its skip and feedback connections lead over j = 2 layers
  Options engineering{.input_dims = {3, 32, 32}, .t_feedforward = 0, .t_feedback = 30, .t_skip = 0, .seed = 1};  // [ms]
  engineering.max_weight_init = 0.05;  // recurrence that matters from the start
  Options biological = engineering;
  biological.t_feedforward = 4;  // [ms]
  biological.t_skip = 0 + 2 * 4;
  biological.t_feedback = 30 - 2 * 4;
  // [/two-times]

  Net in_engineering_time(engineering), in_biological_time(biological);  // the same seed: the same parameters
  Tensor const image = randn({1, 3, 32, 32});
  int const T = 40, shift = 2;  // [steps]; 4 ms from layer to layer
  run::Activity const a = run::run(in_engineering_time, image, {.n_timesteps = T, .record = true});
  run::Activity const b = run::run(in_biological_time, image, {.n_timesteps = T, .record = true});

  for (int l = 0; l < 4; ++l) {
    std::string const layer = a.responses[static_cast<std::size_t>(l)].layer;
    Tensor const early = a.response(layer).stacked(), late = b.response(layer).stacked();  // (B,T,C,H,W)
    Tensor const difference = late.narrow(1, l * shift, T - l * shift).sub(early.narrow(1, 0, T - l * shift));
    double const relative = difference.abs().max().item<double>() / early.abs().max().item<double>();
    std::printf("%-2s %2.0f ms later, difference %.0e\n", layer.c_str(), l * shift * 2.0, relative);
    if (!(relative < 1e-4)) return 1;
  }
  std::printf("output %.0f ms later\n", in_biological_time.n_residual_timesteps() * biological.dt);
}
