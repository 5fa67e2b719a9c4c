// A model of your own: two areas, written as the operations they apply in each time step.
//
//   cmake --build build --target example.02_own_model && build/examples/02_own_model
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

// [areas]
struct V1 : Layer<"V1", Conv<3, 16, 5, 2>, Recur<Full<16>>, AddFeedback<"V2">, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<16, 32, 3, 2>, Recur<Self<32>>, Evolve<RungeKutta4>, Relu, Record, Delay> {};
using MyNet = Model<V1, V2>;
// [/areas]

int main() {
  // [numbers]
  MyNet net({.n_classes = 5,
             .input_dims = {3, 32, 32},
             .tau = 8,                           // [ms]
             .t_recurrence = 4,                  // [ms]
             .t_feedback = 10,                   // [ms]
             .layers = {{"V2", {.tau = 12}}}});  // [ms] for V2 alone
  // [/numbers]

  // [parameters]
  for (Parameter const& p : net.parameters()) {
    std::printf("%-28s %-12s %s\n", p.name.c_str(), shape_text(p.tensor.sizes()).c_str(), p.learned ? "" : "fixed");
  }
  // [/parameters]
  Tensor const outputs = run::run(net, randn({2, 3, 32, 32}), {.n_timesteps = 12}).outputs;
  std::printf("outputs (B,T,K): %s\n", shape_text(outputs.sizes()).c_str());
}
