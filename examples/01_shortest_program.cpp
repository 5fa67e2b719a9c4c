// The shortest program: a model, four random images, and what it answers over time.
//
//   cmake --build build --target example.01_shortest_program && build/examples/01_shortest_program
//
// In each of the four layers tau dr/dt = -r + u with tau = 5 ms: the response of the last one, IT, rises within some tau.
// [shortest]
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>

#include <cstdio>

using namespace dynvision;

int main() {
  DyRCNNx4<> model({.n_classes = 10, .input_dims = {3, 32, 32}, .seed = 1});
  Tensor const images = randn({4, 3, 32, 32});  // (B,C,H,W)

  run::Activity const activity = run::run(model, images, {.n_timesteps = 20, .record = true});

  Tensor const outputs = activity.outputs;                                 // (B,T,K)
  Tensor const it = activity.response("IT").stacked().mean({0, 2, 3, 4});  // (B,T,C,H,W) -> (T)
  for (int t = 0; t < 20; t += 4) {
    std::printf("%4.0f ms   mean response of IT: %.4f   output of class 0: %+.4f\n", t * model.options.dt,
                it[t].item<double>(), outputs[0][t][0].item<double>());
  }
}
// [/shortest]
